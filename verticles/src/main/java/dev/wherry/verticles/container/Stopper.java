package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.SignalNumber;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Signals;
import dev.wherry.verticles.bus.Timers;
import dev.wherry.verticles.container.ContainerCommand.StopOrder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends containers. Signals are sent in the container's lane, the exit is awaited outside it, so
 * that the exit can be processed there; what is awaited is the end of that processing.
 */
final class Stopper {
  private static final Logger LOG = LoggerFactory.getLogger(Stopper.class);

  private static final int DEFAULT_TIMEOUT_SECONDS = 10;

  /** How long a killed container's exit is awaited, as in dockerd. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  /** How long an exit is awaited when no signal could be sent, because it may be happening. */
  private static final Duration DYING_PATIENCE = Duration.ofSeconds(2);

  private final ContainerRoom room;
  private final Restarts restarts;

  Stopper(ContainerRoom room, Restarts restarts) {
    this.room = room;
    this.restarts = restarts;
  }

  /** A container that was told to end. */
  private record Ending(Container container, Containers.Waiter exit, boolean signalled) {}

  Future<Void> stop(String ref, StopOrder order) {
    return stopIfRunning(ref, order)
        .compose(
            stopped ->
                stopped
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new EngineException.NotModified("container " + ref + " is not running")));
  }

  /** Whether it was running. */
  Future<Boolean> stopIfRunning(String ref, StopOrder order) {
    return room.<Optional<Ending>>inLane(
            ref,
            container ->
                ContainerRoom.isRunning(container)
                    ? begin(container, signal(container, order)).map(Optional::of)
                    : Future.succeededFuture(Optional.empty()))
        .compose(
            ending ->
                ending.isEmpty()
                    ? Future.succeededFuture(false)
                    : finish(ending.get(), timeout(ending.get().container(), order)).map(true));
  }

  private static String signal(Container container, StopOrder order) {
    return Objects.requireNonNullElse(order.signal(), stopSignal(container));
  }

  private static String stopSignal(Container container) {
    String own = container.config().stopSignal();
    return own == null || own.isEmpty() ? "SIGTERM" : own;
  }

  private static @Nullable Duration timeout(Container container, StopOrder order) {
    Integer own = container.config().stopTimeout();
    int seconds =
        Objects.requireNonNullElse(
            order.timeoutSeconds(), Objects.requireNonNullElse(own, DEFAULT_TIMEOUT_SECONDS));
    return seconds < 0 ? null : Duration.ofSeconds(seconds);
  }

  private Future<Void> finish(Ending ending, @Nullable Duration timeout) {
    Duration patience = ending.signalled() ? timeout : shorter(timeout);
    return endsWithin(ending.exit(), patience)
        .compose(
            ended ->
                ended ? Future.succeededFuture() : killAndAwait(ending.container(), ending.exit()))
        .compose(done -> room.tell(ending.container(), "stop", Map.of()));
  }

  private static Duration shorter(@Nullable Duration timeout) {
    return timeout == null || timeout.compareTo(DYING_PATIENCE) > 0 ? DYING_PATIENCE : timeout;
  }

  /** Sends a signal; SIGKILL's effect is awaited. */
  Future<Void> kill(String ref, String signal) {
    if (isKill(signal)) {
      return killIfRunning(ref)
          .compose(
              container ->
                  container.isPresent()
                      ? Future.succeededFuture()
                      : Future.failedFuture(notRunning(ref)));
    }
    return room.inLane(
        ref,
        container ->
            ContainerRoom.isRunning(container)
                ? send(container, signal)
                : Future.failedFuture(notRunning(ref)));
  }

  /** Kills and awaits the end; empty if it was not running. */
  Future<Optional<Container>> killIfRunning(String ref) {
    return room.<Optional<Ending>>inLane(
            ref,
            container ->
                ContainerRoom.isRunning(container)
                    ? begin(container, "SIGKILL").map(Optional::of)
                    : Future.succeededFuture(Optional.empty()))
        .compose(
            ending ->
                ending.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : awaitKilled(ending.get()).map(Optional.of(ending.get().container())));
  }

  private EngineException notRunning(String ref) {
    String id = room.lifecycle().index().get(ref).id();
    return new EngineException.Conflict("container " + id + " is not running");
  }

  private static boolean isKill(String signal) {
    return SignalNumber.parse(signal) == Signals.SIGKILL;
  }

  /** In the lane: registers for the exit, then sends. */
  private Future<Ending> begin(Container container, String signal) {
    Containers.Waiter exit = room.waiters().register(container.id(), WaitCondition.NEXT_EXIT);
    return begin(container, signal, exit).onFailure(failure -> exit.cancel());
  }

  private Future<Ending> begin(Container container, String signal, Containers.Waiter exit) {
    if (isKill(signal)) {
      room.hub().processToBeKilled(container.id());
    }
    return send(container, signal)
        .map(sent -> new Ending(container, exit, true))
        .recover(
            failure -> {
              if (failure instanceof EngineException.InvalidParameter) {
                return Future.failedFuture(failure);
              }
              // Most likely it is dying already; its exit tells.
              LOG.info("{}: {} not sent: {}", container.id(), signal, failure.getMessage());
              return markStopped(container).map(done -> new Ending(container, exit, false));
            });
  }

  /**
   * In the lane. As in dockerd, each signal counts as a user's stop for {@code unless-stopped}; one
   * that is the container's stop signal, or any if it has none of its own, also ends the restarts.
   */
  private Future<Void> send(Container container, String signal) {
    if (container.state() instanceof ContainerState.Restarting) {
      return cancelRestart(container);
    }
    String own = container.config().stopSignal();
    boolean ends =
        own == null
            || own.isEmpty()
            || isKill(signal)
            || SignalNumber.parse(own) == SignalNumber.parse(signal);
    return room.kernel()
        .run(
            () -> {
              room.lifecycle().signal(container.id(), signal);
              room.lifecycle().markManuallyStopped(container.id());
            })
        .onSuccess(
            sent -> {
              if (ends) {
                restarts.cancel(container.id());
              }
            });
  }

  private Future<Void> markStopped(Container container) {
    restarts.cancel(container.id());
    return room.kernel().run(() -> room.lifecycle().markManuallyStopped(container.id()));
  }

  private Future<Void> cancelRestart(Container container) {
    String id = container.id();
    restarts.cancel(id);
    return room.kernel()
        .call(
            () -> {
              room.lifecycle().markManuallyStopped(id);
              return room.lifecycle().restartCancelled(id);
            })
        .onSuccess(exited -> room.waiters().exited(id, ContainerRoom.exitCode(exited.state())))
        .mapEmpty();
  }

  private Future<Void> killAndAwait(Container container, Containers.Waiter exit) {
    String id = container.id();
    return room.lanes()
        .submit(
            id,
            () ->
                room.lifecycle()
                    .index()
                    .byId(id)
                    .filter(ContainerRoom::isRunning)
                    .map(current -> begin(current, "SIGKILL", exit))
                    .orElseGet(() -> Future.succeededFuture(new Ending(container, exit, true))))
        .compose(this::awaitKilled);
  }

  private Future<Void> awaitKilled(Ending ending) {
    return endsWithin(ending.exit(), ending.signalled() ? KILL_PATIENCE : DYING_PATIENCE)
        .compose(ended -> ended ? Future.succeededFuture() : outlived(ending));
  }

  private static Future<Void> outlived(Ending ending) {
    ending.exit().cancel();
    return Future.failedFuture(
        new EngineException.Internal(
            "container %s: tried to kill container, but did not receive an exit event"
                .formatted(ending.container().id())));
  }

  /** Whether it ends in time; {@code null} is for ever. */
  private Future<Boolean> endsWithin(Containers.Waiter exit, @Nullable Duration patience) {
    if (patience == null || exit.result().isComplete()) {
      return exit.result().map(true);
    }
    Promise<Boolean> ended = room.context().promise();
    Timers.Timer timer = room.timers().after(patience, () -> ended.tryComplete(false));
    exit.result()
        .onComplete(
            done -> {
              timer.cancel();
              ended.tryComplete(true);
            });
    return ended.future();
  }
}
