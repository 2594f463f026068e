package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.OpenFlags.AT_SYMLINK_NOFOLLOW;
import static dev.wherry.engine.linux.OpenFlags.O_CLOEXEC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/**
 * The system calls on files, named as in section 2 of the man pages. Each throws {@link
 * LinuxException} where the man page says "returns -1 and sets errno".
 */
final class FileCalls {
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int RESOLVE_TRIES = 64;

  private FileCalls() {}

  /** A result, or the exception that its error number stands for. */
  static long check(long result, String call, String argument) {
    if (result < 0) {
      throw new LinuxException((int) -result, call, argument);
    }
    return result;
  }

  private static boolean is(long result, Errno errno) {
    return result == -errno.number();
  }

  static int openat(int dirfd, String name, int flags, int mode) {
    CallState c = CallState.current();
    long path = c.first(name);
    long fd;
    do {
      fd = c.call(SystemCall.SYS_openat, dirfd, path, flags | O_CLOEXEC, mode);
    } while (is(fd, Errno.EINTR));
    return (int) check(fd, "openat", name);
  }

  /**
   * openat2(2). A rename elsewhere in the tree while ".." is walked makes the kernel answer EAGAIN
   * when it can't tell whether the walk stayed inside: then it is tried again.
   */
  static int openat2(int dirfd, String name, int flags, int mode, int resolve) {
    CallState c = CallState.current();
    MemorySegment how = c.struct();
    how.set(ValueLayout.JAVA_LONG, 0, flags | O_CLOEXEC);
    how.set(ValueLayout.JAVA_LONG, 8, mode);
    how.set(ValueLayout.JAVA_LONG, 16, resolve);
    long path = c.first(name);
    long fd = -1;
    for (int i = 0; i < RESOLVE_TRIES; i++) {
      fd = c.call(SystemCall.SYS_openat2, dirfd, path, how.address(), 24);
      if (!is(fd, Errno.EAGAIN) && !is(fd, Errno.EINTR)) {
        break;
      }
    }
    return (int) check(fd, "openat2", name);
  }

  static void close(int fd) {
    long result = CallState.current().call(SystemCall.SYS_close, fd);
    if (!is(result, Errno.EINTR)) { // Linux has closed it even then
      check(result, "close", Integer.toString(fd));
    }
  }

  static void mkdirat(int dirfd, String name, int mode) {
    CallState c = CallState.current();
    check(c.call(SystemCall.SYS_mkdirat, dirfd, c.first(name), mode), "mkdir", name);
  }

  static void mknodat(int dirfd, String name, int mode, FileStat.Device device) {
    CallState c = CallState.current();
    long result = c.call(SystemCall.SYS_mknodat, dirfd, c.first(name), mode, device.number());
    check(result, "mknod", name);
  }

  static void symlinkat(String target, int dirfd, String name) {
    CallState c = CallState.current();
    check(
        c.call(SystemCall.SYS_symlinkat, c.first(target), dirfd, c.second(name)), "symlink", name);
  }

  /** linkat(2) with neither name followed. */
  static void linkat(int oldDirfd, String oldName, int newDirfd, String newName) {
    CallState c = CallState.current();
    long from = c.first(oldName);
    long to = c.second(newName);
    check(c.call(SystemCall.SYS_linkat, oldDirfd, from, newDirfd, to, 0), "link", newName);
  }

  static void renameat2(int oldDirfd, String oldName, int newDirfd, String newName, int flags) {
    CallState c = CallState.current();
    long from = c.first(oldName);
    long to = c.second(newName);
    long result = c.call(SystemCall.SYS_renameat2, oldDirfd, from, newDirfd, to, flags);
    check(result, "rename", oldName + " to " + newName);
  }

  static void unlinkat(int dirfd, String name, int flags) {
    String call = flags == OpenFlags.AT_REMOVEDIR ? "rmdir" : "unlink";
    check(tryUnlinkat(dirfd, name, flags), call, name);
  }

  /** unlinkat(2), answering the negated error number. */
  static long tryUnlinkat(int dirfd, String name, int flags) {
    CallState c = CallState.current();
    return c.call(SystemCall.SYS_unlinkat, dirfd, c.first(name), flags);
  }

