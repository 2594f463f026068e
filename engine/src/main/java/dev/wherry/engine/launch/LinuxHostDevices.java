package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The device nodes below /dev. */
public final class LinuxHostDevices implements HostDevices {
  /** What the runtime makes itself, or what is not a device. */
  private static final Set<String> SKIPPED =
      Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console");

  private final Paths paths;

  public LinuxHostDevices(Paths paths) {
    this.paths = paths;
  }

  @Override
  public List<HostDevice> at(String path) {
    FileStat stat;
    try (Fd fd = paths.open(Path.of(path), OpenFlags.O_PATH, 0)) {
      stat = fd.stat();
    } catch (LinuxException e) {
      throw notFound(path, e.errno().text().toLowerCase(Locale.ROOT));
    }
    List<HostDevice> found = new ArrayList<>();
    if (stat.isDirectory()) {
      collect(Path.of(path), found);
    } else {
      add(path, stat, found);
    }
    if (found.isEmpty()) {
      throw notFound(path, "not a device node");
    }
    return found;
  }

  @Override
  public List<HostDevice> all() {
    List<HostDevice> found = new ArrayList<>();
    collect(Path.of("/dev"), found);
    return found;
  }

  private void collect(Path directory, List<HostDevice> found) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (SKIPPED.contains(String.valueOf(entry.getFileName()))) {
          continue;
        }
        FileStat stat = paths.lstatIfPresent(entry).orElse(null);
        if (stat != null && stat.isDirectory()) {
          collect(entry, found);
        } else if (stat != null) {
          add(entry.toString(), stat, found);
        }
      }
    } catch (IOException e) {
      throw new EngineException.Internal("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static void add(String path, FileStat stat, List<HostDevice> found) {
    int type = stat.type();
    if (type != FileStat.S_IFCHR && type != FileStat.S_IFBLK) {
      return;
    }
    found.add(
        new HostDevice(
            path,
            type == FileStat.S_IFCHR ? "c" : "b",
            stat.rdev().major(),
            stat.rdev().minor(),
            stat.permissions(),
            stat.uid(),
            stat.gid()));
  }

  private static EngineException notFound(String path, String reason) {
    return new EngineException.InvalidParameter(
        "error gathering device information while adding custom device \"%s\": %s"
            .formatted(path, reason));
  }
}
