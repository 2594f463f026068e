package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.OpenFlags.AT_EMPTY_PATH;
import static dev.wherry.engine.linux.OpenFlags.AT_FDCWD;
import static dev.wherry.engine.linux.OpenFlags.AT_REMOVEDIR;
import static dev.wherry.engine.linux.OpenFlags.AT_SYMLINK_NOFOLLOW;
import static dev.wherry.engine.linux.OpenFlags.O_CREAT;
import static dev.wherry.engine.linux.OpenFlags.O_DIRECTORY;
import static dev.wherry.engine.linux.OpenFlags.O_EXCL;
import static dev.wherry.engine.linux.OpenFlags.O_NOFOLLOW;
import static dev.wherry.engine.linux.OpenFlags.O_NONBLOCK;
import static dev.wherry.engine.linux.OpenFlags.O_RDONLY;
import static dev.wherry.engine.linux.OpenFlags.O_WRONLY;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An open directory, and what can be done to one name in it. A name is a single component: not
 * empty, not "." or "..", without a slash (EINVAL otherwise); no operation follows it when it is a
 * symbolic link, so nothing here can reach outside the directory. Not closed by the garbage
 * collector: the one who opened it closes it.
 */
public final class DirFd implements AutoCloseable {
  private static final int RENAME_NOREPLACE = 1;
  private static final int RENAME_EXCHANGE = 2;

  private final Fd fd;

  DirFd(Fd fd) {
    this.fd = fd;
  }

  /** The directory's descriptor, owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Creates a regular file and opens it for writing: EEXIST if the name exists, even dangling. */
  public Fd createFile(String name, int mode) {
    int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY;
    return new Fd(FileCalls.openat(fd.number(), checked(name), flags, mode));
  }

  /** Opens an existing file, never following the name: ELOOP if it is a symbolic link. */
  public Fd open(String name, int flags) {
    return new Fd(FileCalls.openat(fd.number(), checked(name), flags | O_NOFOLLOW, 0));
  }

  /**
   * The content of a regular file. Anything else is refused with EINVAL, so that a FIFO or device
   * can't block or act.
   */
  public InputStream newInputStream(String name) {
    return regular(open(name, O_RDONLY | O_NONBLOCK), name).inputStream();
  }

  /** Opens a directory by its name here, ENOTDIR or ELOOP if it is something else. */
  public DirFd openDirectory(String name) {
    return new DirFd(open(name, O_RDONLY | O_DIRECTORY));
  }

  /** mkdir(2), which ignores set-id bits: those are set by {@link #chmod}. */
  public void mkdir(String name, int mode) {
    FileCalls.mkdirat(fd.number(), checked(name), mode);
  }

  /** symlink(2): the target is stored as it is. */
  public void symlink(String target, String name) {
    FileCalls.symlinkat(target, fd.number(), checked(name));
  }

  /** link(2): a new name here for a file that is found, unfollowed, by its name in a directory. */
  public void link(DirFd oldDirectory, String oldName, String name) {
    FileCalls.linkat(oldDirectory.fd.number(), checked(oldName), fd.number(), checked(name));
  }

  /**
   * mknod(2).
   *
   * @param mode type ({@code S_IFCHR}, {@code S_IFBLK}, {@code S_IFIFO}, {@code S_IFSOCK}) and
   *     permission bits
   */
  public void mknod(String name, int mode, FileStat.Device device) {
    FileCalls.mknodat(fd.number(), checked(name), mode, device);
  }

  /** The overlay file system's mark for a removed file: a character device 0:0. */
  public void whiteout(String name) {
    mknod(name, FileStat.S_IFCHR, new FileStat.Device(0, 0));
  }

  /** unlink(2). */
  public void unlink(String name) {
    FileCalls.unlinkat(fd.number(), checked(name), 0);
  }

  /** rmdir(2). */
  public void rmdir(String name) {
    FileCalls.unlinkat(fd.number(), checked(name), AT_REMOVEDIR);
  }

  /**
   * Removes a file or a whole tree, however deep; an absent name is fine. Links are removed, never
   * followed; a mount point inside is an error (EXDEV or EBUSY), never entered.
   */
  public void removeTree(String name) {
    TreeRemover.remove(fd.number(), checked(name));
  }

