package dev.wherry.engine.tar;

import java.util.ArrayList;
import java.util.List;

/** Sparse files: their parts from the numbers that the formats write (GNU tar manual). */
final class SparseMaps {
  private SparseMaps() {}

  /**
   * Makes parts of pairs of offset and length. They are in order, don't overlap and lie within the
   * file.
   */
  static List<TarEntry.Chunk> chunks(List<Long> pairs, long fileSize) throws TarFormatException {
    if (pairs.size() % 2 != 0) {
      throw invalid();
    }
    List<TarEntry.Chunk> chunks = new ArrayList<>();
    long end = 0;
    for (int i = 0; i < pairs.size(); i += 2) {
      long offset = pairs.get(i);
      long length = pairs.get(i + 1);
      if (offset < end || length < 0 || length > fileSize - offset) {
        throw invalid();
      }
      end = offset + length;
      if (length > 0) {
        chunks.add(new TarEntry.Chunk(offset, length));
      }
    }
    return chunks;
  }

  /** The bytes that the parts hold together. */
  static long stored(List<TarEntry.Chunk> chunks) {
    long sum = 0;
    for (TarEntry.Chunk chunk : chunks) {
      sum += chunk.length();
    }
    return sum;
  }

  /** Adds the pairs of an old GNU header, from an offset in a block, up to the first empty one. */
  static void addOldGnu(byte[] block, int offset, int count, List<Long> pairs)
      throws TarFormatException {
    TarHeader header = new TarHeader(block);
    for (int i = 0; i < count; i++) {
      int at = offset + i * 24;
      if (block[at] == 0 || block[at + 12] == 0) {
        return;
      }
      pairs.add(header.number(at, 12));
      pairs.add(header.number(at + 12, 12));
    }
  }

  static TarFormatException invalid() {
    return new TarFormatException("archive/tar: invalid sparse map");
  }
}
