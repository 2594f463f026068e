package dev.wherry.engine.cgroup;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Reading and writing the small text files of which control groups consist. */
final class CgroupFiles {
  /** How long processes that were killed may take to leave their group. */
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private static final long PAUSE_NANOS = 300_000;

  private CgroupFiles() {}

  /** A file's text without its last newline; empty if there is no such file. */
  static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      // ENODEV: the group was removed between open and read.
      if (!Files.exists(file)) {
        return "";
      }
      throw new EngineException.Internal("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** A file's number; 0 if there is no such file, {@link Long#MAX_VALUE} for {@code max}. */
  static long number(Path file) {
    return number(text(file));
  }

  static long number(String text) {
    return switch (text) {
      case "" -> 0;
      case "max" -> Long.MAX_VALUE;
      default -> parse(text);
    };
  }

  /** Version 1 shows "no limit" as a number near 2^63, some counters near 2^64. */
  private static long parse(String text) {
    long value = Long.parseUnsignedLong(text);
    return value < 0 ? Long.MAX_VALUE : value;
  }

  /** Lines of a name, a space and a number. */
  static Map<String, Long> flatKeyed(Path file) {
    Map<String, Long> result = new LinkedHashMap<>();
    for (String line : text(file).lines().toList()) {
      int space = line.indexOf(' ');
      if (space > 0) {
        result.put(line.substring(0, space), number(line.substring(space + 1).strip()));
      }
    }
    return result;
  }

  static void write(Path file, String value) {
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      throw new EngineException.Internal(
          "cannot write %s to %s: %s".formatted(value, file, e.getMessage()), e);
    }
  }

  /** All processes of a group and the groups below. */
  static List<Integer> pids(Path group) {
    TreeSet<Integer> result = new TreeSet<>();
    for (Path directory : tree(group)) {
      text(directory.resolve("cgroup.procs"))
          .lines()
          .filter(line -> !line.isEmpty())
          .forEach(line -> result.add(Integer.parseInt(line)));
    }
    return List.copyOf(result);
  }

  /** Sends SIGKILL to each process. */
  static void kill(Collection<Integer> pids) {
    for (int pid : pids) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Removes groups from the bottom up; kills what is in them and waits until it is gone. */
  static void remove(Path group) {
    long deadline = 0;
    while (true) {
      try {
        List<Path> tree = tree(group);
        for (Path directory : tree.reversed()) {
          Files.deleteIfExists(directory);
        }
        return;
      } catch (NoSuchFileException e) {
        return;
      } catch (DirectoryNotEmptyException e) {
        // A group was added below it meanwhile: once more.
      } catch (FileSystemException e) {
        // EBUSY: processes are, or are still dying, in it.
        long now = System.nanoTime();
        deadline = deadline == 0 ? now + PATIENCE_NANOS : deadline;
        if (now > deadline) {
          throw new EngineException.Internal("cannot remove " + group + ": " + e.getReason(), e);
        }
        kill(pids(group));
        LockSupport.parkNanos(PAUSE_NANOS);
      } catch (IOException e) {
        throw new EngineException.Internal("cannot remove " + group + ": " + e.getMessage(), e);
      }
    }
  }

  /** A group and all below it, each before those below it; empty if it is gone. */
  private static List<Path> tree(Path group) {
    List<Path> result = new ArrayList<>();
    collect(group, result);
    return result;
  }

  private static void collect(Path directory, List<Path> result) {
    try (Stream<Path> children = Files.list(directory)) {
      result.add(directory);
      children.filter(Files::isDirectory).forEach(child -> collect(child, result));
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Gone meanwhile.
    } catch (IOException e) {
      throw new EngineException.Internal("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }
}
