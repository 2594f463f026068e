package dev.wherry.engine.contents;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TarPaths;
import dev.wherry.engine.files.TreeArchiver;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.tar.TarFormatException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a path in a container leads to, held by a directory so that it stays what was found: a name
 * in that directory, or the directory itself.
 */
final class Located implements AutoCloseable {
  private final ContainerPath path;
  private final DirFd directory;

  /** {@code null} for the directory itself. */
  private final @Nullable String entry;

  private final PathStat stat;

  private Located(RootDir root, ContainerPath path, DirFd directory, @Nullable String entry) {
    this.path = path;
    this.directory = directory;
    this.entry = entry;
    this.stat = stat(root);
  }

  /**
   * Finds it.
   *
   * @param ref how the client calls the container
   */
  static Located find(RootDir root, ContainerPath path, String ref) {
    try {
      if (path.followed()) {
        return closingOnFailure(root, path, root.openDirectory(path.inside()), null);
      }
      RootDir.Entry entry = root.locate(path.inside());
      return closingOnFailure(root, path, entry.parent(), entry.name());
    } catch (LinuxException e) {
      throw failure(e, path, ref);
    }
  }

  private static Located closingOnFailure(
      RootDir root, ContainerPath path, DirFd directory, @Nullable String entry) {
    try {
      return new Located(root, path, directory, entry);
    } catch (LinuxException e) {
      directory.close();
      throw e;
    }
  }

  /** What to tell of a path that leads to nothing. */
  static EngineException failure(LinuxException e, ContainerPath path, String ref) {
    return switch (e.errno()) {
      case ENOENT ->
          new EngineException.NotFound(
              "Could not find the file " + path.given() + " in container " + ref);
      case ENOTDIR, ELOOP, ENAMETOOLONG, EINVAL ->
          new EngineException.InvalidParameter(
              "lstat /"
                  + path.inside()
                  + ": "
                  + e.errno().text().toLowerCase(java.util.Locale.ROOT),
              e);
      default -> new EngineException.Internal(String.valueOf(e.getMessage()), e);
    };
  }

  PathStat stat() {
    return stat;
  }

  void writeTo(TreeArchiver archive) throws IOException {
    String name = entry;
    if (name == null) {
      archive.addDirectory(directory, path.name());
    } else {
      archive.addEntry(directory, name, path.name());
    }
  }

  private PathStat stat(RootDir root) {
    String name = entry;
    FileStat found = name == null ? directory.stat() : directory.lstat(name);
    String target = name != null && found.isSymlink() ? target(root, name) : "";
    return new PathStat(path.name(), found.size(), found.mode(), found.mtime(), target);
  }

  /** Where a link leads in the container; by its text alone if that is nowhere. */
  private String target(RootDir root, String name) {
    String text = directory.readlink(name);
    try (Fd end = root.open(path.inside(), OpenFlags.O_PATH)) {
      return root.pathInside(end);
    } catch (LinuxException e) {
      String parent = root.pathInside(directory.fd());
      String whole = text.startsWith("/") ? text : parent + "/" + text;
      try {
        return "/" + TarPaths.clean(whole);
      } catch (TarFormatException impossible) {
        return text;
      }
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
