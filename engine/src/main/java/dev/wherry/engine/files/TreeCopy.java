package dev.wherry.engine.files;

import dev.wherry.engine.linux.DirEntry;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Copies a tree so that the copy is the same in all respects: owners, modes, times to the
 * nanosecond, extended attributes, devices, holes, and which names are one file. Links are copied,
 * never followed. The copy goes into an existing directory, which gets the metadata of the original
 * one.
 */
public final class TreeCopy {
  private static final int BUFFER = 64 * 1024;
  private static final int SECTOR = 512;

  /** A directory being copied; {@code name} is its name in the one above. */
  private record Level(DirFd from, DirFd to, String name, Iterator<DirEntry> rest) {}

  private final DirFd target;
  private final Deque<Level> levels = new ArrayDeque<>();

  /** Where files with several names were copied to, as the names of the directories and theirs. */
  private final Map<FileStat.Inode, List<String>> copied = new HashMap<>();

  private final byte[] buffer = new byte[BUFFER];

  private TreeCopy(DirFd target) {
    this.target = target;
  }

  /**
   * Copies all that is in a directory, and its metadata, to another one; both stay open.
   *
   * @throws LinuxException naming what could not be copied; what has been copied so far stays
   */
  public static void copy(DirFd from, DirFd to) {
    TreeCopy copy = new TreeCopy(to);
    try {
      for (DirEntry entry : from.list()) {
        copy.copyEntry(from, to, entry.name());
        copy.finishLevels();
      }
    } finally {
      copy.levels.forEach(TreeCopy::close);
    }
    copyMetadata(from.fd(), to.fd());
  }

  private void finishLevels() {
    while (!levels.isEmpty()) {
      Level level = levels.element();
      if (level.rest.hasNext()) {
        copyEntry(level.from, level.to, level.rest.next().name());
      } else {
        // Last of all, because every new name in it changes its time.
        copyMetadata(level.from.fd(), level.to.fd());
        close(levels.pop());
      }
    }
  }

  private static void close(Level level) {
    level.from.close();
    level.to.close();
  }

  private void copyEntry(DirFd from, DirFd to, String name) {
    FileStat stat = from.lstat(name);
    if (stat.isDirectory()) {
      to.mkdir(name, 0700);
      enter(from, to, name);
    } else if (stat.nlink() > 1 && !firstOf(stat, name)) {
      linkToFirst(stat, to, name);
    } else if (stat.isRegular()) {
      copyFile(from, to, name, stat);
    } else if (stat.isSymlink()) {
      to.symlink(from.readlink(name), name);
      copyMetadata(from, to, name, stat);
    } else {
      to.mknod(name, stat.type() | 0600, stat.rdev());
      copyMetadata(from, to, name, stat);
    }
  }

  private void enter(DirFd from, DirFd to, String name) {
    DirFd source = from.openDirectory(name);
    try {
      Iterator<DirEntry> entries = source.list().iterator();
      levels.push(new Level(source, to.openDirectory(name), name, entries));
    } catch (LinuxException e) {
      source.close();
      throw e;
    }
  }

  /** Whether this is the first name met of a file with several. */
  private boolean firstOf(FileStat stat, String name) {
    List<String> path = new ArrayList<>();
    levels.descendingIterator().forEachRemaining(level -> path.add(level.name));
    path.add(name);
    return copied.putIfAbsent(stat.inode(), path) == null;
  }

  private void linkToFirst(FileStat stat, DirFd to, String name) {
    List<String> path = copied.getOrDefault(stat.inode(), List.of());
    DirFd directory = target;
    try {
      for (String step : path.subList(0, path.size() - 1)) {
        DirFd next = directory.openDirectory(step);
        closeUnlessTarget(directory);
        directory = next;
      }
      to.link(directory, path.getLast(), name);
    } finally {
      closeUnlessTarget(directory);
    }
  }

  private void closeUnlessTarget(DirFd directory) {
    if (!directory.equals(target)) {
      directory.close();
    }
  }

  private void copyFile(DirFd from, DirFd to, String name, FileStat stat) {
    boolean sparse = stat.blocks() * SECTOR < stat.size();
    try (Fd in = from.open(name, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
        Fd out = to.createFile(name, 0600)) {
      long position = 0;
      for (int n = in.read(buffer, 0, BUFFER); n > 0; n = in.read(buffer, 0, BUFFER)) {
        if (sparse && isZero(n)) {
          out.seek(position + n);
        } else {
          out.write(buffer, 0, n);
        }
        position += n;
      }
      if (sparse) {
        out.truncate(position);
      }
      copyMetadata(in, out);
    }
  }

  private boolean isZero(int length) {
    for (int i = 0; i < length; i++) {
      if (buffer[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static void copyMetadata(Fd from, Fd to) {
    FileStat stat = from.stat();
    to.chown(stat.uid(), stat.gid());
    to.chmod(stat.permissions());
    for (String attribute : from.listxattr()) {
      from.getxattr(attribute).ifPresent(value -> set(() -> to.setxattr(attribute, value)));
    }
    to.utimens(stat.atime(), stat.mtime());
  }

  private static void copyMetadata(DirFd from, DirFd to, String name, FileStat stat) {
    to.chown(name, stat.uid(), stat.gid());
    if (!stat.isSymlink()) {
      to.chmod(name, stat.permissions());
    }
    for (String attribute : from.listxattr(name)) {
      from.getxattr(name, attribute)
          .ifPresent(value -> set(() -> to.setxattr(name, attribute, value)));
    }
    to.utimens(name, stat.atime(), stat.mtime());
  }

  /** A target that keeps no attributes of some kind does without them, as with cp(1). */
  private static void set(Runnable attribute) {
    try {
      attribute.run();
    } catch (LinuxException e) {
      if (!e.is(Errno.EOPNOTSUPP)) {
        throw e;
      }
    }
  }
}
