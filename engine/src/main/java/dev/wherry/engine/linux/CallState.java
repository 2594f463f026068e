package dev.wherry.engine.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one thread needs to call the kernel: the segment in which errno is captured right after the
 * call, and buffers for names and small structures, so that a call allocates nothing. The buffers
 * are only valid until the thread's next call.
 */
final class CallState {
  /** PATH_MAX of limits.h, with the terminating NUL. */
  static final int PATH_MAX = 4096;

  /** Bytes that {@link #struct()} holds. */
  static final int STRUCT_SIZE = 512;

  /** Bytes that {@link #buffer()} holds. */
  static final int BUFFER_SIZE = 64 * 1024;

  static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
              CAPTURE_ERRNO,
              Linker.Option.firstVariadicArg(1));
  private static final ThreadLocal<CallState> CURRENT = ThreadLocal.withInitial(CallState::new);

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment capture = arena.allocate(CAPTURE);
  private final MemorySegment first = arena.allocate(PATH_MAX);
  private final MemorySegment second = arena.allocate(PATH_MAX);
  private final MemorySegment third = arena.allocate(PATH_MAX);
  private final MemorySegment fourth = arena.allocate(64);
  private final MemorySegment struct = arena.allocate(STRUCT_SIZE, 16);
  private @Nullable MemorySegment buffer;

  private CallState() {}

  /** The calling thread's state. */
  static CallState current() {
    return CURRENT.get();
  }

  /** Calls the kernel: its result, or the negated error number. */
  long call(int nr, long a, long b, long c, long d, long e, long f) {
    long result;
    try {
      result = (long) SYSCALL.invokeExact(capture, (long) nr, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw new AssertionError("syscall " + nr, t);
    }
    return result == -1 ? -errno() : result;
  }

  long call(int nr, long a, long b, long c, long d, long e) {
    return call(nr, a, b, c, d, e, 0);
  }

  long call(int nr, long a, long b, long c, long d) {
    return call(nr, a, b, c, d, 0, 0);
  }

  long call(int nr, long a, long b, long c) {
    return call(nr, a, b, c, 0, 0, 0);
  }

  long call(int nr, long a, long b) {
    return call(nr, a, b, 0, 0, 0, 0);
  }

  long call(int nr, long a) {
    return call(nr, a, 0, 0, 0, 0, 0);
  }

  /** The segment to hand to a function linked with {@link #CAPTURE_ERRNO}. */
  MemorySegment capture() {
    return capture;
  }

  /** The error number captured by the last call. */
  int errno() {
    return (int) ERRNO.get(capture, 0L);
  }

  /** Puts a string into the first name buffer: its address. */
  long first(String name) {
    return put(first, name);
  }

  /** Puts a string into the second name buffer: its address. */
  long second(String name) {
    return put(second, name);
  }

  /** Puts a string into the third name buffer: its address. */
  long third(String name) {
    return put(third, name);
  }

  /** Puts a short word, such as a file system's type, into the fourth name buffer: its address. */
  long fourth(String word) {
    return put(fourth, word);
  }

  /** A buffer for one small structure. */
  MemorySegment struct() {
    return struct;
  }

  /** A buffer for data on its way to or from the kernel. */
  MemorySegment buffer() {
    MemorySegment allocated = buffer;
    if (allocated == null) {
      allocated = arena.allocate(BUFFER_SIZE, 16);
      buffer = allocated;
    }
    return allocated;
  }

  private static long put(MemorySegment target, String name) {
    int length = name.length();
    if (length >= target.byteSize()) {
      throw new LinuxException(
          Errno.ENAMETOOLONG, "path", name.substring(0, Math.min(64, name.length())) + "...");
    }
    for (int i = 0; i < length; i++) {
      char c = name.charAt(i);
      if (c == 0) {
        throw new LinuxException(Errno.EINVAL, "path with a NUL", name.substring(0, i));
      }
      if (c > 0x7F) {
        return putEncoded(target, name);
      }
      target.set(ValueLayout.JAVA_BYTE, i, (byte) c);
    }
    target.set(ValueLayout.JAVA_BYTE, length, (byte) 0);
    return target.address();
  }

  private static long putEncoded(MemorySegment target, String name) {
    byte[] bytes = FileNames.encode(name);
    if (bytes.length >= target.byteSize()) {
      throw new LinuxException(
          Errno.ENAMETOOLONG, "path", name.substring(0, Math.min(64, name.length())) + "...");
    }
    if (name.indexOf('\0') >= 0) {
      throw new LinuxException(Errno.EINVAL, "path with a NUL", name.replace('\0', '?'));
    }
    MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
    target.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    return target.address();
  }
}
