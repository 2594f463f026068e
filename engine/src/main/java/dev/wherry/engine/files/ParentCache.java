package dev.wherry.engine.files;

import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.RootDir;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The directories that members were last written to, open. Most members of an archive follow others
 * of the same directory, and resolving a long name anew costs more than writing a small file.
 */
final class ParentCache implements AutoCloseable {
  private static final int MAX_OPEN = 64;

  /**
   * An open directory.
   *
   * @param real its path inside the root, without links; empty for the root
   */
  record Parent(DirFd directory, String real) {
    String path(String name) {
      return real.isEmpty() ? name : real + "/" + name;
    }
  }

  /** Makes a missing directory. */
  interface Maker {
    void make(Parent parent, String name) throws IOException;
  }

  private final RootDir root;
  private final Maker maker;

  /** By path as members write it; the one used longest ago first. */
  private final Map<String, Parent> open = new LinkedHashMap<>(16, 0.75f, true);

  ParentCache(RootDir root, Maker maker) {
    this.root = root;
    this.maker = maker;
  }

  /** The directory that holds a cleaned path's last component; it is made if it is missing. */
  Parent of(String path) throws IOException {
    int slash = path.lastIndexOf('/');
    return directory(slash < 0 ? "" : path.substring(0, slash));
  }

  private Parent directory(String path) throws IOException {
    Parent known = open.get(path);
    if (known != null) {
      return known;
    }
    DirFd directory;
    try {
      directory = root.openDirectory(path);
    } catch (LinuxException e) {
      if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR)) {
        throw e;
      }
      maker.make(of(path), path.substring(path.lastIndexOf('/') + 1));
      directory = root.openDirectory(path);
    }
    Parent parent = new Parent(directory, root.pathInside(directory.fd()).substring(1));
    open.put(path, parent);
    if (open.size() > MAX_OPEN) {
      Iterator<Parent> oldest = open.values().iterator();
      oldest.next().directory().close();
      oldest.remove();
    }
    return parent;
  }

  /** Something was replaced: any path may lead elsewhere now. Only {@code kept} stays open. */
  void forget(Parent kept) {
    open.values().stream()
        .filter(parent -> !parent.equals(kept))
        .forEach(parent -> parent.directory().close());
    open.values().removeIf(parent -> !parent.equals(kept));
  }

  @Override
  public void close() {
    open.values().forEach(parent -> parent.directory().close());
    open.clear();
  }
}
