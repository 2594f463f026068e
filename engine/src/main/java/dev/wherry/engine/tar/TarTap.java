package dev.wherry.engine.tar;

import java.io.IOException;

/**
 * Sees the bytes of an archive that are no file's content, as a {@link TarReader} passes them:
 * headers, padding, and content that was not read. Together with the content that was read they are
 * the whole archive, in order.
 */
@FunctionalInterface
public interface TarTap {
  /** Discards them. */
  TarTap NONE = (bytes, offset, length) -> {};

  void raw(byte[] bytes, int offset, int length) throws IOException;
}
