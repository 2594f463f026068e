package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.lifecycle.ExecLifecycle;
import dev.wherry.engine.linux.ProcessStat;
import dev.wherry.engine.linux.Processes;
import java.util.Optional;

/** Whether a process is gone whose exit may not have been told yet. Blocking. */
final class Liveness {
  private final ContainerIndex containers;
  private final ExecLifecycle execs;
  private final Processes processes;

  public Liveness(ContainerIndex containers, ExecLifecycle execs, Processes processes) {
    this.containers = containers;
    this.execs = execs;
    this.processes = processes;
  }

  /**
   * @param id of a container or an exec
   */
  public boolean isGone(String id) {
    Optional<Container> container = containers.byId(id);
    if (container.isPresent()) {
      return isGone(container.get().state());
    }
    try {
      int pid = execs.get(id).pid();
      return pid > 0 && processes.stat(pid).filter(stat -> !stat.isZombie()).isEmpty();
    } catch (EngineException.NotFound e) {
      return true;
    }
  }

  private boolean isGone(ContainerState state) {
    return switch (state) {
      case ContainerState.Running running -> isGone(running);
      case ContainerState.Paused paused -> isGone(paused.running());
      // About to start.
      case ContainerState.Created ignored -> false;
      case ContainerState.Restarting ignored -> false;
      case ContainerState.Exited ignored -> false;
      case ContainerState.Removing ignored -> true;
      case ContainerState.Dead ignored -> true;
    };
  }

  private boolean isGone(ContainerState.Running running) {
    Optional<ProcessStat> stat = processes.stat(running.pid());
    return stat.filter(s -> !s.isZombie() && s.startTime() == running.pidStartTime()).isEmpty();
  }
}
