package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.OpenFlags.AT_EMPTY_PATH;
import static dev.wherry.engine.linux.OpenFlags.AT_REMOVEDIR;
import static dev.wherry.engine.linux.OpenFlags.O_DIRECTORY;
import static dev.wherry.engine.linux.OpenFlags.O_NOFOLLOW;
import static dev.wherry.engine.linux.OpenFlags.RESOLVE_BENEATH;
import static dev.wherry.engine.linux.OpenFlags.RESOLVE_NO_SYMLINKS;
import static dev.wherry.engine.linux.OpenFlags.RESOLVE_NO_XDEV;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Removes trees relative to directory handles, with two descriptors open whatever the depth: on the
 * way up a parent is opened again as ".." and has to be the directory that we came from.
 */
final class TreeRemover {
  private static final int ENTER = RESOLVE_NO_XDEV | RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;

  /** A directory on the way down: who it is, and what is left of the last batch of its names. */
  private record Level(String name, FileStat stat, Iterator<DirEntry> rest) {}

  private final int base;
  private final Deque<Level> path = new ArrayDeque<>();
  private @Nullable Fd current;

  private TreeRemover(int base) {
    this.base = base;
  }

  static void remove(int dirfd, String name) {
    if (unlinked(dirfd, name)) {
      return;
    }
    TreeRemover remover = new TreeRemover(dirfd);
    try {
      remover.run(name);
    } finally {
      remover.moveTo(null);
    }
  }

  private void run(String name) {
    descend(base, name);
    Fd here = current;
    while (here != null) {
      String child = removeUntilDirectory(here.number(), path.element());
      if (child != null) {
        descend(here.number(), child);
      } else {
        ascend(here);
      }
      here = current;
    }
  }

  private void descend(int from, String name) {
    Fd next = new Fd(FileCalls.openat2(from, name, O_DIRECTORY | O_NOFOLLOW, 0, ENTER));
    moveTo(next);
    path.push(level(next.number(), name));
  }

  /**
   * A level's batch is done. If the directory is empty now it is removed and its parent is next,
   * else it is read again from its start.
   */
  private void ascend(Fd here) {
    Level done = path.pop();
    Level parent = path.peek();
    Fd up = parent == null ? null : parentOf(here, parent);
    try {
      long result = FileCalls.tryUnlinkat(up == null ? base : up.number(), done.name, AT_REMOVEDIR);
      if (result == -Errno.ENOTEMPTY.number()) {
        here.seek(0);
        path.push(level(here.number(), done.name));
        return;
      }
      if (result != -Errno.ENOENT.number()) {
        FileCalls.check(result, "rmdir", done.name);
      }
      moveTo(up);
      up = null;
    } finally {
      if (up != null) {
        up.close();
      }
    }
  }

  private void moveTo(@Nullable Fd next) {
    Fd last = current;
    current = next;
    if (last != null) {
      last.close();
    }
  }

  private static Fd parentOf(Fd here, Level expected) {
    Fd up = new Fd(FileCalls.openat(here.number(), "..", O_DIRECTORY | O_NOFOLLOW, 0));
    if (!up.stat().sameFile(expected.stat)) {
      up.close();
      throw new LinuxException(Errno.ESTALE, "remove of a directory that was moved", expected.name);
    }
    return up;
  }

  private static Level level(int fd, String name) {
    FileStat stat = FileCalls.statx(fd, "", AT_EMPTY_PATH);
    return new Level(name, stat, DirReader.readBatch(fd).iterator());
  }

  /** Removes what is no directory from a level's batch: the first directory met, or null. */
  private static @Nullable String removeUntilDirectory(int fd, Level level) {
    while (level.rest.hasNext()) {
      DirEntry entry = level.rest.next();
      if (entry.isDirectory() || !unlinked(fd, entry.name())) {
        return entry.name();
      }
    }
    return null;
  }

  /** Whether the name is gone now; false if it is a directory. */
  private static boolean unlinked(int dirfd, String name) {
    long result = FileCalls.tryUnlinkat(dirfd, name, 0);
    if (result == -Errno.EISDIR.number()) {
      return false;
    }
    if (result != -Errno.ENOENT.number()) {
      FileCalls.check(result, "unlink", name);
    }
    return true;
  }
}
