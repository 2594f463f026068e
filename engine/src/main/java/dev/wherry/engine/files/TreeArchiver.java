package dev.wherry.engine.files;

import dev.wherry.engine.linux.DirEntry;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes trees into an archive: owners, modes, times to the second (as dockerd's archives have
 * them), extended attributes, devices, and which names are one file; sockets are left out, as no
 * archive can hold them. Names are in order, so that the same tree gives the same bytes.
 *
 * <p>Others may change the tree meanwhile: no link is followed, what vanishes is left out, and a
 * file has the size it had when it was opened, cut off or filled up with zeros.
 */
public final class TreeArchiver {
  private static final Logger LOG = LoggerFactory.getLogger(TreeArchiver.class);
  private static final int BUFFER = 64 * 1024;

  /** Of this host, and of no use anywhere else. */
  private static final String SELINUX_LABEL = "security.selinux";

  /** How a tree's whiteouts appear in the archive. */
  public enum Form {
    /** A tree as it is seen: there are none. */
    MERGED,
    /** One layer of an overlay file system: as members whose names say so. */
    LAYER
  }

  private record Level(DirFd directory, String prefix, boolean owned, Iterator<String> rest) {}

  private final TarWriter tar;
  private final Form form;
  private final IdMapping ids;
  private final Deque<Level> levels = new ArrayDeque<>();
  private final Map<FileStat.Inode, String> written = new HashMap<>();
  private final byte[] buffer = new byte[BUFFER];

  /**
   * Writes into an archive, which stays open.
   *
   * @param ids who the host's users and groups are in the archive; what belongs to others is left
   *     out
   */
  public TreeArchiver(TarWriter tar, Form form, IdMapping ids) {
    this.tar = tar;
    this.form = form;
    this.ids = ids;
  }

  /**
   * Writes all that is in a directory, which stays open, but not the directory itself.
   *
   * @param prefix before the names, empty or ending in a slash
   */
  public void addContents(DirFd directory, String prefix) throws IOException {
    try {
      levels.push(new Level(directory, prefix, false, names(directory)));
      writeLevels();
    } catch (LinuxException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      levels.forEach(TreeArchiver::close);
      levels.clear();
    }
  }

  /**
   * Writes a directory, which stays open, with all that is in it.
   *
   * @param name of the directory in the archive, without a slash at its end unless it is only that
   */
  public void addDirectory(DirFd directory, String name) throws IOException {
    String prefix = name.endsWith("/") ? name : name + "/";
    try {
      writeDirectory(directory.fd(), prefix);
    } catch (LinuxException e) {
      throw new IOException(e.getMessage(), e);
    }
    addContents(directory, prefix);
  }

  /**
   * Writes what a directory has under a name; a directory with all that is in it.
   *
   * @param name in the archive
   */
  public void addEntry(DirFd parent, String entry, String name) throws IOException {
    try {
      write(parent, entry, name);
      writeLevels();
    } catch (LinuxException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      levels.forEach(TreeArchiver::close);
      levels.clear();
    }
  }

  private void writeLevels() throws IOException {
    while (!levels.isEmpty()) {
      Level level = levels.element();
      if (level.rest.hasNext()) {
        String name = level.rest.next();
        write(level.directory, name, level.prefix + name);
      } else {
        close(levels.pop());
      }
    }
  }

  private static void close(Level level) {
    if (level.owned) {
      level.directory.close();
    }
  }

  private static Iterator<String> names(DirFd directory) {
    return directory.list().stream().map(DirEntry::name).sorted().iterator();
  }

