package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.OpenFlags.O_DIRECTORY;
import static dev.wherry.engine.linux.OpenFlags.O_NONBLOCK;
import static dev.wherry.engine.linux.OpenFlags.O_PATH;
import static dev.wherry.engine.linux.OpenFlags.O_RDONLY;
import static dev.wherry.engine.linux.OpenFlags.RESOLVE_BENEATH;
import static dev.wherry.engine.linux.OpenFlags.RESOLVE_IN_ROOT;
import static dev.wherry.engine.linux.OpenFlags.RESOLVE_NO_MAGICLINKS;

import java.io.InputStream;
import java.nio.file.Path;

/**
 * A directory tree that is a world of its own, as if chroot(2) had been called: names are resolved
 * by the kernel with openat2(2) and {@code RESOLVE_IN_ROOT}, so absolute names and links start at
 * this root, ".." ends at it, and links of procfs are refused, whatever others do to the tree
 * meanwhile. Symbolic links are followed inside.
 */
public final class RootDir implements AutoCloseable {
  private static final int CONFINED = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

  /** A name found: the directory that holds it, to be closed by the caller, and the name there. */
  public record Entry(DirFd parent, String name) implements AutoCloseable {
    @Override
    public void close() {
      parent.close();
    }
  }

  private final Path path;
  private final DirFd top;

  RootDir(Path path, DirFd top) {
    this.path = path;
    this.top = top;
  }

  /** Where the root was when it was opened. */
  public Path path() {
    return path;
  }

  /** The root directory itself, owned by this object. */
  public DirFd top() {
    return top;
  }

  /** Opens a directory anywhere in the tree; "", "." and "/" are the root. */
  public DirFd openDirectory(String name) {
    return new DirFd(open(name, O_RDONLY | O_DIRECTORY));
  }

  /**
   * Opens what a name leads to, following links inside the root.
   *
   * @param flags of {@link OpenFlags}; without O_CREAT
   */
  public Fd open(String name, int flags) {
    String inside = name.isEmpty() ? "." : name;
    return new Fd(FileCalls.openat2(top.fd().number(), inside, flags, 0, CONFINED));
  }

  /**
   * Opens what a name leads to as a place only (O_PATH): EXDEV if the name, or a link on its way,
   * leads out of the tree, which {@link #open} would turn back into it.
   */
  public Fd openBeneath(String name) {
    int how = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return new Fd(FileCalls.openat2(top.fd().number(), name, O_PATH, 0, how));
  }

  /** The content of a regular file, EINVAL if it is something else. */
  public InputStream newInputStream(String name) {
    return DirFd.regular(open(name, O_RDONLY | O_NONBLOCK), name).inputStream();
  }

  /** What a name leads to, following links inside the root. */
  public FileStat stat(String name) {
    try (Fd fd = open(name, O_PATH)) {
      return fd.stat();
    }
  }

  /**
   * Splits a name into its directory, opened with links followed, and the last component, which is
   * neither followed nor required to exist.
   *
   * @throws LinuxException EINVAL if the name is the root or ends in ".."
   */
  public Entry locate(String name) {
    String trimmed = trimSlashes(name);
    int slash = trimmed.lastIndexOf('/');
    String last = trimmed.substring(slash + 1);
    if (last.isEmpty() || last.equals(".") || last.equals("..")) {
      throw new LinuxException(Errno.EINVAL, "locate", name);
    }
    return new Entry(openDirectory(slash < 0 ? "" : trimmed.substring(0, slash)), last);
  }

  /**
   * The path inside the root, starting with "/", that an open file of this tree has in the kernel's
   * view; what was removed or moved out of the root is ENOENT.
   */
  public String pathInside(Fd fd) {
    String root = kernelPath(top.fd());
    String full = kernelPath(fd);
    if (full.equals(root)) {
      return "/";
    }
    String prefix = root.equals("/") ? "/" : root + "/";
    if (!full.startsWith(prefix)) {
      throw new LinuxException(Errno.ENOENT, "path inside " + root, full);
    }
    return full.substring(prefix.length() - 1);
  }

  @Override
  public void close() {
    top.close();
  }

  private static String kernelPath(Fd fd) {
    return FileCalls.readlinkat(OpenFlags.AT_FDCWD, FileCalls.procPath(fd.number()));
  }

  private static String trimSlashes(String name) {
    int end = name.length();
    while (end > 0 && name.charAt(end - 1) == '/') {
      end--;
    }
    return name.substring(0, end);
  }
}
