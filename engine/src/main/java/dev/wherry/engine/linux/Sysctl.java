package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Kernel parameters, sysctl(8), by their names with slashes, such as {@code net/ipv4/ip_forward}.
 * Those under {@code net} are of the calling thread's network namespace.
 */
public final class Sysctl {
  private static final Path ROOT = Path.of("/proc/sys");
  private static final int MAX_VALUE = 4096;

  private Sysctl() {}

  /**
   * A parameter's value, empty if this kernel does not have it. It is read with one read(2), as the
   * kernel demands: it gives nothing more to a second one.
   */
  public static Optional<String> read(String name) {
    String path = ROOT.resolve(name).toString();
    try (Fd fd = new Fd(FileCalls.openat(OpenFlags.AT_FDCWD, path, OpenFlags.O_RDONLY, 0))) {
      byte[] value = new byte[MAX_VALUE];
      int length = Math.max(0, fd.read(value, 0, value.length));
      return Optional.of(FileNames.decode(value, 0, length).strip());
    } catch (LinuxException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Sets a parameter, unless it has the value already: a read-only {@code /proc/sys} is then no
   * hindrance.
   *
   * @return false if this kernel does not have it
   */
  public static boolean write(String name, String value) {
    Optional<String> present = read(name);
    if (present.isEmpty()) {
      return false;
    }
    if (!present.get().equals(value)) {
      String path = ROOT.resolve(name).toString();
      try (Fd fd = new Fd(FileCalls.openat(OpenFlags.AT_FDCWD, path, OpenFlags.O_WRONLY, 0))) {
        byte[] bytes = FileNames.encode(value);
        fd.write(bytes, 0, bytes.length);
      }
    }
    return true;
  }
}
