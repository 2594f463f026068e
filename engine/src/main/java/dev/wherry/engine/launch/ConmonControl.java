package dev.wherry.engine.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Messages to a conmon through its control fifo (conmon, ctrl.c): three numbers a line. conmon
 * takes what it reads at once for one message, so the caller leaves time between two messages to
 * the same conmon.
 */
public final class ConmonControl {
  private static final int RESIZE = 1;
  private static final int REOPEN_LOGS = 2;
  private static final int READ_WAITS = 50;
  private static final long READ_WAIT_NANOS = 1_000_000;

  private final Paths paths;
  private final Processes processes;

  public ConmonControl(Paths paths, Processes processes) {
    this.paths = paths;
    this.processes = processes;
  }

  /**
   * Sets the size of the process's terminal.
   *
   * @return whether there was a conmon to tell
   */
  public boolean resize(Path control, int rows, int columns) {
    awaitRead(control);
    return send(control, RESIZE, rows, columns);
  }

  /**
   * Has it write on to a new log file; the old one has been renamed.
   *
   * @return whether there was a conmon to tell
   */
  public boolean reopenLogs(Path control) {
    return send(control, REOPEN_LOGS, 0, 0);
  }

  /**
   * Whether conmon has read all that was sent; what is sent before that it may take for one message
   * with what is still unread.
   */
  public boolean isRead(Path control) {
    int flags = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK;
    try (Fd fifo = paths.open(control, flags, 0)) {
      return (processes.poll(fifo, Processes.POLLIN, Duration.ZERO) & Processes.POLLIN) == 0;
    } catch (LinuxException e) {
      if (e.is(Errno.ENOENT)) {
        return true;
      }
      throw e;
    }
  }

  /** For as long as it takes a conmon that is not held up. */
  private void awaitRead(Path control) {
    for (int i = 0; i < READ_WAITS && !isRead(control); i++) {
      LockSupport.parkNanos(READ_WAIT_NANOS);
    }
  }

  private boolean send(Path control, int type, int first, int second) {
    byte[] line = "%d %d %d\n".formatted(type, first, second).getBytes(US_ASCII);
    try (Fd fifo = paths.open(control, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, 0)) {
      fifo.write(line, 0, line.length);
      return true;
    } catch (LinuxException e) {
      // No fifo, nobody who reads it, or nobody any more: the process has ended.
      if (e.is(Errno.ENOENT) || e.is(Errno.ENXIO) || e.is(Errno.EPIPE)) {
        return false;
      }
      throw e;
    }
  }
}
