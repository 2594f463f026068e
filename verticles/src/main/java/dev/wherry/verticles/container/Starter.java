package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.lifecycle.PreparedStart;
import dev.wherry.verticles.stream.StdioRules;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts containers: by a user's wish or their restart policy's. */
final class Starter {
  private static final Logger LOG = LoggerFactory.getLogger(Starter.class);

  private final ContainerRoom room;
  private final Restarts restarts;
  private final StartOrder order;
  private final Remover remover;
  private final HealthChecks health;

  Starter(
      ContainerRoom room,
      Restarts restarts,
      StartOrder order,
      Remover remover,
      HealthChecks health) {
    this.room = room;
    this.restarts = restarts;
    this.order = order;
    this.remover = remover;
    this.health = health;
  }

  Future<Void> start(String ref) {
    return room.inLane(ref, this::startByUser);
  }

  private Future<Void> startByUser(Container container) {
    if (container.state() instanceof ContainerState.Restarting) {
      throw new EngineException.NotModified("container " + container.id() + " is restarting");
    }
    if (container.state().canStart()) {
      restarts.startedByUser(container.id());
    }
    return startNow(container);
  }

  /** The delay of a restart policy is over; nothing happens if the restart was given up. */
  Future<Void> restartByPolicy(String id) {
    return order
        .turn(id)
        .compose(
            turn ->
                room.lanes()
                    .submit(
                        id,
                        () ->
                            room.lifecycle()
                                .index()
                                .byId(id)
                                .filter(c -> c.state() instanceof ContainerState.Restarting)
                                .map(this::restartNow)
                                .orElseGet(Future::succeededFuture)))
        .onComplete(done -> restarts.made(id));
  }

  private Future<Void> restartNow(Container container) {
    return startNow(container)
        .recover(
            failure -> {
              LOG.warn("{}: the restart failed: {}", container.id(), failure.getMessage());
              room.waiters().exited(container.id(), ContainerRoom.exitCode(container.state()));
              return room.kernel()
                  .call(() -> room.lifecycle().restartCancelled(container.id()))
                  .mapEmpty();
            });
  }

  /** In the lane. */
  private Future<Void> startNow(Container container) {
    return room.kernel()
        .call(() -> room.lifecycle().prepareStart(container.id()))
        .compose(this::connect)
        .compose(prepared -> room.kernel().call(() -> room.lifecycle().start(prepared)))
        .onSuccess(health::running)
        .<Void>mapEmpty()
        .recover(
            failure ->
                afterFailure(container.id())
                    .transform((done, ignored) -> Future.failedFuture(failure)));
  }

  private Future<PreparedStart> connect(PreparedStart prepared) {
    Container container = prepared.container();
    return room.hub()
        .beforeStart(container.id(), StdioRules.of(container.config()), prepared.attachSocket())
        .map(prepared)
        .recover(
            failure ->
                room.kernel()
                    .run(() -> room.lifecycle().abortStart(prepared))
                    .transform((done, ignored) -> Future.failedFuture(failure)));
  }

  /** What dockerd does too: those attached are let go, and {@code --rm} holds. */
  private Future<Void> afterFailure(String id) {
    Container container = room.lifecycle().index().byId(id).orElse(null);
    if (container == null || container.state().isAlive()) {
      return Future.succeededFuture();
    }
    room.hub().endSessions(id);
    return container.hostConfig().autoRemove()
        ? remover.autoRemove(container)
        : Future.succeededFuture();
  }
}
