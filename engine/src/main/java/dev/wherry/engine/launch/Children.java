package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Signals;
import dev.wherry.engine.linux.WaitStatus;
import java.time.Duration;

/** Waits for children of the daemon, and not for ever. */
final class Children {
  private Children() {}

  /**
   * Waits for a child that leads a session of its own; one that hangs is killed with its process
   * group.
   *
   * @param name of the program, for the text of the failure
   * @throws EngineException.Internal if it had to be killed
   */
  static WaitStatus await(Processes processes, int child, String name, Duration patience) {
    boolean ended;
    try (Fd handle = processes.pidfdOpen(child)) {
      ended = processes.poll(handle, Processes.POLLIN, patience) != 0;
    }
    if (ended) {
      return processes.waitpid(child);
    }
    kill(processes, child);
    throw hangs(name, patience);
  }

  /** Kills a child with its process group and takes its end. */
  static void kill(Processes processes, int child) {
    try {
      processes.kill(-child, Signals.SIGKILL);
    } catch (LinuxException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
    processes.waitpid(child);
  }

  static EngineException hangs(String name, Duration patience) {
    return new EngineException.Internal(
        "%s did not end within %d s and was killed".formatted(name, patience.toSeconds()));
  }
}
