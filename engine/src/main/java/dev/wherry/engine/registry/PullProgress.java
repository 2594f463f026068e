package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.image.ImageProgress;
import java.time.Duration;
import java.util.function.Consumer;

/** What a pull tells of itself, in dockerd's words. Thread-safe if its consumer is. */
record PullProgress(Consumer<ImageProgress> consumer) {
  private static final int SHORT_ID = 12;

  void line(String text) {
    consumer.accept(ImageProgress.message(text));
  }

  void pullingFrom(String tagOrDigest, String path) {
    consumer.accept(new ImageProgress(tagOrDigest, "Pulling from " + path, -1, -1));
  }

  void layer(Descriptor layer, String status) {
    consumer.accept(new ImageProgress(id(layer), status, 0, 0));
  }

  /** Tells of one download. */
  BlobStream.Listener listener(Descriptor layer) {
    return new BlobStream.Listener() {
      @Override
      public void retrying(Duration delay) {
        long seconds = delay.toSeconds();
        PullProgress.this.layer(
            layer, "Retrying in %d second%s".formatted(seconds, seconds == 1 ? "" : "s"));
      }

      @Override
      public void complete() {
        PullProgress.this.layer(layer, "Verifying Checksum");
        PullProgress.this.layer(layer, "Download complete");
        // Unpacked as it came; what is left is the end of it.
        consumer.accept(new ImageProgress(id(layer), "Extracting", layer.size(), layer.size()));
      }
    };
  }

  /** Bytes of a layer that have come; not told more often than anybody can look. */
  Meter meter(Descriptor layer) {
    return new Meter(layer);
  }

  private static String id(Descriptor layer) {
    return layer.digest().hex().substring(0, SHORT_ID);
  }

  /** Of one layer; one thread. */
  final class Meter {
    private static final long INTERVAL_NANOS = 100_000_000;

    private final Descriptor layer;
    private long lastTold = System.nanoTime() - INTERVAL_NANOS;

    private Meter(Descriptor layer) {
      this.layer = layer;
    }

    void at(long bytes) {
      long now = System.nanoTime();
      if (bytes > 0 && bytes < layer.size() && now - lastTold >= INTERVAL_NANOS) {
        lastTold = now;
        consumer.accept(new ImageProgress(id(layer), "Downloading", bytes, layer.size()));
      }
    }
  }
}
