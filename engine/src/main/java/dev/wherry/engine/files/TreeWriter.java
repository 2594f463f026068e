package dev.wherry.engine.files;

import static dev.wherry.engine.linux.FileStat.S_IFBLK;
import static dev.wherry.engine.linux.FileStat.S_IFCHR;
import static dev.wherry.engine.linux.FileStat.S_IFIFO;

import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.FileNames;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarFormatException;
import dev.wherry.engine.tar.TarReader;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the members of an archive into a tree, whatever they are called: names are resolved by the
 * kernel inside the root, a link is followed only within it and never as the last component, and
 * what is in the way of a member gives way to it, except that directories merge. Owners, modes,
 * times, attributes, devices and holes come out as the archive has them; a directory gets its own
 * only in {@link #finish}, so that nothing inherits from it and its time is not changed again.
 */
public final class TreeWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TreeWriter.class);
  private static final long MAX_ID = 0xFFFFFFFEL;
  private static final int BUFFER = 128 * 1024;

  /** Marks of the overlay file system itself, which no archive has a say in. */
  private static final List<String> OVERLAY_ATTRIBUTES =
      List.of("trusted.overlay.", "user.overlay.");

  /** Told what happens; paths are relative to the root and lead through no link. */
  public interface Listener {
    /** A file's content is about to be written there, in these parts. */
    void file(String path, List<TarEntry.Chunk> parts) throws IOException;

    /** Something has to give way: remove it or put it elsewhere. */
    void displace(DirFd parent, String name, String path) throws IOException;
  }

  private final RootDir root;
  private final IdMapping ids;
  private final Listener listener;
  private final ParentCache parents;
  private final Map<String, TarEntry> directories = new LinkedHashMap<>();
  private final byte[] buffer = new byte[BUFFER];
  private long size;
  private boolean displaced;
  private boolean saidNoAttributes;

  /**
   * Writes below a root, which stays open.
   *
   * @param ids who the archive's users and groups are here
   */
  public TreeWriter(RootDir root, IdMapping ids, Listener listener) {
    this.root = root;
    this.ids = ids;
    this.listener = listener;
    this.parents = new ParentCache(root, this::makeImplied);
  }

  /**
   * Writes a member, with its content from the reader. One that stands for the root itself changes
   * nothing, as with dockerd.
   *
   * @throws TarFormatException if its name leads out of the root or cannot be
   */
  public void write(TarEntry entry, TarReader content) throws IOException {
    String path = TarPaths.clean(entry.name());
    if (path.isEmpty()) {
      return;
    }
    try {
      checkOwner(entry);
      ParentCache.Parent parent = parents.of(path);
      String name = path.substring(path.lastIndexOf('/') + 1);
      switch (entry.type()) {
        case FILE -> writeFile(entry, parent, name, content);
        case DIRECTORY -> writeDirectory(entry, parent, name);
        case SYMLINK -> writeSymlink(entry, parent, name);
        case HARDLINK -> writeHardlink(entry, parent, name);
        case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> writeNode(entry, parent, name);
      }
    } catch (LinuxException e) {
      throw failure(entry.name(), e);
    }
  }

  /** Makes the directory and its parents if they are missing, and marks it opaque. */
  public void writeOpaque(String directory) throws IOException {
    try {
      Whiteouts.makeOpaque(parents.of(directory + "/x").directory().fd());
    } catch (LinuxException e) {
      throw failure(directory, e);
    }
  }

  /**
   * Hides a name of the layers below. What this very archive holds under the name stays: a whiteout
   * is only about what is below (OCI image-spec, layer.md, "Whiteouts").
   */
  public void writeWhiteout(String path) throws IOException {
    try {
      ParentCache.Parent parent = parents.of(path);
      String name = path.substring(path.lastIndexOf('/') + 1);
      Optional<FileStat> there = parent.directory().lstatIfPresent(name);
      if (there.isEmpty()) {
        parent.directory().whiteout(name);
      } else if (there.get().isDirectory()) {
        writeOpaque(path);
      }
    } catch (LinuxException e) {
      throw failure(path, e);
    }
  }

  /** Gives the directories their own metadata; nothing is written after this. */
  public void finish() throws IOException {
    for (Map.Entry<String, TarEntry> directory : directories.entrySet()) {
      try (DirFd fd = root.openDirectory(directory.getKey())) {
        applyMetadata(fd.fd(), directory.getValue());
      } catch (LinuxException e) {
        throw failure(directory.getKey(), e);
      }
    }
    if (displaced) {
      size = TreeSize.of(root.top());
    }
  }

  /** The bytes the tree holds, as {@link TreeSize} counts them; right after {@link #finish}. */
  public long size() {
    return size;
  }

  @Override
  public void close() {
    parents.close();
  }

  private static IOException failure(String name, LinuxException e) {
    return switch (e.errno()) {
      case ENOSPC, EDQUOT, EIO, EROFS, EMFILE, ENFILE, ENOMEM -> new IOException(e.getMessage(), e);
      default -> new TarFormatException("cannot extract \"" + name + "\": " + e.getMessage());
    };
  }

  private void writeFile(TarEntry entry, ParentCache.Parent parent, String name, TarReader content)
      throws IOException {
    List<TarEntry.Chunk> parts = entry.sparse();
    if (parts == null) {
      parts = List.of(new TarEntry.Chunk(0, entry.size()));
    }
    try (Fd file = create(parent, name)) {
      listener.file(parent.path(name), parts);
      for (TarEntry.Chunk part : parts) {
        if (entry.sparse() != null) {
          file.seek(part.offset());
        }
        copy(content, file, part.length());
      }
      if (entry.sparse() != null) {
        file.truncate(entry.size());
      }
      applyMetadata(file, entry);
    }
    size += entry.size();
  }

  private void copy(TarReader content, Fd file, long length) throws IOException {
    long left = length;
    while (left > 0) {
      int n = content.read(buffer, 0, (int) Math.min(BUFFER, left));
      if (n < 0) {
        throw new TarFormatException("archive/tar: invalid sparse map");
      }
      file.write(buffer, 0, n);
      left -= n;
    }
  }

  private Fd create(ParentCache.Parent parent, String name) throws IOException {
    try {
      return parent.directory().createFile(name, 0600);
    } catch (LinuxException e) {
      makeRoom(e, parent, name);
      return parent.directory().createFile(name, 0600);
    }
  }

  private void writeDirectory(TarEntry entry, ParentCache.Parent parent, String name)
      throws IOException {
    makeDirectory(parent, name);
    directories.put(parent.path(name), entry);
  }

  private void makeDirectory(ParentCache.Parent parent, String name) throws IOException {
    try {
      parent.directory().mkdir(name, 0755);
    } catch (LinuxException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      FileStat there = parent.directory().lstat(name);
      if (there.isDirectory()) {
        return;
      }
      makeRoom(e, parent, name);
      parent.directory().mkdir(name, 0755);
      if (there.isWhiteout()) {
        // The name was removed and made anew: nothing of the old one may show through.
        try (DirFd made = parent.directory().openDirectory(name)) {
          Whiteouts.makeOpaque(made.fd());
        }
      }
    }
  }

  /** Makes a directory that no member stands for, as the parent of one that does. */
  private void makeImplied(ParentCache.Parent parent, String name) throws IOException {
    try {
      parent.directory().mkdir(name, 0755);
      ids.own(parent.directory(), name);
      parent.directory().chmod(name, 0755);
    } catch (LinuxException e) {
      // A whiteout gives way to what is put below its name; a file or link does not.
      if (e.is(Errno.EEXIST) && parent.directory().lstat(name).isWhiteout()) {
        makeDirectory(parent, name);
        ids.own(parent.directory(), name);
      } else if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  private void writeSymlink(TarEntry entry, ParentCache.Parent parent, String name)
      throws IOException {
    try {
      parent.directory().symlink(entry.linkName(), name);
    } catch (LinuxException e) {
      makeRoom(e, parent, name);
      parent.directory().symlink(entry.linkName(), name);
    }
    applyMetadata(entry, parent, name, false);
    size += FileNames.encode(entry.linkName()).length;
  }

  private void writeHardlink(TarEntry entry, ParentCache.Parent parent, String name)
      throws IOException {
    String target = TarPaths.clean(entry.linkName());
    try (RootDir.Entry source = root.locate(target)) {
      FileStat file = source.parent().lstat(source.name());
      Optional<FileStat> there = parent.directory().lstatIfPresent(name);
      if (there.isPresent() && there.get().sameFile(file)) {
        return;
      }
      if (there.isPresent()) {
        makeRoom(new LinuxException(Errno.EEXIST, "link", name), parent, name);
      }
      parent.directory().link(source.parent(), source.name(), name);
    }
  }

  private void writeNode(TarEntry entry, ParentCache.Parent parent, String name)
      throws IOException {
    TarEntry.Device numbers = entry.device();
    FileStat.Device device =
        numbers == null
            ? new FileStat.Device(0, 0)
            : new FileStat.Device(numbers.major(), numbers.minor());
    int type = S_IFIFO;
    if (entry.type() == TarEntry.Type.CHARACTER_DEVICE) {
      type = S_IFCHR;
    } else if (entry.type() == TarEntry.Type.BLOCK_DEVICE) {
      type = S_IFBLK;
    }
    try {
      parent.directory().mknod(name, type | 0600, device);
    } catch (LinuxException e) {
      makeRoom(e, parent, name);
      parent.directory().mknod(name, type | 0600, device);
    }
    applyMetadata(entry, parent, name, true);
  }

  /** Moves what is in the way of a name, or passes on another error. */
  private void makeRoom(LinuxException e, ParentCache.Parent parent, String name)
      throws IOException {
    if (!e.is(Errno.EEXIST)) {
      throw e;
    }
    String path = parent.path(name);
    listener.displace(parent.directory(), name, path);
    displaced = true;
    parents.forget(parent);
    directories.keySet().removeIf(known -> known.equals(path) || known.startsWith(path + "/"));
  }

  private void applyMetadata(Fd fd, TarEntry entry) throws IOException {
    fd.chown(user(entry), group(entry));
    fd.chmod(entry.mode());
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      setAttribute(xattr.getKey(), () -> fd.setxattr(xattr.getKey(), xattr.getValue()));
    }
    fd.utimens(accessTime(entry), modificationTime(entry));
  }

  private void applyMetadata(
      TarEntry entry, ParentCache.Parent parent, String name, boolean hasMode) throws IOException {
    DirFd directory = parent.directory();
    directory.chown(name, user(entry), group(entry));
    if (hasMode) {
      directory.chmod(name, entry.mode());
    }
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      setAttribute(
          xattr.getKey(), () -> directory.setxattr(name, xattr.getKey(), xattr.getValue()));
    }
    directory.utimens(name, accessTime(entry), modificationTime(entry));
  }

  /** Whether an attribute is a mark of the overlay file system itself, which no archive has. */
  static boolean isOverlayAttribute(String name) {
    return OVERLAY_ATTRIBUTES.stream().anyMatch(name::startsWith);
  }

  private void setAttribute(String name, Runnable set) {
    if (isOverlayAttribute(name)) {
      return;
    }
    try {
      set.run();
    } catch (LinuxException e) {
      if (!e.is(Errno.EOPNOTSUPP)) {
        throw e;
      }
      if (!saidNoAttributes) {
        LOG.warn("the file system of {} does not keep the attribute {}", root.path(), name);
        saidNoAttributes = true;
      }
    }
  }

  /** Before anything is made of it. */
  private void checkOwner(TarEntry entry) throws TarFormatException {
    user(entry);
    group(entry);
  }

  private int user(TarEntry entry) throws TarFormatException {
    return id(entry.uid(), ids.userOnHost(entry.uid()));
  }

  private int group(TarEntry entry) throws TarFormatException {
    return id(entry.gid(), ids.groupOnHost(entry.gid()));
  }

  private static int id(long id, OptionalLong onHost) throws TarFormatException {
    if (id < 0 || id > MAX_ID) {
      throw new TarFormatException("no user or group has the id " + id);
    }
    if (onHost.isEmpty()) {
      throw new UnmappedOwnerException(id);
    }
    return (int) onHost.getAsLong();
  }

  private static Instant accessTime(TarEntry entry) {
    Instant atime = entry.atime();
    return atime == null ? modificationTime(entry) : bounded(atime);
  }

  private static Instant modificationTime(TarEntry entry) {
    return bounded(entry.mtime());
  }

  /** dockerd's way with times that a file system might not hold: they become the epoch. */
  private static Instant bounded(Instant time) {
    return time.isBefore(Instant.EPOCH) || time.getEpochSecond() > Long.MAX_VALUE / 1_000_000_000L
        ? Instant.EPOCH
        : time;
  }
}
