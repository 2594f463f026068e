package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The fifo at which a created container waits for its start, in its runtime's directory of state:
 * with it a start needs no process of the runtime's.
 */
record StartFifo(Path path, Paths paths, Processes processes) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  boolean exists() {
    return Files.exists(path);
  }

  /**
   * Does what the runtime's {@code start} does.
   *
   * @return whether the container is on its way; if not, the runtime is to be asked
   */
  boolean release(OciRuntime.Kind kind) {
    try {
      return switch (kind) {
        case RUNC -> read();
        case CRUN -> write();
        case OTHER -> false;
      };
    } catch (LinuxException e) {
      // ENXIO: nobody has it open for reading.
      if (e.is(Errno.ENOENT) || e.is(Errno.ENXIO)) {
        return false;
      }
      throw e;
    } catch (IOException e) {
      throw new EngineException.Internal("cannot remove " + path + ": " + e.getMessage(), e);
    }
  }

  /** The process waits in open(2) of the fifo, writes one byte to it and executes its program. */
  private boolean read() throws IOException {
    try (Fd fd = paths.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0)) {
      if (processes.poll(fd, Processes.POLLIN, PATIENCE) == 0) {
        return false;
      }
      boolean started = fd.read(new byte[1], 0, 1) == 1;
      Files.deleteIfExists(path);
      return started;
    }
  }

  /** The process waits for one byte from the fifo. */
  private boolean write() throws IOException {
    try (Fd fd = paths.open(path, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, 0)) {
      Files.deleteIfExists(path);
      fd.write(new byte[1], 0, 1);
      return true;
    }
  }
}
