package dev.wherry.engine.linux;

import java.time.Instant;

/**
 * What statx(2) tells of a file.
 *
 * @param mode {@code st_mode}: type and permission bits
 * @param size bytes
 * @param blocks allocated units of 512 bytes
 * @param dev the device of the file system
 * @param rdev the device that a device node stands for
 */
public record FileStat(
    int mode,
    int uid,
    int gid,
    long size,
    long blocks,
    long ino,
    int nlink,
    Device dev,
    Device rdev,
    Instant atime,
    Instant mtime,
    Instant ctime) {

  public static final int S_IFMT = 0xF000;
  public static final int S_IFSOCK = 0xC000;
  public static final int S_IFLNK = 0xA000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFIFO = 0x1000;

  /** A device number in its two parts, makedev(3). */
  public record Device(int major, int minor) {
    /** The number as mknod(2) takes it. */
    long number() {
      long high = Integer.toUnsignedLong(major);
      long low = Integer.toUnsignedLong(minor);
      return ((high & 0xfffff000L) << 32)
          | ((high & 0xfffL) << 8)
          | ((low & 0xffffff00L) << 12)
          | (low & 0xffL);
    }
  }

  /** What names of one file have in common: its file system and its number there. */
  public record Inode(Device device, long number) {}

  /** Which file this is. */
  public Inode inode() {
    return new Inode(dev, ino);
  }

  /** The kind of file, one of the {@code S_IF*} constants. */
  public int type() {
    return mode & S_IFMT;
  }

  /** The permission bits with set-id and sticky bits, {@code 07777}. */
  public int permissions() {
    return mode & 0xFFF;
  }

  public boolean isDirectory() {
    return type() == S_IFDIR;
  }

  public boolean isRegular() {
    return type() == S_IFREG;
  }

  public boolean isSymlink() {
    return type() == S_IFLNK;
  }

  /** Whether this is the overlay file system's mark for a removed file: a device node 0:0. */
  public boolean isWhiteout() {
    return type() == S_IFCHR && rdev.major == 0 && rdev.minor == 0;
  }

  /** Whether the other answer is about the same file. */
  public boolean sameFile(FileStat other) {
    return inode().equals(other.inode());
  }
}
