package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.ExecLifecycle;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Lanes;
import dev.wherry.verticles.bus.Timers;
import dev.wherry.verticles.stream.StdioHub;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of {@link ContainerVerticle} share. All of them live on one context.
 *
 * @param lanes by container id, and by exec id for execs
 */
record ContainerRoom(
    ContextInternal context,
    ContainerLifecycle lifecycle,
    ExecLifecycle execs,
    Blocking kernel,
    Lanes lanes,
    StdioHub hub,
    Waiters waiters,
    Timers timers) {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerRoom.class);

  /** Runs a task in a container's lane, on the container as it is when its turn has come. */
  <T> Future<T> inLane(String ref, Function<Container, Future<T>> task) {
    String id = lifecycle.index().get(ref).id();
    return lanes.submit(id, () -> task.apply(current(id, ref)));
  }

  private Container current(String id, String ref) {
    return lifecycle
        .index()
        .byId(id)
        .orElseThrow(() -> new EngineException.NotFound("No such container: " + ref));
  }

  /** Tells an event; a journal that cannot be written does not undo what was done. */
  Future<Void> tell(Container container, String action, Map<String, String> attributes) {
    return kernel
        .run(() -> lifecycle.tell(container, action, attributes))
        .recover(
            failure -> {
              LOG.error("{}: event {} not told", container.id(), action, failure);
              return Future.succeededFuture();
            });
  }

  /** Running as dockerd understands it: also while it waits to be restarted. */
  static boolean isRunning(Container container) {
    return container.state().isAlive() || container.state() instanceof ContainerState.Restarting;
  }

  /** The code of the last exit, 0 if there was none. */
  static int exitCode(ContainerState state) {
    return switch (state) {
      case ContainerState.Created created -> created.exitCode();
      case ContainerState.Exited exited -> exited.exitCode();
      case ContainerState.Restarting restarting -> restarting.last().exitCode();
      case ContainerState.Removing removing -> exitCode(removing.before());
      case ContainerState.Dead dead -> exitCode(dead.before());
      case ContainerState.Running ignored -> 0;
      case ContainerState.Paused ignored -> 0;
    };
  }
}