  /** Removes everything in this directory, as {@link #removeTree} does. */
  public void removeContents() {
    for (DirEntry entry : list()) {
      removeTree(entry.name());
    }
  }

  /** rename(2): replaces what has the new name. */
  public void rename(String name, DirFd newDirectory, String newName) {
    rename(name, newDirectory, newName, 0);
  }

  /** renameat2(2) with RENAME_NOREPLACE: EEXIST if the new name exists. */
  public void renameNoReplace(String name, DirFd newDirectory, String newName) {
    rename(name, newDirectory, newName, RENAME_NOREPLACE);
  }

  /** renameat2(2) with RENAME_EXCHANGE: the two names change places at once. */
  public void exchange(String name, DirFd newDirectory, String newName) {
    rename(name, newDirectory, newName, RENAME_EXCHANGE);
  }

  private void rename(String name, DirFd newDirectory, String newName, int flags) {
    FileCalls.renameat2(
        fd.number(), checked(name), newDirectory.fd.number(), checked(newName), flags);
  }

  /** What statx(2) tells of a name, of the link itself if it is one. */
  public FileStat lstat(String name) {
    return FileCalls.statx(fd.number(), checked(name), AT_SYMLINK_NOFOLLOW);
  }

  /** As {@link #lstat}, empty if there is no such name. */
  public Optional<FileStat> lstatIfPresent(String name) {
    CallState c = CallState.current();
    long result = FileCalls.tryStatx(c, fd.number(), checked(name), AT_SYMLINK_NOFOLLOW);
    if (result == -Errno.ENOENT.number()) {
      return Optional.empty();
    }
    FileCalls.check(result, "stat", name);
    return Optional.of(FileCalls.fileStat(c.struct()));
  }

  /** What statx(2) tells of the directory itself. */
  public FileStat stat() {
    return fd.stat();
  }

  /** readlink(2). */
  public String readlink(String name) {
    return FileCalls.readlinkat(fd.number(), checked(name));
  }

  /** lchown(2); clears set-id bits, so it comes before {@link #chmod}. */
  public void chown(String name, int uid, int gid) {
    FileCalls.fchownat(fd.number(), checked(name), uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  /** chmod(2) with exactly these bits; EOPNOTSUPP on a symbolic link, which has none. */
  public void chmod(String name, int mode) {
    FileCalls.chmodNoFollow(fd.number(), checked(name), mode);
  }

  /** Sets access and modification time, of the link itself if it is one, utimensat(2). */
  public void utimens(String name, Instant atime, Instant mtime) {
    FileCalls.utimensat(fd.number(), checked(name), atime, mtime, AT_SYMLINK_NOFOLLOW);
  }

  /** lsetxattr(2). */
  public void setxattr(String name, String attribute, byte[] value) {
    Xattrs.lset(pathOf(name), attribute, value);
  }

  /** lgetxattr(2), empty if it is not set or the file system has none. */
  public Optional<byte[]> getxattr(String name, String attribute) {
    return Xattrs.lget(pathOf(name), attribute);
  }

  /** llistxattr(2). */
  public List<String> listxattr(String name) {
    return Xattrs.llist(pathOf(name));
  }

  /** lremovexattr(2): ENODATA if it is not set. */
  public void removexattr(String name, String attribute) {
    Xattrs.lremove(pathOf(name), attribute);
  }

  /**
   * All names but "." and "..", in the file system's order. Reads the whole directory anew each
   * time.
   */
  public List<DirEntry> list() {
    fd.seek(0);
    return DirReader.readAll(fd.number());
  }

  /** The directory's path as the kernel has it now, for messages; it may be gone or moved. */
  public String kernelPath() {
    return FileCalls.readlinkat(AT_FDCWD, FileCalls.procPath(fd.number()));
  }

  @Override
  public void close() {
    fd.close();
  }

  /** The xattr calls know no directory handles: the magic link leads to it, whatever its path. */
  private String pathOf(String name) {
    return FileCalls.procPath(fd.number()) + "/" + checked(name);
  }

  static Fd regular(Fd opened, String name) {
    if (!FileCalls.statx(opened.number(), "", AT_EMPTY_PATH).isRegular()) {
      opened.close();
      throw new LinuxException(Errno.EINVAL, "open of something not a regular file", name);
    }
    return opened;
  }

  private static String checked(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new LinuxException(Errno.EINVAL, "file name", name);
    }
    return name;
  }
}
