package dev.wherry.engine.tar;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One member of a tar archive, all extensions already applied (POSIX.1-2017 pax, "ustar Interchange
 * Format" and "pax Extended Header"; GNU tar manual, "Standard Format" and "Storing Sparse Files").
 *
 * @param name as the archive has it, in the form of {@link dev.wherry.engine.linux.FileNames};
 *     nothing is cleaned or resolved
 * @param mode permission bits with set-id and sticky bits, {@code 07777}
 * @param size bytes of the file once it is extracted, 0 for all but files
 * @param atime {@code null} where the archive does not say
 * @param linkName target of a symbolic or hard link, else empty
 * @param device device number, {@code null} for all but device nodes
 * @param xattrs extended attributes by their full name, such as {@code security.capability}
 * @param sparse the parts of the file that the archive holds, in order; {@code null} if it is one
 *     piece
 */
public record TarEntry(
    String name,
    Type type,
    int mode,
    long uid,
    long gid,
    long size,
    Instant mtime,
    @Nullable Instant atime,
    String linkName,
    @Nullable Device device,
    Map<String, byte[]> xattrs,
    @Nullable List<Chunk> sparse) {

  /** The kinds of members, each with the type flag it is written with. */
  public enum Type {
    FILE('0'),
    HARDLINK('1'),
    SYMLINK('2'),
    CHARACTER_DEVICE('3'),
    BLOCK_DEVICE('4'),
    DIRECTORY('5'),
    FIFO('6');

    private final char flag;

    Type(char flag) {
      this.flag = flag;
    }

    char flag() {
      return flag;
    }
  }

  /** A device number in its two parts. */
  public record Device(int major, int minor) {}

  /** A part of a sparse file: so many bytes at an offset. */
  public record Chunk(long offset, long length) {}

  /** The same under another name, linked to another one if it is a link. */
  public TarEntry named(String newName, String newLinkName) {
    return new TarEntry(
        newName, type, mode, uid, gid, size, mtime, atime, newLinkName, device, xattrs, sparse);
  }

  /** The same with another owner. */
  public TarEntry owned(long newUid, long newGid) {
    return new TarEntry(
        name, type, mode, newUid, newGid, size, mtime, atime, linkName, device, xattrs, sparse);
  }

  /** A file or directory owned by root and without any extras. */
  public static TarEntry simple(String name, Type type, int mode, long size, Instant mtime) {
    return new TarEntry(name, type, mode, 0, 0, size, mtime, null, "", null, Map.of(), null);
  }
}
