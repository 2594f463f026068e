package dev.wherry.api.route;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;

/** The parameters {@code repo} and {@code tag} of requests that give an image a name. */
final class NewName {
  private NewName() {}

  /**
   * The name; a tag by itself counts more than one of the repository's.
   *
   * @param tag may be empty
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  static String of(String repository, String tag) {
    ImageReference name = ImageReference.parse(repository);
    if (name.digest() != null) {
      throw new EngineException.InvalidParameter("cannot import digest reference");
    }
    return tag.isEmpty() ? repository : name.withTag(tag).familiar();
  }
}