  private void write(DirFd parent, String entry, String name) throws IOException {
    Optional<FileStat> found = parent.lstatIfPresent(entry);
    if (found.isEmpty()) {
      return;
    }
    FileStat stat = found.get();
    if (form == Form.LAYER && stat.isWhiteout()) {
      String parentPath = name.substring(0, name.length() - entry.length());
      tar.put(mark(parentPath + Whiteouts.PREFIX + entry, stat));
      return;
    }
    if (form == Form.LAYER && entry.startsWith(Whiteouts.PREFIX)) {
      LOG.warn("{} is left out of the layer: such names are for whiteouts", name);
      return;
    }
    try {
      writeAs(stat, parent, entry, name);
    } catch (LinuxException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  /** Whether something else stands in its place meanwhile, or nothing. */
  private static boolean isGone(LinuxException e) {
    return e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP) || e.is(Errno.ENXIO);
  }

  private void writeAs(FileStat stat, DirFd parent, String entry, String name) throws IOException {
    switch (stat.type()) {
      case FileStat.S_IFDIR -> enter(parent.openDirectory(entry), name + "/");
      case FileStat.S_IFREG -> writeFile(parent, entry, name);
      case FileStat.S_IFLNK ->
          writeOther(stat, parent, entry, name, TarEntry.Type.SYMLINK, parent.readlink(entry));
      case FileStat.S_IFCHR ->
          writeOther(stat, parent, entry, name, TarEntry.Type.CHARACTER_DEVICE, "");
      case FileStat.S_IFBLK ->
          writeOther(stat, parent, entry, name, TarEntry.Type.BLOCK_DEVICE, "");
      case FileStat.S_IFIFO -> writeOther(stat, parent, entry, name, TarEntry.Type.FIFO, "");
      default -> LOG.debug("{} is left out of the archive: it is a socket", name);
    }
  }

  private void enter(DirFd directory, String prefix) throws IOException {
    boolean entered = false;
    try {
      writeDirectory(directory.fd(), prefix);
      levels.push(new Level(directory, prefix, true, names(directory)));
      entered = true;
    } finally {
      if (!entered) {
        directory.close();
      }
    }
  }

  private void writeDirectory(Fd directory, String name) throws IOException {
    FileStat stat = directory.stat();
    if (belongs(stat, name)) {
      tar.put(entry(stat, name, TarEntry.Type.DIRECTORY, 0, "", attributes(directory)));
    }
    if (form == Form.LAYER && Whiteouts.isOpaque(directory)) {
      tar.put(mark(name + Whiteouts.OPAQUE, stat));
    }
  }

  private void writeFile(DirFd parent, String entry, String name) throws IOException {
    try (Fd file = parent.open(entry, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK)) {
      FileStat stat = file.stat();
      if (!stat.isRegular() || !belongs(stat, name)) {
        return; // replaced meanwhile
      }
      if (writeAsLink(stat, name)) {
        return;
      }
      tar.put(entry(stat, name, TarEntry.Type.FILE, stat.size(), "", attributes(file)));
      copy(file, stat.size());
    }
  }

  private void copy(Fd file, long size) throws IOException {
    long left = size;
    while (left > 0) {
      int n = file.read(buffer, 0, (int) Math.min(BUFFER, left));
      if (n < 0) {
        // Cut off meanwhile; the header has promised this many.
        n = (int) Math.min(BUFFER, left);
        java.util.Arrays.fill(buffer, 0, n, (byte) 0);
      }
      tar.write(buffer, 0, n);
      left -= n;
    }
  }

  private void writeOther(
      FileStat stat, DirFd parent, String entry, String name, TarEntry.Type type, String target)
      throws IOException {
    if (belongs(stat, name) && !writeAsLink(stat, name)) {
      tar.put(entry(stat, name, type, 0, target, attributes(parent, entry)));
    }
  }

  /** Writes a further name of a file that is in the archive, if it is one. */
  private boolean writeAsLink(FileStat stat, String name) throws IOException {
    if (stat.nlink() < 2) {
      return false;
    }
    String first = written.putIfAbsent(stat.inode(), name);
    if (first == null) {
      return false;
    }
    tar.put(entry(stat, name, TarEntry.Type.HARDLINK, 0, first, Map.of()));
    return true;
  }

  private static TarEntry mark(String name, FileStat stat) {
    return TarEntry.simple(name, TarEntry.Type.FILE, 0, 0, seconds(stat));
  }

  /** Whether its owner is one that archives know. */
  private boolean belongs(FileStat stat, String name) {
    boolean known = user(stat).isPresent() && group(stat).isPresent();
    if (!known) {
      LOG.warn("{} is left out of the archive: it belongs to nobody in a container", name);
    }
    return known;
  }

  private OptionalLong user(FileStat stat) {
    return ids.userInside(Integer.toUnsignedLong(stat.uid()));
  }

  private OptionalLong group(FileStat stat) {
    return ids.groupInside(Integer.toUnsignedLong(stat.gid()));
  }

  private TarEntry entry(
      FileStat stat,
      String name,
      TarEntry.Type type,
      long size,
      String linkName,
      Map<String, byte[]> attributes) {
    return new TarEntry(
        name,
        type,
        stat.permissions(),
        user(stat).orElseThrow(),
        group(stat).orElseThrow(),
        size,
        seconds(stat),
        null,
        linkName,
        device(stat, type),
        attributes,
        null);
  }

  private static Instant seconds(FileStat stat) {
    return Instant.ofEpochSecond(stat.mtime().getEpochSecond());
  }

  private static TarEntry.@Nullable Device device(FileStat stat, TarEntry.Type type) {
    return type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE
        ? new TarEntry.Device(stat.rdev().major(), stat.rdev().minor())
        : null;
  }

  private static Map<String, byte[]> attributes(Fd file) {
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    for (String name : archived(file.listxattr())) {
      file.getxattr(name)
          .ifPresent(value -> attributes.put(name, FileCapabilities.archived(name, value)));
    }
    return attributes;
  }

  private static Map<String, byte[]> attributes(DirFd parent, String entry) {
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    for (String name : archived(parent.listxattr(entry))) {
      parent
          .getxattr(entry, name)
          .ifPresent(value -> attributes.put(name, FileCapabilities.archived(name, value)));
    }
    return attributes;
  }

  private static List<String> archived(List<String> names) {
    return names.stream()
        .filter(name -> !TreeWriter.isOverlayAttribute(name) && !name.equals(SELINUX_LABEL))
        .sorted()
        .toList();
  }
}
