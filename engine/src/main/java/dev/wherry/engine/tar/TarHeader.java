package dev.wherry.engine.tar;

import dev.wherry.engine.linux.FileNames;

/** Fields of a 512-byte header block (POSIX.1-2017 pax, "ustar Interchange Format"). */
final class TarHeader {
  static final int BLOCK = 512;

  static final int MODE = 100;
  static final int UID = 108;
  static final int GID = 116;
  static final int SIZE = 124;
  static final int MTIME = 136;
  static final int CHECKSUM = 148;
  static final int TYPE = 156;
  static final int LINK_NAME = 157;
  static final int MAGIC = 257;
  static final int DEV_MAJOR = 329;
  static final int DEV_MINOR = 337;
  static final int PREFIX = 345;

  static final int NAME_LENGTH = 100;
  static final int PREFIX_LENGTH = 155;
  static final int ID_LENGTH = 8;
  static final int SIZE_LENGTH = 12;

  private final byte[] block;

  TarHeader(byte[] block) {
    this.block = block;
  }

  static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the block carries its right checksum, of bytes taken as unsigned or as signed. */
  boolean hasValidChecksum() {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte b = i >= CHECKSUM && i < CHECKSUM + 8 ? (byte) ' ' : block[i];
      unsigned += b & 0xFF;
      signed += b;
    }
    try {
      long stored = number(CHECKSUM, 8);
      return stored == unsigned || stored == signed;
    } catch (TarFormatException e) {
      return false;
    }
  }

  char type() {
    return (char) (block[TYPE] & 0xFF);
  }

  /** The name with its ustar prefix, where the header is of that format. */
  String name() {
    String name = text(0, NAME_LENGTH);
    // GNU's own format ("ustar  ") has other things in the place of the prefix.
    boolean posix = block[MAGIC + 5] == 0 && text(MAGIC, 5).equals("ustar");
    String prefix = posix ? text(PREFIX, PREFIX_LENGTH) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  String text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return FileNames.decode(block, offset, end - offset);
  }

  /** A number in octal digits, or in binary where the first bit is set (GNU's base-256). */
  long number(int offset, int length) throws TarFormatException {
    if ((block[offset] & 0x80) != 0) {
      return binary(offset, length);
    }
    int at = offset;
    int end = offset + length;
    while (at < end && (block[at] == ' ' || block[at] == 0)) {
      at++;
    }
    long value = 0;
    while (at < end && block[at] != ' ' && block[at] != 0) {
      int digit = block[at] - '0';
      if (digit < 0 || digit > 7) {
        throw new TarFormatException("archive/tar: invalid tar header");
      }
      value = (value << 3) | digit;
      at++;
    }
    return value;
  }

  private long binary(int offset, int length) throws TarFormatException {
    boolean negative = (block[offset] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int b = block[offset + i] & 0xFF;
      int part = i == 0 ? (negative ? b : b & 0x7F) : b;
      if (i < length - 8 && part != (negative ? 0xFF : 0)) {
        throw new TarFormatException("archive/tar: invalid tar header");
      }
      value = (value << 8) | part;
    }
    return value;
  }
}
