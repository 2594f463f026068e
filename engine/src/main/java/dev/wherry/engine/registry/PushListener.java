package dev.wherry.engine.registry;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.image.ImageProgress;

/** Told of a push, from several threads. */
public interface PushListener {
  /** A line, or a layer's bar. */
  void progress(ImageProgress progress);

  /** The registry has an image under a tag. */
  void pushed(Pushed manifest);

  /**
   * A manifest that a registry has taken.
   *
   * @param size bytes of it
   */
  record Pushed(String tag, Digest digest, int size) {}
}