  static String readlinkat(int dirfd, String name) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    long path = c.first(name);
    long length =
        c.call(SystemCall.SYS_readlinkat, dirfd, path, buffer.address(), CallState.BUFFER_SIZE);
    check(length, "readlink", name);
    return FileNames.decode(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  static void fchownat(int dirfd, String name, int uid, int gid, int flags) {
    CallState c = CallState.current();
    check(c.call(SystemCall.SYS_fchownat, dirfd, c.first(name), uid, gid, flags), "chown", name);
  }

  static void fchown(int fd, int uid, int gid) {
    check(
        CallState.current().call(SystemCall.SYS_fchown, fd, uid, gid),
        "fchown",
        Integer.toString(fd));
  }

  static void fchmod(int fd, int mode) {
    check(
        CallState.current().call(SystemCall.SYS_fchmod, fd, mode), "fchmod", Integer.toString(fd));
  }

  /**
   * chmod of a name that is not followed, by fchmodat2(2) or, before Linux 6.6, through a handle of
   * the file itself.
   */
  static void chmodNoFollow(int dirfd, String name, int mode) {
    CallState c = CallState.current();
    long path = c.first(name);
    long result = c.call(SystemCall.SYS_fchmodat2, dirfd, path, mode, AT_SYMLINK_NOFOLLOW);
    if (is(result, Errno.ENOSYS)) {
      int fd = openat(dirfd, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0);
      try {
        if (statx(fd, "", OpenFlags.AT_EMPTY_PATH).isSymlink()) {
          throw new LinuxException(Errno.EOPNOTSUPP, "chmod", name);
        }
        result = c.call(SystemCall.SYS_fchmodat, OpenFlags.AT_FDCWD, c.first(procPath(fd)), mode);
      } finally {
        close(fd);
      }
    }
    check(result, "chmod", name);
  }

  static void utimensat(int dirfd, String name, Instant atime, Instant mtime, int flags) {
    CallState c = CallState.current();
    long times = times(c.struct(), atime, mtime);
    check(c.call(SystemCall.SYS_utimensat, dirfd, c.first(name), times, flags), "utimensat", name);
  }

  /** futimens(3): the times of an open file. */
  static void futimens(int fd, Instant atime, Instant mtime) {
    CallState c = CallState.current();
    long times = times(c.struct(), atime, mtime);
    check(c.call(SystemCall.SYS_utimensat, fd, 0, times, 0), "futimens", Integer.toString(fd));
  }

  private static long times(MemorySegment struct, Instant atime, Instant mtime) {
    struct.set(ValueLayout.JAVA_LONG, 0, atime.getEpochSecond());
    struct.set(ValueLayout.JAVA_LONG, 8, atime.getNano());
    struct.set(ValueLayout.JAVA_LONG, 16, mtime.getEpochSecond());
    struct.set(ValueLayout.JAVA_LONG, 24, mtime.getNano());
    return struct.address();
  }

  static FileStat statx(int dirfd, String name, int flags) {
    CallState c = CallState.current();
    check(tryStatx(c, dirfd, name, flags), "stat", name);
    return fileStat(c.struct());
  }

  /** statx(2), answering the negated error number; on success the structure is in the state. */
  static long tryStatx(CallState c, int dirfd, String name, int flags) {
    long path = c.first(name);
    long struct = c.struct().address();
    return c.call(SystemCall.SYS_statx, dirfd, path, flags, STATX_BASIC_STATS, struct);
  }

  static FileStat fileStat(MemorySegment s) {
    return new FileStat(
        s.get(ValueLayout.JAVA_SHORT, 28) & 0xFFFF,
        s.get(ValueLayout.JAVA_INT, 20),
        s.get(ValueLayout.JAVA_INT, 24),
        s.get(ValueLayout.JAVA_LONG, 40),
        s.get(ValueLayout.JAVA_LONG, 48),
        s.get(ValueLayout.JAVA_LONG, 32),
        s.get(ValueLayout.JAVA_INT, 16),
        device(s, 136),
        device(s, 128),
        instant(s, 64),
        instant(s, 112),
        instant(s, 96));
  }

  private static FileStat.Device device(MemorySegment s, long offset) {
    return new FileStat.Device(
        s.get(ValueLayout.JAVA_INT, offset), s.get(ValueLayout.JAVA_INT, offset + 4));
  }

  private static Instant instant(MemorySegment s, long offset) {
    return Instant.ofEpochSecond(
        s.get(ValueLayout.JAVA_LONG, offset), s.get(ValueLayout.JAVA_INT, offset + 8));
  }

  /** The magic link by which an open file can be named: for calls that know only paths. */
  static String procPath(int fd) {
    return "/proc/self/fd/" + fd;
  }
}
