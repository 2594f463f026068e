package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ExitStatus;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes exits, each in its container's lane: records it, lets go those who wait, and then does
 * what was promised, a restart or a removal.
 */
final class Exits implements BiConsumer<String, ExitStatus> {
  private static final Logger LOG = LoggerFactory.getLogger(Exits.class);

  private final ContainerRoom room;
  private final Restarts restarts;
  private final Remover remover;
  private final Starter starter;
  private final HealthChecks health;
  private final Future<Void> recovered;

  /** Of those that ended while the daemon was away. */
  private final List<Future<Void>> early = new ArrayList<>();

  /**
   * @param recovered exits are processed once the engine's state is recovered
   */
  Exits(
      ContainerRoom room,
      Restarts restarts,
      Remover remover,
      Starter starter,
      HealthChecks health,
      Future<Void> recovered) {
    this.room = room;
    this.restarts = restarts;
    this.remover = remover;
    this.starter = starter;
    this.health = health;
    this.recovered = recovered;
  }

  /** Told by the engine, from a thread of its own. */
  @Override
  public void accept(String id, ExitStatus status) {
    room.context()
        .runOnContext(
            ignored -> {
              boolean unseen = !recovered.isComplete();
              Future<Void> processed =
                  room.lanes()
                      .submit(id, () -> recovered.compose(done -> process(id, status, unseen)))
                      .onFailure(failure -> LOG.error("{}: exit not processed", id, failure));
              if (unseen) {
                early.add(processed);
              }
            });
  }

  /** Completes when the exits told until now have been processed. On the context. */
  Future<Void> earlyOnes() {
    return Future.join(early).transform((done, failure) -> Future.succeededFuture());
  }

  /**
   * @param unseen whether it ended while the daemon was away
   */
  private Future<Void> process(String id, ExitStatus status, boolean unseen) {
    room.hub().processEnded(id);
    health.ended(id);
    Container before = room.lifecycle().index().byId(id).orElse(null);
    if (before == null || !before.state().isAlive()) {
      return Future.succeededFuture();
    }
    return room.kernel()
        .call(
            () -> {
              Container ended = room.lifecycle().exited(id, status);
              room.execs().containerEnded(id);
              return ended;
            })
        .compose(ended -> settle(ended, ran(before, status), status, unseen))
        .onFailure(failure -> room.waiters().exited(id, status.exitCode()));
  }

  private static Duration ran(Container container, ExitStatus status) {
    Instant started =
        switch (container.state()) {
          case ContainerState.Running running -> running.startedAt();
          case ContainerState.Paused paused -> paused.running().startedAt();
          case ContainerState.Created ignored -> status.finishedAt();
          case ContainerState.Restarting ignored -> status.finishedAt();
          case ContainerState.Exited ignored -> status.finishedAt();
          case ContainerState.Removing ignored -> status.finishedAt();
          case ContainerState.Dead ignored -> status.finishedAt();
        };
    return Duration.between(started, status.finishedAt());
  }

  private Future<Void> settle(Container ended, Duration ran, ExitStatus status, boolean unseen) {
    String id = ended.id();
    int restartsSoFar = ended.restartCount();
    // As in dockerd, what the daemon starts when it starts itself is counted afresh.
    int shownRestarts = unseen ? 0 : restartsSoFar + 1;
    Optional<Duration> delay =
        restarts.next(
            id,
            ended.hostConfig().restartPolicy(),
            new RestartBackoff.Exit(
                status.exitCode(), ran, restartsSoFar, ended.hasBeenManuallyStopped()));
    if (delay.isPresent()) {
      return room.kernel()
          .call(() -> room.lifecycle().restarting(id, shownRestarts))
          .onSuccess(
              shown -> {
                room.waiters().exited(id, status.exitCode());
                restarts.schedule(id, delay.get(), () -> starter.restartByPolicy(id));
              })
          .mapEmpty();
    }
    room.waiters().exited(id, status.exitCode());
    return ended.hostConfig().autoRemove() ? remover.autoRemove(ended) : Future.succeededFuture();
  }
}
