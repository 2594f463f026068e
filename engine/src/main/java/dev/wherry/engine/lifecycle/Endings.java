package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ContainerState.Exited;
import dev.wherry.engine.container.ContainerState.Running;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.network.Attachment;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records how containers end, and whether they will come back. */
final class Endings {
  private final Records records;
  private final Orders orders;
  private final ContainerEvents events;
  private final Teardown teardown;
  private final ExitWatch exits;
  private final OomWatch ooms;

  Endings(
      Records records,
      Orders orders,
      ContainerEvents events,
      Teardown teardown,
      ExitWatch exits,
      OomWatch ooms) {
    this.records = records;
    this.orders = orders;
    this.events = events;
    this.teardown = teardown;
    this.exits = exits;
    this.ooms = ooms;
  }

  Container exited(String id, ExitStatus status) {
    Container before = records.index().get(id);
    Optional<Running> process = NamespaceChoice.live(before.state());
    if (process.isEmpty()) {
      return before;
    }
    boolean noted = exits.isNoted(before.id());
    Exited state =
        new Exited(
            status.exitCode(),
            status.oomKilled(),
            noted ? "" : unseen(status),
            process.get().startedAt(),
            notBefore(process.get().startedAt(), status.finishedAt()));
    Order order = orders.of(before);
    Health health = before.health();
    Container ended =
        records.save(
            withoutRuntime(
                before.withState(state).withHealth(health == null ? null : health.stopped())));
    if (!ooms.wasTold(id) && status.oomKilled()) {
      events.tell(ended, "oom");
    }
    events.tell(ended, "die", dieAttributes(state));
    // What is torn down is told by the record from before: it knows the sandbox.
    teardown.afterExit(before, order, !noted);
    events.volumesUnmounted(ended);
    return ended;
  }

  private static Map<String, String> dieAttributes(Exited state) {
    long seconds = Duration.between(state.startedAt(), state.finishedAt()).toSeconds();
    return Map.of(
        "exitCode", Integer.toString(state.exitCode()), "execDuration", Long.toString(seconds));
  }

  /** Addresses and namespace are given back; what was asked for stays. */
  private static Container withoutRuntime(Container container) {
    Map<String, Attachment> networks = new LinkedHashMap<>();
    container
        .networks()
        .forEach(
            (name, attachment) ->
                networks.put(
                    name, new Attachment(attachment.networkId(), attachment.requested(), null)));
    return container.withNetworks(networks, null);
  }

  /**
   * Files' times come from a coarser clock than ours, so an end could seem to precede its start.
   */
  private static Instant notBefore(Instant start, Instant end) {
    return end.isBefore(start) ? start : end;
  }

  private static String unseen(ExitStatus status) {
    return status.exitCode() == ExitWatch.UNKNOWN
        ? "its end was not seen: the host went down, or its processes were killed with their supervisor"
        : "its supervisor was killed, so it was killed too";
  }

  Container restarting(String id, int restartCount) {
    Container container = records.index().get(id);
    @Nullable Exited last =
        container.state() instanceof ContainerState.Restarting restarting
            ? restarting.last()
            : container.state() instanceof Exited exited ? exited : null;
    return last == null
        ? container
        : records.save(
            container
                .withState(new ContainerState.Restarting(last))
                .withStarted(true, container.hasBeenManuallyStopped(), restartCount));
  }

  Container restartCancelled(String id) {
    Container container = records.index().get(id);
    return container.state() instanceof ContainerState.Restarting restarting
        ? records.save(container.withState(restarting.last()))
        : container;
  }
}
