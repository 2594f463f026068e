package dev.wherry.engine.contents;

import dev.wherry.engine.contents.Change.Kind;
import dev.wherry.engine.contents.LowerDirectory.Found;
import dev.wherry.engine.files.Whiteouts;
import dev.wherry.engine.linux.DirEntry;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.snapshot.Snapshotter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What an upper layer changes of those below it, as {@code docker diff} tells it: what is only
 * below was not touched, so only the upper layer is walked. A name that was written over but is as
 * it was is no change; a directory is one if something in it is. The container may run meanwhile.
 */
final class UpperChanges {
  private static final String CAPABILITIES = "security.capability";

  /** A directory of the upper layer, being looked through. */
  private static final class Level implements AutoCloseable {
    final DirFd upper;
    final LowerDirectory lower;
    final String path;
    final Iterator<String> rest;
    final boolean told;
    final int changesBefore;

    Level(
        DirFd upper,
        LowerDirectory lower,
        String path,
        Set<String> names,
        boolean told,
        int changesBefore) {
      this.upper = upper;
      this.lower = lower;
      this.path = path;
      this.rest = names.iterator();
      this.told = told;
      this.changesBefore = changesBefore;
    }

    @Override
    public void close() {
      upper.close();
      lower.close();
    }
  }

  private final List<Change> changes = new ArrayList<>();
  private final Deque<Level> levels = new ArrayDeque<>();

  private UpperChanges() {}

  /** All changes, sorted by path. */
  static List<Change> of(Paths paths, Snapshotter.Stack stack) {
    UpperChanges found = new UpperChanges();
    List<DirFd> lower = new ArrayList<>();
    try (RootDir upper = paths.openRoot(stack.upper())) {
      for (Path layer : stack.lower()) {
        lower.add(paths.openRoot(layer).top());
      }
      found.run(upper.openDirectory(""), new LowerDirectory(lower));
    } finally {
      lower.forEach(DirFd::close);
      found.levels.forEach(Level::close);
    }
    return found.changes.stream().sorted(Comparator.comparing(Change::path)).toList();
  }

  private void run(DirFd upper, LowerDirectory lower) {
    levels.push(new Level(upper, lower, "", names(upper), true, 0));
    while (!levels.isEmpty()) {
      Level level = levels.element();
      if (level.rest.hasNext()) {
        compare(level, level.rest.next());
      } else {
        leave(levels.pop());
      }
    }
  }

  private void leave(Level level) {
    if (!level.told && changes.size() > level.changesBefore) {
      changes.add(new Change(level.path, Kind.MODIFIED));
    }
    level.close();
  }

  private static Set<String> names(DirFd directory) {
    return directory.list().stream()
        .map(DirEntry::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void compare(Level level, String name) {
    Optional<FileStat> stat = level.upper.lstatIfPresent(name);
    if (stat.isEmpty()) {
      return; // removed meanwhile
    }
    String path = level.path + "/" + name;
    Optional<Found> below = level.lower.find(name);
    if (stat.get().isWhiteout()) {
      below.ifPresent(there -> changes.add(new Change(path, Kind.DELETED)));
      return;
    }
    boolean changed = below.isEmpty() || differs(level.upper, name, stat.get(), below.get());
    int before = changes.size();
    if (changed) {
      changes.add(new Change(path, below.isEmpty() ? Kind.ADDED : Kind.MODIFIED));
    }
    if (stat.get().isDirectory()) {
      enter(level, name, path, changed, before);
    }
  }

  private void enter(Level level, String name, String path, boolean told, int before) {
    DirFd upper;
    try {
      upper = level.upper.openDirectory(name);
    } catch (LinuxException e) {
      switch (e.errno()) {
        case ENOENT, ENOTDIR, ELOOP -> {
          return; // replaced meanwhile
        }
        default -> throw e;
      }
    }
    LowerDirectory lower = LowerDirectory.empty();
    boolean entered = false;
    try {
      lower = level.lower.enter(name);
      Set<String> names = names(upper);
      if (Whiteouts.isOpaque(upper.fd())) {
        // Made anew: what was there before and is not now is gone.
        lower.names().stream()
            .filter(old -> !names.contains(old))
            .forEach(old -> changes.add(new Change(path + "/" + old, Kind.DELETED)));
      }
      levels.push(new Level(upper, lower, path, names, told, before));
      entered = true;
    } finally {
      if (!entered) {
        upper.close();
        lower.close();
      }
    }
  }

  /** Whether a name is something else than below; a directory's own time and size don't count. */
  private static boolean differs(DirFd upper, String name, FileStat stat, Found below) {
    FileStat other = below.stat();
    if (stat.mode() != other.mode()
        || stat.uid() != other.uid()
        || stat.gid() != other.gid()
        || !stat.rdev().equals(other.rdev())) {
      return true;
    }
    if (stat.isDirectory()) {
      return false;
    }
    return stat.size() != other.size()
        || !stat.mtime().equals(other.mtime())
        || !Arrays.equals(capabilities(upper, name), capabilities(below.layer(), name));
  }

  private static byte[] capabilities(DirFd directory, String name) {
    return directory.getxattr(name, CAPABILITIES).orElse(new byte[0]);
  }
}
