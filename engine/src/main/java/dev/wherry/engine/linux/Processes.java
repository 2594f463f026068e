package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Starting, watching and signalling processes. Failures are {@link LinuxException}s. */
public interface Processes {
  /** poll(2): there is data, or the end of it. */
  int POLLIN = 0x1;

  /** poll(2): something out of the ordinary, as a changed file of a control group. */
  int POLLPRI = 0x2;

  /** poll(2): writing will not block. */
  int POLLOUT = 0x4;

  /** poll(2): an error; only ever returned. */
  int POLLERR = 0x8;

  /** poll(2): the other side hung up; only ever returned. */
  int POLLHUP = 0x10;

  /** The two ends of a pipe. */
  record Pipe(Fd read, Fd write) implements AutoCloseable {
    @Override
    public void close() {
      try (read;
          write) {
        // both are closed by the statement
      }
    }
  }

  /**
   * Starts a program with posix_spawn(3): signal mask empty, all signals at their default, only the
   * named descriptors open. The caller has to wait for the child with {@link #waitpid}.
   *
   * @return its pid
   * @throws LinuxException ENOENT, EACCES, ENOEXEC if the program can't be run
   */
  int spawn(SpawnSpec spec);

  /** Waits until a child has ended. */
  WaitStatus waitpid(int pid);

  /** How a child ended, empty if it still runs; WNOHANG of waitpid(2). */
  Optional<WaitStatus> tryWaitpid(int pid);

  /** A handle of a process that can be polled for its end, pidfd_open(2): ESRCH if it is gone. */
  Fd pidfdOpen(int pid);

  /** Signals exactly the process that the handle was opened for: ESRCH if it ended. */
  void pidfdSendSignal(Fd pidfd, int signal);

  /** kill(2). */
  void kill(int pid, int signal);

  /** What procfs tells of a process, empty if there is none. */
  Optional<ProcessStat> stat(int pid);

  /** pipe2(2), both ends close-on-exec. */
  Pipe pipe();

  /**
   * A pipe for a child's output: reading does not wait, and the child's end is open for reading
   * too, so that writing to it never fails, only waits, when nobody reads any more.
   */
  Pipe outputPipe();

  /** A pipe for a child's input: writing does not wait. */
  Pipe inputPipe();

  /**
   * A file in memory, memfd_create(2).
   *
   * @param name for those who look into procfs
   */
  Fd memoryFile(String name, byte[] content);

  /**
   * A copy of a file in memory that can be executed and, sealed, never be changed again:
   * memfd_create(2).
   */
  Fd sealedCopy(Path file);

  /** eventfd(2), close-on-exec, non-blocking if asked. */
  Fd eventfd(boolean nonBlocking);

  /**
   * Waits for one descriptor, poll(2).
   *
   * @return the events that came, 0 if the time ran out first
   */
  int poll(Fd fd, int events, Duration timeout);

  /** Gives the pipes that a process has open to a user, who can open them by procfs then. */
  void ownPipes(int pid, int uid, int gid);

  /** Sets the file mode mask of the whole process: the old one. The daemon runs with 0. */
  int umask(int mask);

  /** The effective user id: 0 for root. */
  int geteuid();

  /** getpid(2). */
  int getpid();

  /**
   * Whether this kernel runs programs of the x32 ABI, syscall(2): few do, and where it does not a
   * system call of that ABI is ENOSYS.
   */
  boolean hasX32();
}
