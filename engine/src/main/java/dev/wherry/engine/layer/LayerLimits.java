package dev.wherry.engine.layer;

/**
 * How much one layer may be, so that no archive can take more of the host than an honest one.
 *
 * @param entries members of the archive
 * @param bytes of the uncompressed archive
 */
public record LayerLimits(long entries, long bytes) {
  /** Far beyond real layers: ten million files, a tebibyte. */
  public static final LayerLimits DEFAULT = new LayerLimits(10_000_000, 1L << 40);
}
