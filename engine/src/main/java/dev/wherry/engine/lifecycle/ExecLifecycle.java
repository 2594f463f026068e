package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.launch.ProcessStreams;
import java.util.List;
import java.util.function.Consumer;

/**
 * Processes run inside running containers. Calls for one exec are made one after the other. Events
 * are appended to the journal by these methods.
 */
public interface ExecLifecycle {

  /**
   * @throws dev.wherry.engine.error.EngineException.Conflict if the container is not running or
   *     paused
   */
  Exec create(String containerId, ExecSpec spec);

  /**
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code No such exec instance: X}
   */
  Exec get(String id);

  /**
   * The same for one that is to be started.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code No such exec instance: X}
   * @throws dev.wherry.engine.error.EngineException.Conflict if its container is not running or
   *     paused
   */
  Exec startable(String id);

  /** The ids of the execs of a container that run or have not been started yet. */
  List<String> ofContainer(String containerId);

  /** Sets the size of its terminal; nothing happens to one that has been started. From memory. */
  void setConsoleSize(String id, HostConfig.ConsoleSize size);

  /**
   * Begins it; no output is lost that comes before {@link RunningExec#attached} is called.
   *
   * @param detached whether nobody will want its streams
   * @param exited told the exit code once, from a thread of the engine's, when the process has
   *     ended and all its output has been written
   */
  RunningExec start(String id, boolean detached, Consumer<Integer> exited);

  /** Sends SIGKILL to an exec's process; nothing happens if none runs. */
  void kill(String id);

  /** Drops all execs of a container that is being removed. */
  void forgetAll(String containerId);

  /**
   * Drops the execs of a container that can be started no more as it has ended. Those that were
   * started end with it and can be asked for their exit codes, as in dockerd.
   */
  void containerEnded(String containerId);

  /** Drops an exec that has ended; nothing happens for one that runs or is not known. */
  void forget(String id);

  /** An exec on its way. */
  interface RunningExec {
    ProcessStreams streams();

    /**
     * Waits until the runtime has started the process; to be called when the streams are connected.
     *
     * @throws dev.wherry.engine.error.EngineException.InvalidParameter with dockerd's text if it
     *     cannot be executed; the exit code is then 126 or 127
     */
    Exec attached();

    /** Gives up before {@link #attached}. */
    void abort();
  }
}
