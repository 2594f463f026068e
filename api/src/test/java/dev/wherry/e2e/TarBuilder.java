package dev.wherry.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes a tar entry by entry; what a name says is written as it is, also a hostile one. */
final class TarBuilder implements AutoCloseable {
  private static final long TIME = 1_700_000_000_000L;
  private static final boolean KEEP_LEADING_SLASH = true;

  private final TarArchiveOutputStream tar;

  TarBuilder(OutputStream out) {
    this(out, TarArchiveOutputStream.LONGFILE_POSIX);
  }

  private TarBuilder(OutputStream out, int longFileMode) {
    tar = new TarArchiveOutputStream(out);
    tar.setLongFileMode(longFileMode);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  /** One that writes long names as GNU tar did before there was POSIX's way. */
  static TarBuilder gnu(OutputStream out) {
    return new TarBuilder(out, TarArchiveOutputStream.LONGFILE_GNU);
  }

  TarBuilder directory(String name, int mode) throws IOException {
    return put(entry(name + "/", TarConstants.LF_DIR, mode), new byte[0]);
  }

  TarBuilder directory(String name, int mode, int uid, int gid) throws IOException {
    TarArchiveEntry entry = entry(name + "/", TarConstants.LF_DIR, mode);
    entry.setIds(uid, gid);
    return put(entry, new byte[0]);
  }

  TarBuilder text(String name, String content) throws IOException {
    return file(name, 0644, TestImages.bytes(content));
  }

  TarBuilder file(String name, int mode, byte[] content) throws IOException {
    return put(entry(name, TarConstants.LF_NORMAL, mode), content);
  }

  /** A file with owner and PAX records, such as {@code SCHILY.xattr.user.x}. */
  TarBuilder file(String name, int mode, int uid, int gid, Map<String, String> pax, byte[] content)
      throws IOException {
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, mode);
    entry.setIds(uid, gid);
    pax.forEach(entry::addPaxHeader);
    return put(entry, content);
  }

  TarBuilder symlink(String name, String target) throws IOException {
    TarArchiveEntry entry = entry(name, TarConstants.LF_SYMLINK, 0777);
    entry.setLinkName(target);
    return put(entry, new byte[0]);
  }

  /** A further name of a file; the mode and owner it carries are the file's, as tar writes them. */
  TarBuilder hardlink(String name, String target, int mode, int uid, int gid) throws IOException {
    TarArchiveEntry entry = entry(name, TarConstants.LF_LINK, mode);
    entry.setIds(uid, gid);
    entry.setLinkName(target);
    return put(entry, new byte[0]);
  }

  TarBuilder device(String name, byte type, int major, int minor) throws IOException {
    TarArchiveEntry entry = entry(name, type, 0644);
    entry.setDevMajor(major);
    entry.setDevMinor(minor);
    return put(entry, new byte[0]);
  }

  private static TarArchiveEntry entry(String name, byte type, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, KEEP_LEADING_SLASH);
    entry.setMode(mode);
    entry.setModTime(TIME);
    return entry;
  }

  private TarBuilder put(TarArchiveEntry entry, byte[] content) throws IOException {
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    return this;
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
