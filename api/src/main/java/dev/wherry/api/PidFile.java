package dev.wherry.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that holds the daemon's process id while it runs. Blocking. */
final class PidFile {
  private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

  private final Path path;

  private PidFile(Path path) {
    this.path = path;
  }

  /**
   * Writes the file.
   *
   * @throws IOException if a process that still runs has written it, or it cannot be written
   */
  static PidFile write(Path path) throws IOException {
    long own = ProcessHandle.current().pid();
    long other = read(path);
    if (other != own && isDaemon(other)) {
      throw new IOException(
          "pid file " + path + " found, process " + other + " is running: another daemon?");
    }
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Path fresh = path.resolveSibling(path.getFileName() + "." + own);
    Files.writeString(fresh, own + "\n");
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    return new PidFile(path);
  }

  /** The process id in a file, 0 for none. */
  private static long read(Path path) throws IOException {
    try {
      String text = Files.readString(path).strip();
      return text.matches("\\d{1,10}") ? Long.parseLong(text) : 0;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Whether a process is one of ours: after a crash its number may be anybody's. */
  private static boolean isDaemon(long pid) {
    return pid > 0
        && ProcessHandle.of(pid)
            .flatMap(process -> process.info().commandLine())
            .filter(line -> line.contains(PidFile.class.getPackageName() + ".Main"))
            .isPresent();
  }

  /** Removes the file if it is still ours. */
  void remove() {
    try {
      if (read(path) == ProcessHandle.current().pid()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", path, e.getMessage());
    }
  }
}
