package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.image.ImageProgress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

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

  /** Of the bytes of a layer that have come. */
  LongConsumer meter(Descriptor layer) {
    Meter meter =
        new Meter(
            bytes ->
                consumer.accept(new ImageProgress(id(layer), "Downloading", bytes, layer.size())));
    return bytes -> {
      if (bytes > 0 && bytes < layer.size()) {
        meter.at(bytes);
      }
    };
  }

  private static String id(Descriptor layer) {
    return layer.digest().hex().substring(0, SHORT_ID);
  }
}
