package dev.wherry.engine.container;

import java.time.Instant;

/**
 * Where a container is in its life. Each state answers what may be done from it, so that no caller
 * compares names.
 */
public sealed interface ContainerState {

  /** The advice that goes with a refusal. */
  String STOP_FIRST = ": stop the container before removing or force remove";

  /** The API's word: created, running, paused, restarting, removing, exited or dead. */
  String status();

  /** Whether a process of it exists (running or paused). */
  boolean isAlive();

  default boolean canStart() {
    return !isAlive() && !(this instanceof Removing) && !(this instanceof Dead);
  }

  /** What dockerd says of one that cannot be removed as it is; empty if it can. */
  default String whyNotRemovable() {
    return switch (this) {
      case Running ignored -> "running" + STOP_FIRST;
      case Restarting ignored -> "restarting" + STOP_FIRST;
      case Paused ignored -> "paused and must be unpaused first";
      case Created ignored -> "";
      case Exited ignored -> "";
      case Removing ignored -> "";
      case Dead ignored -> "";
    };
  }

  /** Made, never started. A start that failed leaves it here with the failure's code and text. */
  record Created(int exitCode, String error) implements ContainerState {
    public static final Created FRESH = new Created(0, "");

    @Override
    public String status() {
      return "created";
    }

    @Override
    public boolean isAlive() {
      return false;
    }
  }

  /**
   * @param pid of the container's first process, in the host's pid namespace
   * @param pidStartTime field 22 of {@code /proc/PID/stat}, which tells a reused pid from ours
   */
  record Running(int pid, long pidStartTime, Instant startedAt) implements ContainerState {
    @Override
    public String status() {
      return "running";
    }

    @Override
    public boolean isAlive() {
      return true;
    }
  }

  /** All its processes are frozen. */
  record Paused(Running running) implements ContainerState {
    @Override
    public String status() {
      return "paused";
    }

    @Override
    public boolean isAlive() {
      return true;
    }
  }

  /** Ended, and its restart policy will start it again after a while. */
  record Restarting(Exited last) implements ContainerState {
    @Override
    public String status() {
      return "restarting";
    }

    @Override
    public boolean isAlive() {
      return false;
    }
  }

  /** Ended. */
  record Exited(
      int exitCode, boolean oomKilled, String error, Instant startedAt, Instant finishedAt)
      implements ContainerState {
    @Override
    public String status() {
      return "exited";
    }

    @Override
    public boolean isAlive() {
      return false;
    }
  }

  /** Being removed; it is not shown to be started again. */
  record Removing(ContainerState before) implements ContainerState {
    @Override
    public String status() {
      return "removing";
    }

    @Override
    public boolean isAlive() {
      return false;
    }
  }

  /** A removal failed half way; another removal may finish it. */
  record Dead(ContainerState before, String error) implements ContainerState {
    @Override
    public String status() {
      return "dead";
    }

    @Override
    public boolean isAlive() {
      return false;
    }
  }
}
