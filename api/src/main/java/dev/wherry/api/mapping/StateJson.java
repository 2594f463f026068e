package dev.wherry.api.mapping;

import dev.wherry.api.dto.ContainerView.HealthView;
import dev.wherry.api.dto.ContainerView.ProbeView;
import dev.wherry.api.dto.ContainerView.StateView;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.Health;
import java.time.Duration;
import java.time.Instant;

/** A container's state as inspect and lists show it. */
final class StateJson {
  private StateJson() {}

  /** {@code State} of inspect, with the health of a container that is probed. */
  static StateView view(Container container) {
    Health health = container.health();
    StateView view = view(container.state());
    return health == null
        ? view
        : view.with(
            new HealthView(
                health.status().word(),
                health.failingStreak(),
                health.log().stream()
                    .map(
                        probe ->
                            new ProbeView(
                                GoTime.nano(probe.start()),
                                GoTime.nano(probe.end()),
                                probe.exitCode(),
                                probe.output()))
                    .toList()));
  }

  /** {@code State} of inspect. */
  static StateView view(ContainerState state) {
    return switch (state) {
      case ContainerState.Created created ->
          stopped("created", created.exitCode(), created.error(), false);
      case ContainerState.Running running -> alive(running, false);
      case ContainerState.Paused paused -> alive(paused.running(), true);
      case ContainerState.Restarting restarting -> restarting(restarting.last());
      case ContainerState.Exited exited -> ended(exited, "exited", exited.error(), false);
      case ContainerState.Removing removing -> over(removing.before(), "removing", "", false);
      case ContainerState.Dead dead -> over(dead.before(), "dead", dead.error(), true);
    };
  }

  private static StateView alive(ContainerState.Running running, boolean paused) {
    return new StateView(
        paused ? "paused" : "running",
        true,
        paused,
        false,
        false,
        false,
        running.pid(),
        0,
        "",
        GoTime.nano(running.startedAt()),
        GoTime.ZERO,
        null);
  }

  /** As dockerd, which calls a container between two runs running. */
  private static StateView restarting(ContainerState.Exited last) {
    return new StateView(
        "restarting",
        true,
        false,
        true,
        last.oomKilled(),
        false,
        0,
        last.exitCode(),
        last.error(),
        GoTime.nano(last.startedAt()),
        GoTime.nano(last.finishedAt()),
        null);
  }

  private static StateView over(ContainerState before, String status, String error, boolean dead) {
    if (before instanceof ContainerState.Exited exited) {
      return ended(exited, status, error.isEmpty() ? exited.error() : error, dead);
    }
    int exitCode = before instanceof ContainerState.Created created ? created.exitCode() : 0;
    return stopped(status, exitCode, error, dead);
  }

  private static StateView ended(
      ContainerState.Exited exited, String status, String error, boolean dead) {
    return new StateView(
        status,
        false,
        false,
        false,
        exited.oomKilled(),
        dead,
        0,
        exited.exitCode(),
        error,
        GoTime.nano(exited.startedAt()),
        GoTime.nano(exited.finishedAt()),
        null);
  }

  private static StateView stopped(String status, int exitCode, String error, boolean dead) {
    return new StateView(
        status,
        false,
        false,
        false,
        false,
        dead,
        0,
        exitCode,
        error,
        GoTime.ZERO,
        GoTime.ZERO,
        null);
  }

  /** {@code Status} of a list, for example {@code Up 5 seconds (healthy)}. */
  static String status(Container container, Instant now) {
    Health health = container.health();
    String status = status(container.state(), now);
    if (health == null || !(container.state() instanceof ContainerState.Running)) {
      return status;
    }
    String word = health.status().word();
    boolean starting = health.status() == Health.Status.STARTING;
    return status + (starting ? " (health: " + word + ")" : " (" + word + ")");
  }

  /** {@code Status} of a list, for example {@code Up 5 seconds}. */
  static String status(ContainerState state, Instant now) {
    return switch (state) {
      case ContainerState.Created _ -> "Created";
      case ContainerState.Running running -> "Up " + since(running.startedAt(), now);
      case ContainerState.Paused paused ->
          "Up " + since(paused.running().startedAt(), now) + " (Paused)";
      case ContainerState.Restarting restarting ->
          "Restarting (%d) %s ago"
              .formatted(restarting.last().exitCode(), since(restarting.last().finishedAt(), now));
      case ContainerState.Exited exited ->
          "Exited (%d) %s ago".formatted(exited.exitCode(), since(exited.finishedAt(), now));
      case ContainerState.Removing _ -> "Removal In Progress";
      case ContainerState.Dead _ -> "Dead";
    };
  }

  private static String since(Instant then, Instant now) {
    return HumanDuration.of(Duration.between(then, now));
  }

  /** Whether a plain list, without {@code all}, has it. */
  static boolean isListedByDefault(ContainerState state) {
    return state.isAlive() || state instanceof ContainerState.Restarting;
  }
}
