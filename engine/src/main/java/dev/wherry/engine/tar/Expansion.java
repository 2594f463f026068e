package dev.wherry.engine.tar;

/**
 * How far something may expand when it is decompressed. Compressors reach ratios of 1,000 (gzip) to
 * 30,000 (zstd) with zeros alone, so a ratio is judged only beyond a size that honest archives of
 * hardly anything but zeros stay below.
 *
 * @param free bytes that may come out of any number of bytes
 * @param ratio most that may come out beyond that, in multiples of what went in
 */
public record Expansion(long free, long ratio) {
  /** Whole root file systems reach ratios of 2 to 10. */
  public static final Expansion DEFAULT = new Expansion(8L << 30, 250);

  /**
   * Judges what has come out so far.
   *
   * @throws TarFormatException if it is too much
   */
  public void check(long compressed, long plain) throws TarFormatException {
    if (plain > free && plain / ratio > compressed) {
      throw new TarFormatException(
          "more than %d bytes, compressed to less than 1/%d of them".formatted(free, ratio));
    }
  }
}
