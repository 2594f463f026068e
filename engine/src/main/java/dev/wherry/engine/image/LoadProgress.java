package dev.wherry.engine.image;

import dev.wherry.engine.archive.ImageArchive;
import java.util.function.Consumer;

/** Passes progress on as dockerd words it, and not more often than anybody can look. */
final class LoadProgress implements ImageArchive.Progress {
  private static final long INTERVAL_NANOS = 100_000_000;

  private final Consumer<ImageProgress> consumer;
  private long lastTold = System.nanoTime();

  LoadProgress(Consumer<ImageProgress> consumer) {
    this.consumer = consumer;
  }

  @Override
  public void at(String id, long current, long total) {
    if (current == total || isDue()) {
      consumer.accept(new ImageProgress(id, "Loading layer", current, total));
    }
  }

  /** For an import, whose length nobody knows. */
  void importing(long current) {
    if (isDue()) {
      consumer.accept(new ImageProgress(null, "Importing", current, -1));
    }
  }

  private boolean isDue() {
    long now = System.nanoTime();
    if (now - lastTold < INTERVAL_NANOS) {
      return false;
    }
    lastTold = now;
    return true;
  }
}
