package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes containers: by a user's wish, by {@code --rm}, or all that are not running. */
final class Remover {
  private static final Logger LOG = LoggerFactory.getLogger(Remover.class);

  private final ContainerRoom room;
  private final Restarts restarts;

  /** How many restarts of it are under way, during which {@code --rm} must not remove it. */
  private final Map<String, Integer> kept = new HashMap<>();

  Remover(ContainerRoom room, Restarts restarts) {
    this.room = room;
    this.restarts = restarts;
  }

  /**
   * @param stopper kills a running one that is removed by force
   */
  Future<Void> remove(String ref, boolean force, boolean volumes, Stopper stopper) {
    if (!force) {
      return room.inLane(ref, container -> removeStopped(container, volumes));
    }
    String id = room.lifecycle().index().get(ref).id();
    return stopper
        .killIfRunning(id)
        .recover(failure -> Future.failedFuture(cannotKill(id, failure)))
        .compose(
            killed ->
                room.lanes()
                    .submit(
                        id,
                        () ->
                            room.lifecycle()
                                .index()
                                .byId(id)
                                .map(container -> removeNow(container, volumes))
                                // With --rm it has removed itself.
                                .orElseGet(Future::succeededFuture)));
  }

  private static Throwable cannotKill(String id, Throwable failure) {
    return failure instanceof EngineException.Internal
        ? new EngineException.Internal(
            "Could not kill container %s, cannot remove - %s".formatted(id, failure.getMessage()),
            failure)
        : failure;
  }

  /** In the lane. */
  private Future<Void> removeStopped(Container container, boolean volumes) {
    return container
        .removalRefusal()
        .<Future<Void>>map(Future::failedFuture)
        .orElseGet(() -> removeNow(container, volumes));
  }

  /** In the lane: what {@code --rm} promised, unless it is being restarted. */
  Future<Void> autoRemove(Container container) {
    if (kept.containsKey(container.id())) {
      return Future.succeededFuture();
    }
    return removeNow(container, true)
        .recover(
            failure -> {
              LOG.error("{}: not removed", container.id(), failure);
              return Future.succeededFuture();
            });
  }

  /** {@code --rm} does not hold until {@link #release}. */
  void keep(String id) {
    kept.merge(id, 1, Integer::sum);
  }

  void release(String id) {
    kept.computeIfPresent(id, (key, count) -> count > 1 ? count - 1 : null);
  }

  private Future<Void> removeNow(Container container, boolean volumes) {
    String id = container.id();
    int exitCode = ContainerRoom.exitCode(container.state());
    return room.kernel()
        .run(
            () -> {
              room.execs().forgetAll(id);
              room.lifecycle().remove(id, volumes);
            })
        .onSuccess(
            removed -> {
              restarts.forget(id);
              room.hub().forget(id);
              room.waiters().removed(id, exitCode);
            })
        .onFailure(
            failure ->
                room.waiters().removalFailed(id, exitCode, String.valueOf(failure.getMessage())));
  }

  /** Removes those that are not running: bytes freed by id. */
  Future<Map<String, Long>> prune(List<String> ids) {
    Map<String, Long> freed = new HashMap<>();
    List<Future<Void>> removals =
        ids.stream().map(id -> room.lanes().submit(id, () -> pruneOne(id, freed))).toList();
    return Future.join(removals)
        .transform((done, failure) -> Future.succeededFuture(Map.copyOf(freed)));
  }

  private Future<Void> pruneOne(String id, Map<String, Long> freed) {
    Container container = room.lifecycle().index().byId(id).orElse(null);
    if (container == null || ContainerRoom.isRunning(container)) {
      return Future.succeededFuture();
    }
    return room.kernel()
        .call(() -> room.lifecycle().diskUsage(id).sizeRw())
        .compose(size -> removeNow(container, false).onSuccess(removed -> freed.put(id, size)))
        .onFailure(failure -> LOG.warn("{}: not pruned: {}", id, failure.getMessage()));
  }
}
