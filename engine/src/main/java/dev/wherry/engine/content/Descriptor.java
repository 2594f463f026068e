package dev.wherry.engine.content;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Points at some content (OCI image-spec, descriptor.md).
 *
 * @param size bytes
 * @param platform what a manifest in an index is for, {@code null} where it does not say
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Map<String, String> annotations,
    @Nullable Platform platform) {

  /**
   * What an image runs on.
   *
   * @param variant for example {@code v7}, else empty
   */
  public record Platform(String os, String architecture, String variant) {}
}
