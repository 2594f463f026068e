package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.OpenFlags.AT_FDCWD;
import static dev.wherry.engine.linux.OpenFlags.AT_SYMLINK_NOFOLLOW;
import static dev.wherry.engine.linux.OpenFlags.O_DIRECTORY;
import static dev.wherry.engine.linux.OpenFlags.O_RDONLY;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@link Paths} by system calls. */
public final class LinuxPaths implements Paths {
  /** linux/fs.h; the flags are an int, whatever the number's encoded size says. */
  private static final long FS_IOC_GETFLAGS = 0x80086601L;

  private static final long FS_IOC_SETFLAGS = 0x40086602L;
  private static final int FS_TOPDIR_FL = 0x00020000;

  @Override
  public RootDir openRoot(Path directory) {
    return new RootDir(directory, directory(directory));
  }

  @Override
  public FileStat lstat(Path path) {
    return FileCalls.statx(AT_FDCWD, path.toString(), AT_SYMLINK_NOFOLLOW);
  }

  @Override
  public Optional<FileStat> lstatIfPresent(Path path) {
    CallState c = CallState.current();
    long result = FileCalls.tryStatx(c, AT_FDCWD, path.toString(), AT_SYMLINK_NOFOLLOW);
    if (result == -Errno.ENOENT.number() || result == -Errno.ENOTDIR.number()) {
      return Optional.empty();
    }
    FileCalls.check(result, "stat", path.toString());
    return Optional.of(FileCalls.fileStat(c.struct()));
  }

  @Override
  public void mkdir(Path path, int mode) {
    FileCalls.mkdirat(AT_FDCWD, path.toString(), mode);
  }

  @Override
  public void mkdirs(Path path, int mode) {
    try {
      mkdir(path, mode);
    } catch (LinuxException e) {
      Path parent = path.getParent();
      if (e.is(Errno.ENOENT) && parent != null) {
        mkdirs(parent, mode);
        mkdirs(path, mode);
      } else if (!e.is(Errno.EEXIST)
          || !FileCalls.statx(AT_FDCWD, path.toString(), 0).isDirectory()) {
        throw e;
      }
    }
  }

  @Override
  public void chown(Path path, int uid, int gid) {
    FileCalls.fchownat(AT_FDCWD, path.toString(), uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  @Override
  public void chmod(Path path, int mode) {
    FileCalls.chmodNoFollow(AT_FDCWD, path.toString(), mode);
  }

  @Override
  public void utimens(Path path, Instant atime, Instant mtime) {
    FileCalls.utimensat(AT_FDCWD, path.toString(), atime, mtime, AT_SYMLINK_NOFOLLOW);
  }

  @Override
  public void setxattr(Path path, String name, byte[] value) {
    Xattrs.lset(path.toString(), name, value);
  }

  @Override
  public Optional<byte[]> getxattr(Path path, String name) {
    return Xattrs.lget(path.toString(), name);
  }

  @Override
  public List<String> listxattr(Path path) {
    return Xattrs.llist(path.toString());
  }

  @Override
  public void removeTree(Path path) {
    Path absolute = path.toAbsolutePath();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      throw new LinuxException(Errno.EINVAL, "remove", path.toString());
    }
    if (lstatIfPresent(absolute).isPresent()) {
      try (DirFd directory = directory(parent)) {
        directory.removeTree(name.toString());
      }
    }
  }

  @Override
  public Fd open(Path path, int flags, int mode) {
    return new Fd(FileCalls.openat(AT_FDCWD, path.toString(), flags, mode));
  }

  @Override
  public void markTopOfHierarchies(Path directory) {
    try (DirFd opened = directory(directory)) {
      CallState c = CallState.current();
      MemorySegment flags = c.struct();
      int fd = opened.fd().number();
      long result = c.call(SystemCall.SYS_ioctl, fd, FS_IOC_GETFLAGS, flags.address());
      if (result >= 0) {
        int set = flags.get(ValueLayout.JAVA_INT, 0) | FS_TOPDIR_FL;
        flags.set(ValueLayout.JAVA_INT, 0, set);
        result = c.call(SystemCall.SYS_ioctl, fd, FS_IOC_SETFLAGS, flags.address());
      }
      if (result != -Errno.EOPNOTSUPP.number() && result != -Errno.ENOTTY.number()) {
        FileCalls.check(result, "ioctl FS_IOC_SETFLAGS", directory.toString());
      }
    }
  }

  @Override
  public FileSystemStat statfs(Path path) {
    CallState c = CallState.current();
    MemorySegment s = c.struct();
    long result = c.call(SystemCall.SYS_statfs, c.first(path.toString()), s.address());
    FileCalls.check(result, "statfs", path.toString());
    return new FileSystemStat(
        s.get(ValueLayout.JAVA_LONG, 0),
        s.get(ValueLayout.JAVA_LONG, 8),
        s.get(ValueLayout.JAVA_LONG, 16),
        s.get(ValueLayout.JAVA_LONG, 24),
        s.get(ValueLayout.JAVA_LONG, 32),
        s.get(ValueLayout.JAVA_LONG, 80));
  }

  private static DirFd directory(Path path) {
    return new DirFd(
        new Fd(FileCalls.openat(AT_FDCWD, path.toString(), O_RDONLY | O_DIRECTORY, 0)));
  }
}
