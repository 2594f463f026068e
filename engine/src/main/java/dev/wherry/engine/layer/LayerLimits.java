package dev.wherry.engine.layer;

import dev.wherry.engine.tar.Expansion;

/**
 * How much one layer may be, so that no archive can take more of the host than an honest one.
 *
 * @param entries members of the archive
 * @param bytes of the uncompressed archive
 * @param expansion of the compressed one, and of an archive of several layers as a whole
 */
public record LayerLimits(long entries, long bytes, Expansion expansion) {
  /** Far beyond real layers: ten million files, a tebibyte. */
  public static final LayerLimits DEFAULT =
      new LayerLimits(10_000_000, 1L << 40, Expansion.DEFAULT);
}
