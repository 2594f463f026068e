package dev.wherry.engine.launch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import java.nio.file.Path;

/**
 * Messages to a conmon through its control fifo (conmon, ctrl.c): three numbers a line. conmon
 * takes what it reads at once for one message, so the caller leaves time between two messages to
 * the same conmon.
 */
public final class ConmonControl {
  private static final int RESIZE = 1;
  private static final int REOPEN_LOGS = 2;

  private final Paths paths;

  public ConmonControl(Paths paths) {
    this.paths = paths;
  }

  /**
   * Sets the size of the process's terminal.
   *
   * @return whether there was a conmon to tell
   */
  public boolean resize(Path control, int rows, int columns) {
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
