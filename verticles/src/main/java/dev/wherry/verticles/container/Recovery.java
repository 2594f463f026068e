package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.RestartPolicy;
import io.vertx.core.Future;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left to do when the daemon has started again: removals that {@code --rm} promised and
 * starts that restart policies promise. Survivors are not touched, only probed on.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final ContainerRoom room;
  private final Restarts restarts;
  private final Remover remover;
  private final Starter starter;
  private final HealthChecks health;

  Recovery(
      ContainerRoom room,
      Restarts restarts,
      Remover remover,
      Starter starter,
      HealthChecks health) {
    this.room = room;
    this.restarts = restarts;
    this.remover = remover;
    this.starter = starter;
    this.health = health;
  }

  /** Sets all of it going; nobody waits for it. */
  void begin() {
    for (Container container : room.lifecycle().index().list()) {
      room.lanes()
          .submit(container.id(), () -> settle(container.id()))
          .onFailure(failure -> LOG.warn("{}: {}", container.id(), failure.getMessage()));
    }
  }

  private Future<Void> settle(String id) {
    return room.lifecycle().index().byId(id).map(this::settle).orElseGet(Future::succeededFuture);
  }

  private Future<Void> settle(Container container) {
    return switch (container.state()) {
      case ContainerState.Exited exited -> settleEnded(container, exited);
      case ContainerState.Restarting restarting -> restartLater(container, restarting.last());
      case ContainerState.Created ignored -> Future.succeededFuture();
      case ContainerState.Running ignored -> probeOn(container);
      case ContainerState.Paused ignored -> probeOn(container);
      case ContainerState.Removing ignored -> Future.succeededFuture();
      case ContainerState.Dead ignored -> Future.succeededFuture();
    };
  }

  private Future<Void> probeOn(Container container) {
    health.running(container);
    return Future.succeededFuture();
  }

  private Future<Void> settleEnded(Container container, ContainerState.Exited exited) {
    if (container.hostConfig().autoRemove()) {
      return remover.autoRemove(container);
    }
    // dockerd starts a container that failed again even if a user has stopped it; we don't.
    boolean stays =
        container.hostConfig().restartPolicy().mode() == RestartPolicy.Mode.ON_FAILURE
            && container.hasBeenManuallyStopped();
    return stays ? Future.succeededFuture() : restartLater(container, exited);
  }

  private Future<Void> restartLater(Container container, ContainerState.Exited last) {
    String id = container.id();
    if (restarts.isScheduled(id)) {
      return Future.succeededFuture();
    }
    RestartBackoff.Exit exit =
        new RestartBackoff.Exit(
            last.exitCode(),
            Duration.between(last.startedAt(), last.finishedAt()),
            container.restartCount(),
            container.hasBeenManuallyStopped());
    return restarts
        .next(id, container.hostConfig().restartPolicy(), exit)
        .map(delay -> showAndSchedule(container, delay))
        .orElseGet(() -> giveUp(container));
  }

  private Future<Void> showAndSchedule(Container container, Duration delay) {
    String id = container.id();
    return room.kernel()
        // From here its restarts are counted afresh, as in dockerd.
        .call(() -> room.lifecycle().restarting(id, 0))
        .onSuccess(shown -> restarts.schedule(id, delay, () -> starter.restartByPolicy(id)))
        .mapEmpty();
  }

  private Future<Void> giveUp(Container container) {
    return container.state() instanceof ContainerState.Restarting
        ? room.kernel().call(() -> room.lifecycle().restartCancelled(container.id())).mapEmpty()
        : Future.succeededFuture();
  }
}
