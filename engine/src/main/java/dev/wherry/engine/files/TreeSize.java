package dev.wherry.engine.files;

import dev.wherry.engine.linux.DirEntry;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * How many bytes a tree holds, counted as dockerd counts layers: the sizes of all that is no
 * directory, a file with several names once. What vanishes meanwhile does not count.
 */
public final class TreeSize {

  private record Level(DirFd directory, Iterator<DirEntry> rest) {}

  private final Set<FileStat.Inode> seen = new HashSet<>();
  private final Deque<Level> path = new ArrayDeque<>();
  private long bytes;

  private TreeSize() {}

  /** The bytes below a directory, which stays open. */
  public static long of(DirFd top) {
    TreeSize size = new TreeSize();
    try {
      Level level = size.level(top);
      while (level.rest.hasNext()) {
        size.enter(top, level.rest.next().name());
        size.finish();
      }
    } finally {
      size.path.forEach(level -> level.directory.close());
    }
    return size.bytes;
  }

  /** Counts all below the directories that have been entered, and leaves them. */
  private void finish() {
    while (!path.isEmpty()) {
      Level level = path.element();
      if (level.rest.hasNext()) {
        enter(level.directory, level.rest.next().name());
      } else {
        path.pop().directory.close();
      }
    }
  }

  private void enter(DirFd parent, String name) {
    DirFd directory;
    try {
      directory = parent.openDirectory(name);
    } catch (LinuxException e) {
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
        return; // removed or replaced meanwhile
      }
      throw e;
    }
    try {
      path.push(level(directory));
    } catch (LinuxException e) {
      directory.close();
      throw e;
    }
  }

  /** Counts a directory's files and leaves its directories to be entered. */
  private Level level(DirFd directory) {
    Deque<DirEntry> directories = new ArrayDeque<>();
    for (DirEntry entry : directory.list()) {
      Optional<FileStat> stat = directory.lstatIfPresent(entry.name());
      if (stat.isPresent() && stat.get().isDirectory()) {
        directories.add(entry);
      } else {
        stat.ifPresent(this::count);
      }
    }
    return new Level(directory, directories.iterator());
  }

  private void count(FileStat stat) {
    if (stat.nlink() == 1 || seen.add(stat.inode())) {
      bytes += stat.size();
    }
  }
}
