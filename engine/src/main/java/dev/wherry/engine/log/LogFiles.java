package dev.wherry.engine.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files of one container's log: {@code NAME} is written to, {@code NAME.1} is the one before
 * it, {@code NAME.2} older still. A file keeps its identity when it is renamed, by which a reader
 * finds its place again after a rotation.
 */
final class LogFiles {
  private final Path current;

  LogFiles(Path current) {
    this.current = current;
  }

  /** The path of a generation, 0 being written to. */
  static Path generation(Path current, int number) {
    return number == 0 ? current : current.resolveSibling(current.getFileName() + "." + number);
  }

  /** Opens all files there are, oldest first. */
  Deque<OpenLog> openAll() {
    Deque<OpenLog> files = new ArrayDeque<>();
    for (int i = 0; ; i++) {
      OpenLog log = open(generation(current, i));
      if (log != null) {
        files.addFirst(log);
      } else if (i > 0) {
        return files;
      }
    }
  }

  /** Opens the files that came after one that has been read to its end, oldest first. */
  Deque<OpenLog> openAfter(OpenLog last) {
    Deque<OpenLog> newer = new ArrayDeque<>();
    for (int i = 0; ; i++) {
      OpenLog log = open(generation(current, i));
      if (log == null) {
        if (i == 0) {
          // Between the rename and the writer's reopening there is no current file.
          continue;
        }
        return newer;
      }
      if (Objects.equals(log.identity(), last.identity())) {
        log.close();
        return newer;
      }
      newer.addFirst(log);
    }
  }

  private static @Nullable OpenLog open(Path path) {
    try {
      while (true) {
        Object before = identity(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        if (Objects.equals(before, identity(path))) {
          return new OpenLog(channel, before);
        }
        // Renamed between the look and the opening.
        channel.close();
      }
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** A file of a log, open for reading. */
  record OpenLog(FileChannel channel, @Nullable Object identity) {
    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
