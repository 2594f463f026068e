package dev.wherry.engine.snapshot;

import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files and directories that every container needs as mount points, whatever its image holds:
 * the same that dockerd makes. They lie between the image and the container's own layer, so that no
 * difference is seen in what the container changed. Where the image has a symbolic link or file in
 * the way it is replaced, so that nothing is ever mounted where an image's link leads.
 */
final class InitLayer {
  private static final List<String> DIRECTORIES = List.of("dev/pts", "dev/shm", "proc", "sys");
  private static final List<String> FILES =
      List.of(".dockerenv", "etc/resolv.conf", "etc/hosts", "etc/hostname", "dev/console");
  private static final String MTAB = "mtab";
  private static final int MODE = 0755;

  private final RootDir root;
  private final IdMapping ids;

  private InitLayer(RootDir root, IdMapping ids) {
    this.root = root;
    this.ids = ids;
  }

  /** Makes them in a root file system that is mounted at a path. */
  static void populate(Paths paths, Path mounted, IdMapping ids) {
    try (RootDir root = paths.openRoot(mounted)) {
      new InitLayer(root, ids).populate();
    }
  }

  private void populate() {
    for (String directory : DIRECTORIES) {
      openDirectory(directory).close();
    }
    for (String file : FILES) {
      makeFile(file);
    }
    try (DirFd etc = openDirectory("etc")) {
      if (clear(etc, MTAB)) {
        etc.symlink("/proc/mounts", MTAB);
        ids.own(etc, MTAB);
      }
    }
  }

  private void makeFile(String path) {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    try (DirFd parent = openDirectory(path.substring(0, Math.max(slash, 0)))) {
      if (clear(parent, name)) {
        parent.createFile(name, MODE).close();
        ids.own(parent, name);
        parent.chmod(name, MODE);
      }
    }
  }

  /** Opens a directory step by step, following nothing and making what is missing. */
  private DirFd openDirectory(String path) {
    DirFd here = root.openDirectory("");
    for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
      try (DirFd parent = here) {
        if (clear(parent, name)) {
          parent.mkdir(name, MODE);
          ids.own(parent, name);
          parent.chmod(name, MODE);
        }
        here = parent.openDirectory(name);
      }
    }
    return here;
  }

  /** Removes what is no directory; whether the name is free now. */
  private static boolean clear(DirFd parent, String name) {
    Optional<FileStat> stat = parent.lstatIfPresent(name);
    if (stat.isPresent() && !stat.get().isDirectory()) {
      parent.unlink(name);
    }
    return stat.isEmpty() || !stat.get().isDirectory();
  }
}
