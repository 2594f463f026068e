package dev.wherry.engine.log;

import dev.wherry.engine.launch.ConmonControl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.zip.GZIPOutputStream;

/**
 * Rotates the log that a conmon writes: renames the file, has conmon begin another, and removes or
 * compresses what is older. Each step can be repeated, so a crash in between loses nothing: the
 * next call goes on where it stopped.
 */
public final class LogRotation {
  private static final String UNFINISHED = ".part";

  private final ConmonControl control;

  public LogRotation(ConmonControl control) {
    this.control = control;
  }

  /**
   * Looks at the log of a live container and begins a new file if it is time. One thread at a time
   * for each log.
   *
   * @param log the file being written
   * @param fifo the container's conmon's control fifo
   * @return bytes in the file being written
   */
  public long check(Path log, LogPolicy policy, Path fifo) {
    LogFiles files = new LogFiles(log);
    long size = files.size();
    if (size >= policy.maxSize()) {
      return rotate(files, policy, fifo);
    }
    if (size < 0 && !files.older().isEmpty() && control.isRead(fifo)) {
      // It has been told to begin another and has not: the message was lost among others.
      control.reopenLogs(fifo);
    }
    return Math.max(0, size);
  }

  private long rotate(LogFiles files, LogPolicy policy, Path fifo) {
    if (!control.isRead(fifo)) {
      // It would take two messages for one.
      return policy.maxSize();
    }
    NavigableMap<Integer, Path> older = files.older();
    int number = LogFiles.next(older);
    try {
      Files.move(files.current(), files.numbered(number), StandardCopyOption.ATOMIC_MOVE);
      control.reopenLogs(fifo);
      // The number of the newest must stay known, so one file is always there.
      int first = number - Math.max(1, policy.maxFiles() - 1) + 1;
      for (Map.Entry<Integer, Path> old : older.headMap(first, false).entrySet()) {
        Files.deleteIfExists(files.numbered(old.getKey()));
        Files.deleteIfExists(files.compressed(old.getKey()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }

  /**
   * Does what may take its time, on the files that are written no more: compresses them, or empties
   * the only one if none is to be kept.
   *
   * @return whether all is done; if not, conmon still writes one of them
   */
  public boolean tidy(Path log, LogPolicy policy) {
    LogFiles files = new LogFiles(log);
    if (files.size() < 0) {
      return false;
    }
    try {
      for (Map.Entry<Integer, Path> old : files.older().entrySet()) {
        if (policy.maxFiles() < 2 && Files.size(old.getValue()) > 0) {
          replace(old.getValue(), files.numbered(old.getKey()));
        } else if (policy.compress() && !LogFiles.isCompressed(old.getValue())) {
          compress(old.getValue(), files.compressed(old.getKey()));
        }
      }
    } catch (NoSuchFileException e) {
      // Removed meanwhile, with its container.
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  /** By an empty file, so that one who is reading the old one can go on. */
  private static void replace(Path file, Path empty) throws IOException {
    Path part = empty.resolveSibling(empty.getFileName() + UNFINISHED);
    Files.write(part, new byte[0]);
    Files.move(part, empty, StandardCopyOption.ATOMIC_MOVE);
    if (!file.equals(empty)) {
      Files.delete(file);
    }
  }

  private static void compress(Path file, Path target) throws IOException {
    Path part = target.resolveSibling(target.getFileName() + UNFINISHED);
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(part), 64 * 1024)) {
      in.transferTo(out);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(file);
  }
}
