package dev.wherry.engine.registry;

import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.OutgoingImage;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.LongConsumer;

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

  /** Of the bytes of a layer that have gone. */
  LongConsumer meter(OutgoingImage.Layer layer) {
    return new Meter(
            bytes ->
                listener.progress(new ImageProgress(id(layer), "Pushing", bytes, layer.size())))
        ::at;
  }
}
