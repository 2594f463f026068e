package dev.wherry.engine.registry;

import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.OutgoingImage;
import java.io.InterruptedIOException;
import java.time.Duration;

/** What a push tells of itself, in dockerd's words. Thread-safe if its listener is. */
record PushProgress(PushListener listener) {
  private static final int SHORT_ID = 12;

  void line(String text) {
    listener.progress(ImageProgress.message(text));
  }

  void layer(OutgoingImage.Layer layer, String status) {
    listener.progress(new ImageProgress(id(layer), status, 0, 0));
  }

  /** Counts down to the next attempt, and waits for it. */
  void retrying(OutgoingImage.Layer layer, Duration delay, Cancellation cancellation)
      throws InterruptedIOException {
    for (long left = delay.toSeconds(); left > 0; left--) {
      layer(layer, "Retrying in %d second%s".formatted(left, left == 1 ? "" : "s"));
      cancellation.pause(Duration.ofSeconds(1));
    }
  }

  private static String id(OutgoingImage.Layer layer) {
    return layer.diffId().hex().substring(0, SHORT_ID);
  }

  /** Bytes of a layer that have gone; not told more often than anybody can look. */
  Meter meter(OutgoingImage.Layer layer) {
    return new Meter(layer);
  }

  /** Of one layer; one thread. */
  final class Meter {
    private static final long INTERVAL_NANOS = 100_000_000;

    private final OutgoingImage.Layer layer;
    private long lastTold = System.nanoTime() - INTERVAL_NANOS;

    private Meter(OutgoingImage.Layer layer) {
      this.layer = layer;
    }

    void at(long bytes) {
      long now = System.nanoTime();
      if (now - lastTold >= INTERVAL_NANOS) {
        lastTold = now;
        listener.progress(new ImageProgress(id(layer), "Pushing", bytes, layer.size()));
      }
    }
  }
}
