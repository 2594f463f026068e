package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.container.Health.Probe;
import dev.wherry.engine.container.ProbePlan;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the containers that have a healthcheck, from their start to their end: one timer each, and
 * none while a probe runs. A paused container is not probed and keeps its status; what comes of a
 * probe that it was paused in does not count. Confined to one context.
 */
final class HealthChecks {
  private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

  private final ContainerRoom room;
  private final Prober prober;
  private final Map<String, Monitor> monitors = new HashMap<>();

  HealthChecks(ContainerRoom room, Prober prober) {
    this.room = room;
    this.prober = prober;
  }

  /** Its process runs: from now on, again after a pause, or since before the daemon. */
  void running(Container container) {
    ended(container.id());
    Optional<ProbePlan> plan = ProbePlan.of(container.config());
    Optional<Instant> started = startedAt(container.state());
    if (plan.isPresent() && started.isPresent()) {
      Monitor monitor = new Monitor(container.id(), plan.get(), started.get());
      monitors.put(container.id(), monitor);
      monitor.next(container);
    }
  }

  /** Its process has ended or is paused. */
  void ended(String id) {
    Monitor monitor = monitors.remove(id);
    if (monitor != null && monitor.timer != null) {
      monitor.timer.cancel();
    }
  }

  private static Optional<Instant> startedAt(ContainerState state) {
    return switch (state) {
      case ContainerState.Running running -> Optional.of(running.startedAt());
      case ContainerState.Paused ignored -> Optional.empty();
      case ContainerState.Created ignored -> Optional.empty();
      case ContainerState.Restarting ignored -> Optional.empty();
      case ContainerState.Exited ignored -> Optional.empty();
      case ContainerState.Removing ignored -> Optional.empty();
      case ContainerState.Dead ignored -> Optional.empty();
    };
  }

  /** One run of a container. */
  private final class Monitor {
    private final String id;
    private final ProbePlan plan;
    private final long startNanos;
    private Timers.@Nullable Timer timer;

    Monitor(String id, ProbePlan plan, Instant started) {
      this.id = id;
      this.plan = plan;
      Duration ran = Duration.between(started, Instant.now());
      this.startNanos = room.timers().nanoTime() - ran.toNanos();
    }

    private Duration ran() {
      return Duration.ofNanos(room.timers().nanoTime() - startNanos);
    }

    void next(Container container) {
      timer = room.timers().after(plan.next(ran(), health(container).status()), this::probe);
    }

    private static Health health(Container container) {
      Health health = container.health();
      return health == null ? Health.FRESH : health;
    }

    /** The container, unless this run of it is over. */
    private Optional<Container> current() {
      return monitors.get(id) == this ? room.lifecycle().index().byId(id) : Optional.empty();
    }

    private void probe() {
      timer = null;
      current()
          .ifPresent(
              container -> {
                // While it is committed, for instance.
                if (container.state() instanceof ContainerState.Paused) {
                  next(container);
                } else {
                  boolean counts = !plan.isStartingUp(ran());
                  prober
                      .probe(container, plan)
                      .onSuccess(probe -> noteLater(probe, counts))
                      .onFailure(refused -> current().ifPresent(this::next));
                }
              });
    }

    private void noteLater(Probe probe, boolean counts) {
      room.lanes()
          .submit(id, () -> note(probe, counts))
          .onFailure(failure -> LOG.error("{}: health not noted", id, failure))
          .onComplete(done -> current().ifPresent(this::next));
    }

    /** In the lane. */
    private Future<Void> note(Probe probe, boolean counts) {
      Container container = current().orElse(null);
      if (container == null || !container.state().isAlive()) {
        return Future.succeededFuture();
      }
      Health before = health(container);
      Health after = before.after(probe, plan.retries(), counts);
      return room.kernel()
          .call(() -> room.lifecycle().probed(id, after))
          .compose(
              shown ->
                  before.status() == after.status()
                      ? Future.succeededFuture()
                      : room.tell(shown, "health_status: " + after.status().word(), Map.of()));
    }
  }
}
