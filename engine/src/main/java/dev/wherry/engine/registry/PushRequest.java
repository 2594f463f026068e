package dev.wherry.engine.registry;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;

/**
 * What to push.
 *
 * @param reference without a tag for all tags
 */
public record PushRequest(ImageReference reference, Credentials credentials) {

  /**
   * Reads what a client sends.
   *
   * @param tag replaces that of the name; empty for the name's, and where that has none for all
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public static PushRequest of(String image, String tag, Credentials credentials) {
    ImageReference reference = ImageReference.parse(image);
    if (reference.digest() != null) {
      throw new EngineException.InvalidParameter("cannot push a digest reference");
    }
    return new PushRequest(tag.isEmpty() ? reference : reference.withTag(tag), credentials);
  }
}
