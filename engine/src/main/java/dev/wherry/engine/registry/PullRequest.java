package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.Platforms;

/**
 * What to pull.
 *
 * @param reference without tag and digest for all tags
 * @param platform as the client wrote it, empty for the host's
 */
public record PullRequest(ImageReference reference, String platform, Credentials credentials) {

  /**
   * Reads what a client sends.
   *
   * @param tag a tag or a digest that replaces those of the name, empty for none
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public static PullRequest of(String image, String tag, String platform, Credentials credentials) {
    String name = image.endsWith(":") ? image.substring(0, image.length() - 1) : image;
    ImageReference reference = ImageReference.parse(name);
    if (Digest.isDigest(tag)) {
      reference = new ImageReference(reference.domain(), reference.path(), null, Digest.parse(tag));
    } else if (!tag.isEmpty()) {
      reference = reference.withTag(tag);
    }
    Platforms.parse(platform);
    return new PullRequest(reference, platform, credentials);
  }

  /** Whether all tags of the repository are wanted. */
  boolean wantsAllTags() {
    return reference.tag() == null && reference.digest() == null;
  }

  Platform wantedPlatform() {
    return Platforms.parse(platform);
  }
}
