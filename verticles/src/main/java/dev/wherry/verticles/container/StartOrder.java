package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.LegacyLink;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Has restarts wait for those they need: a container that joins another's namespace or is linked to
 * it starts after it. That matters when many are started at once, as after a reboot. Nobody is
 * waited for longer than {@link #PATIENCE}, so one that hangs holds up only what needs it, and that
 * not for ever. Confined to one context.
 */
final class StartOrder {
  /** How long a container is waited for. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final String CONTAINER = "container:";

  private final ContainerRoom room;
  private final Restarts restarts;
  private final Future<Void> exitsKnown;

  /**
   * @param exitsKnown completes when what ended while the daemon was away has been recorded
   */
  StartOrder(ContainerRoom room, Restarts restarts, Future<Void> exitsKnown) {
    this.room = room;
    this.restarts = restarts;
    this.exitsKnown = exitsKnown;
  }

  /** Completes when a container may be restarted. */
  Future<Void> turn(String id) {
    return inTime(exitsKnown).compose(known -> awaitNeeded(id));
  }

  private Future<Void> awaitNeeded(String id) {
    List<Future<Void>> needed =
        room.lifecycle().index().byId(id).stream()
            .flatMap(container -> needs(container).stream())
            .filter(other -> !other.equals(id))
            .map(other -> inTime(restarts.settled(other)))
            .toList();
    return needed.isEmpty() ? Future.succeededFuture() : Future.join(needed).mapEmpty();
  }

  /** The ids of those it joins or is linked to. */
  private Set<String> needs(Container container) {
    HostConfig host = container.hostConfig();
    Stream<String> joined =
        Stream.of(host.network().mode(), host.namespaces().ipc(), host.namespaces().pid())
            .filter(mode -> mode.startsWith(CONTAINER))
            .map(mode -> mode.substring(CONTAINER.length()));
    Stream<String> linked =
        LegacyLink.of(container).stream()
            .flatMap(link -> link.target(room.lifecycle().index()).stream())
            .map(Container::id);
    return Stream.concat(joined, linked).collect(Collectors.toSet());
  }

  private Future<Void> inTime(Future<Void> event) {
    if (event.isComplete()) {
      return Future.succeededFuture();
    }
    Promise<Void> over = Promise.promise();
    var timer = room.timers().after(PATIENCE, over::tryComplete);
    event.onComplete(
        (done, failure) -> {
          timer.cancel();
          over.tryComplete();
        });
    return over.future();
  }
}
