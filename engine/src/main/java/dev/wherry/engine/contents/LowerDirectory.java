package dev.wherry.engine.contents;

import dev.wherry.engine.files.Whiteouts;
import dev.wherry.engine.linux.DirEntry;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.FileStat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One directory as a stack of layers shows it, read layer by layer without mounting them: the
 * uppermost layer that has a name decides what it is, directories merge down to an opaque one (the
 * kernel's {@code Documentation/filesystems/overlayfs.rst}).
 */
final class LowerDirectory implements AutoCloseable {
  /** The layers that have this directory, the uppermost first. */
  private final List<DirFd> layers;

  /**
   * @param layers the uppermost first; closed with this
   */
  LowerDirectory(List<DirFd> layers) {
    this.layers = List.copyOf(layers);
  }

  /** One that has nothing in it. */
  static LowerDirectory empty() {
    return new LowerDirectory(List.of());
  }

  /** What a name is, and the layer that says so. */
  record Found(DirFd layer, FileStat stat) {}

  /** What a name is; empty if there is nothing or what there was has been removed. */
  Optional<Found> find(String name) {
    for (DirFd layer : layers) {
      Optional<FileStat> stat = layer.lstatIfPresent(name);
      if (stat.isPresent()) {
        return stat.filter(there -> !there.isWhiteout()).map(there -> new Found(layer, there));
      }
    }
    return Optional.empty();
  }

  /** The directory of a name; one that has nothing in it if the name is no directory. */
  LowerDirectory enter(String name) {
    List<DirFd> found = new ArrayList<>();
    boolean done = false;
    try {
      for (DirFd layer : layers) {
        Optional<FileStat> stat = layer.lstatIfPresent(name);
        if (stat.isEmpty()) {
          continue;
        }
        if (!stat.get().isDirectory()) {
          break;
        }
        DirFd directory = layer.openDirectory(name);
        found.add(directory);
        if (Whiteouts.isOpaque(directory.fd())) {
          break;
        }
      }
      done = true;
      return new LowerDirectory(found);
    } finally {
      if (!done) {
        found.forEach(DirFd::close);
      }
    }
  }

  /** All names that are there. */
  Set<String> names() {
    Set<String> seen = new HashSet<>();
    Set<String> names = new TreeSet<>();
    for (DirFd layer : layers) {
      for (DirEntry entry : layer.list()) {
        if (seen.add(entry.name()) && !layer.lstat(entry.name()).isWhiteout()) {
          names.add(entry.name());
        }
      }
    }
    return names;
  }

  @Override
  public void close() {
    layers.forEach(DirFd::close);
  }
}
