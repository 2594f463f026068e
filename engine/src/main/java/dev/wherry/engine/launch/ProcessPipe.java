package dev.wherry.engine.launch;

import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import java.util.Arrays;
import java.util.Optional;

/**
 * The daemon's end of a pipe to or from a process, read or written without waiting. All methods are
 * called by one thread at a time.
 */
public final class ProcessPipe implements AutoCloseable {
  /** A pipe holds this much, pipe(7). */
  private static final int CAPACITY = 64 * 1024;

  private final FdWatcher watcher;
  private final Fd fd;
  private final int event;
  private Runnable told = () -> {};
  private long token;
  private boolean watched;

  private ProcessPipe(FdWatcher watcher, Fd fd, int event) {
    this.watcher = watcher;
    this.fd = fd;
    this.event = event;
  }

  /** The reading end of a process's output. */
  static ProcessPipe output(FdWatcher watcher, Fd fd) {
    return new ProcessPipe(watcher, fd, Processes.POLLIN);
  }

  /** The writing end of a process's input. */
  static ProcessPipe input(FdWatcher watcher, Fd fd) {
    return new ProcessPipe(watcher, fd, Processes.POLLOUT);
  }

  /**
   * Reads what there is.
   *
   * @return no bytes if there is nothing now, empty if nobody can write any more
   */
  public Optional<byte[]> read() {
    byte[] bytes = new byte[CAPACITY];
    int read = fd.readNow(bytes, 0, bytes.length);
    return read < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(bytes, read));
  }

  /**
   * Writes what there is room for.
   *
   * @return how many bytes were taken; all of them if nobody reads any more
   */
  public int write(byte[] bytes, int offset, int length) {
    try {
      return fd.writeNow(bytes, offset, length);
    } catch (LinuxException e) {
      if (e.is(Errno.EPIPE)) {
        return length;
      }
      throw e;
    }
  }

  /**
   * Tells once, from a thread that must not be blocked, when it can be read or written again, or
   * the other side has gone.
   */
  public void whenReady(Runnable ready) {
    told = ready;
    if (watched) {
      watcher.again(fd, event, token);
    } else {
      watched = true;
      token = watcher.watchOnce(fd, event, () -> told.run());
    }
  }

  /** Closes this end; nothing is told any more. */
  @Override
  public void close() {
    if (watched) {
      watcher.forget(token);
    } else {
      fd.close();
    }
  }
}
