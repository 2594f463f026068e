package dev.wherry.engine.launch;

import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/**
 * Starts processes under a supervisor of their own, so that they, their output and their exit codes
 * outlive the daemon. Blocking for as long as the runtime takes.
 */
public interface Supervisor {

  /**
   * Has the runtime create a container; its process exists and waits.
   *
   * @throws StartFailure if the runtime cannot; nothing is left then
   */
  Supervised create(Order order) throws StartFailure;

  /** Has the runtime start the process of a created container. */
  void start(Order order) throws StartFailure;

  /** Removes what the runtime keeps of a container that has ended, and its control group. */
  void delete(Order order);

  /**
   * Kills a container's processes and its supervisor, whatever state they are in, and removes what
   * is left of both.
   */
  void destroy(Order order);

  /** The supervisor of a container that outlived the daemon; empty if it is gone. */
  Optional<Supervised> adopt(Order order, int pid, long startTime);

  /**
   * Tells, from a thread of its own, each time the kernel has killed processes of a live container
   * for want of memory.
   *
   * @param kills told how many it has killed in all; must not block
   */
  Watch watchOom(Order order, LongConsumer kills);

  /** Something that is being watched. */
  interface Watch extends AutoCloseable {
    /** Tells nothing any more. */
    @Override
    void close();
  }

  /** Whether the runtime still holds a created container's process back. */
  boolean waitsForStart(Order order);

  /**
   * Begins an exec. With a conmon its process is not made before {@link PreparedExec#proceed}; with
   * pipes it may run at once, its output waits in them.
   */
  PreparedExec exec(ExecOrder order);

  /**
   * A container to supervise.
   *
   * @param command what is executed, for the text of a failure
   * @param logs where its output goes besides its clients, as conmon's {@code --log-path} has it
   * @param cgroup path below each hierarchy's root
   * @param leaveStdinOpen keep its standard input open when an attached client leaves
   */
  record Order(
      String id,
      String name,
      OciRuntime runtime,
      Bundle bundle,
      String command,
      List<String> logs,
      String cgroup,
      boolean terminal,
      boolean stdin,
      boolean leaveStdinOpen) {

    /** The same with these logs. */
    public Order withLogs(List<String> newLogs) {
      return new Order(
          id, name, runtime, bundle, command, newLogs, cgroup, terminal, stdin, leaveStdinOpen);
    }
  }

  /**
   * An exec to supervise.
   *
   * @param bundle made if it is needed, and left to the caller to remove
   * @param process its configuration (OCI runtime-spec, config.md, "Process"), JSON
   * @param command what is executed, for the text of a failure
   * @param detached whether nobody will want its streams
   * @param owner who has to be able to open its standard streams by their paths, if not the host's
   *     root
   */
  record ExecOrder(
      String id,
      String containerId,
      OciRuntime runtime,
      Bundle bundle,
      String process,
      String command,
      boolean terminal,
      boolean stdin,
      boolean detached,
      Optional<StreamOwner> owner) {}

  /** A user and group of the host, such as the root of a user namespace. */
  record StreamOwner(int uid, int gid) {}

  /** A container's process and its supervisor. */
  interface Supervised extends AutoCloseable {
    int pid();

    /** Field 22 of {@code /proc/PID/stat}. */
    long startTime();

    /**
     * Tells once, from the watcher's thread, when the supervisor is gone, which is after it has
     * written the exit file.
     */
    void onGone(Runnable gone);

    /** Stops listening; both run on. */
    @Override
    void close();
  }

  /** An exec on its way; its streams can be connected. */
  interface PreparedExec {

    ProcessStreams streams();

    /**
     * Lets the runtime run the process, and waits until it does.
     *
     * @param exited told the exit code once, from the watcher's thread
     * @return its pid in the host's namespace
     * @throws StartFailure if it cannot be run; {@code exited} is not told then
     */
    int proceed(IntConsumer exited) throws StartFailure;

    /** Gives up; the process was never made, or is killed. */
    void abort();
  }

  /** The runtime could not start a process. */
  final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient RuntimeFailure failure;

    public StartFailure(RuntimeFailure failure) {
      super(failure.text());
      this.failure = failure;
    }

    public RuntimeFailure failure() {
      return failure;
    }
  }
}
