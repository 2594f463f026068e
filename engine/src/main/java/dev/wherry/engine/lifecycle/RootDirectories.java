package dev.wherry.engine.lifecycle;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.RootDir;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Directories that a container's root has to have before its process starts. Links are followed
 * inside the root, also those that lead to nothing yet: what they lead to is made.
 */
public final class RootDirectories {
  private static final int OPEN_TO_ALL = 0755;

  private static final Path TOP = Path.of("/");

  /** As the kernel, path_resolution(7). */
  private static final int MAX_LINKS = 40;

  private final RootDir root;
  private final IdMapping ids;
  private int links;

  private RootDirectories(RootDir root, IdMapping ids) {
    this.root = root;
    this.ids = ids;
  }

  /**
   * Makes a directory and those above it.
   *
   * @param ids whose root they are given to
   * @throws EngineException.InvalidParameter if something else is in the way
   */
  public static void make(RootDir root, String path, IdMapping ids) {
    if (!new RootDirectories(root, ids).walk(path, true)) {
      throw new EngineException.InvalidParameter("Cannot mkdir: " + path + " is not a directory");
    }
  }

  /**
   * Makes what links on the way to a mount's place lead to, and nothing else: the rest is made by
   * the runtime, inside of what is mounted above. Not every runtime follows a link to nothing.
   */
  static void makeBehindLinks(RootDir root, String path, IdMapping ids) {
    new RootDirectories(root, ids).walk(path, false);
  }

  /**
   * Where a path leads with links followed as far as there are any; the place need not exist. An
   * absolute path without links and "..".
   */
  static Path place(RootDir root, String path) {
    return new RootDirectories(root, IdMapping.IDENTITY).place(path);
  }

  private Path place(String path) {
    Path there = TOP;
    Deque<String> components = new ArrayDeque<>(components(path));
    while (!components.isEmpty()) {
      String component = components.pop();
      if (component.equals("..")) {
        there = there.resolve("..").normalize();
        continue;
      }
      Path next = there.resolve(component);
      Optional<String> target = readLink(next.toString());
      if (target.isEmpty()) {
        there = next;
        continue;
      }
      countLink(path);
      if (target.get().startsWith("/")) {
        there = TOP;
      }
      components(target.get()).reversed().forEach(components::push);
    }
    return there;
  }

  private static List<String> components(String path) {
    return Arrays.stream(path.split("/"))
        .filter(component -> !component.isEmpty() && !component.equals("."))
        .toList();
  }

  private Optional<String> readLink(String path) {
    try (RootDir.Entry entry = root.locate(path)) {
      return entry
          .parent()
          .lstatIfPresent(entry.name())
          .filter(FileStat::isSymlink)
          .map(link -> entry.parent().readlink(entry.name()));
    } catch (LinuxException e) {
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void countLink(String path) {
    if (++links > MAX_LINKS) {
      throw new LinuxException(Errno.ELOOP, "path_resolution", path);
    }
  }

  /**
   * @return whether all of it is there now
   */
  private boolean walk(String directory, boolean makeAll) {
    StringBuilder path = new StringBuilder();
    for (String component : TOP.resolve(directory).normalize().toString().split("/")) {
      if (component.isEmpty()) {
        continue;
      }
      path.append('/').append(component);
      if (!step(path.toString(), makeAll)) {
        return false;
      }
    }
    return true;
  }

  private boolean step(String path, boolean makeAll) {
    try {
      root.openDirectory(path).close();
      return true;
    } catch (LinuxException e) {
      if (e.is(Errno.ENOTDIR)) {
        return false;
      }
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
    try (RootDir.Entry entry = root.locate(path)) {
      Optional<FileStat> there = entry.parent().lstatIfPresent(entry.name());
      if (there.filter(FileStat::isSymlink).isPresent()) {
        return follow(path, entry);
      }
      if (makeAll) {
        entry.parent().mkdir(entry.name(), OPEN_TO_ALL);
        ids.own(entry.parent(), entry.name());
        // Exactly this mode, whatever our umask.
        entry.parent().chmod(entry.name(), OPEN_TO_ALL);
      }
      return makeAll;
    }
  }

  private boolean follow(String path, RootDir.Entry link) {
    countLink(path);
    String target = link.parent().readlink(link.name());
    return walk(Path.of(root.pathInside(link.parent().fd())).resolve(target).toString(), true);
  }
}
