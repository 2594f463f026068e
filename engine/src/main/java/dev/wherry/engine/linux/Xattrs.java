package dev.wherry.engine.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The xattr(7) calls on a path that is not followed, and on open files. */
final class Xattrs {
  private Xattrs() {}

  static void lset(String path, String name, byte[] value) {
    try (Arena arena = Arena.ofConfined()) {
      CallState c = CallState.current();
      long data = data(arena, value);
      long result =
          c.call(SystemCall.SYS_lsetxattr, c.first(path), c.second(name), data, value.length, 0);
      FileCalls.check(result, "lsetxattr " + name, path);
    }
  }

  static void fset(int fd, String name, byte[] value) {
    try (Arena arena = Arena.ofConfined()) {
      CallState c = CallState.current();
      long data = data(arena, value);
      long result = c.call(SystemCall.SYS_fsetxattr, fd, c.second(name), data, value.length, 0);
      FileCalls.check(result, "fsetxattr " + name, Integer.toString(fd));
    }
  }

  static Optional<byte[]> lget(String path, String name) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    long result =
        c.call(
            SystemCall.SYS_lgetxattr,
            c.first(path),
            c.second(name),
            buffer.address(),
            CallState.BUFFER_SIZE);
    return value(buffer, result, "lgetxattr " + name, path);
  }

  static Optional<byte[]> fget(int fd, String name) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    long result =
        c.call(
            SystemCall.SYS_fgetxattr, fd, c.second(name), buffer.address(), CallState.BUFFER_SIZE);
    return value(buffer, result, "fgetxattr " + name, Integer.toString(fd));
  }

  static List<String> llist(String path) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    long result =
        c.call(SystemCall.SYS_llistxattr, c.first(path), buffer.address(), CallState.BUFFER_SIZE);
    return names(buffer, result, "llistxattr", path);
  }

  static List<String> flist(int fd) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    long result = c.call(SystemCall.SYS_flistxattr, fd, buffer.address(), CallState.BUFFER_SIZE);
    return names(buffer, result, "flistxattr", Integer.toString(fd));
  }

  static void lremove(String path, String name) {
    CallState c = CallState.current();
    long result = c.call(SystemCall.SYS_lremovexattr, c.first(path), c.second(name));
    FileCalls.check(result, "lremovexattr " + name, path);
  }

  private static long data(Arena arena, byte[] value) {
    return value.length == 0 ? 0 : arena.allocateFrom(ValueLayout.JAVA_BYTE, value).address();
  }

  private static Optional<byte[]> value(
      MemorySegment buffer, long result, String call, String argument) {
    if (result == -Errno.ENODATA.number() || result == -Errno.EOPNOTSUPP.number()) {
      return Optional.empty();
    }
    long length = FileCalls.check(result, call, argument);
    return Optional.of(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  private static List<String> names(
      MemorySegment buffer, long result, String call, String argument) {
    if (result == -Errno.EOPNOTSUPP.number()) {
      return List.of();
    }
    int length = (int) FileCalls.check(result, call, argument);
    byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    List<String> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0) {
        names.add(FileNames.decode(bytes, start, i - start));
        start = i + 1;
      }
    }
    return List.copyOf(names);
  }
}
