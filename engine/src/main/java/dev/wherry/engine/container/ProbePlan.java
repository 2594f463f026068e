package dev.wherry.engine.container;

import dev.wherry.engine.image.Healthcheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a container is probed: its {@link Healthcheck} with dockerd's defaults filled in.
 *
 * @param command executed in the container
 * @param startPeriod failures do not count until it is over, unless it was healthy before
 * @param startInterval between probes until then
 * @param retries failures in a row that make it unhealthy
 */
public record ProbePlan(
    List<String> command,
    Duration interval,
    Duration timeout,
    Duration startPeriod,
    Duration startInterval,
    int retries) {

  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration START_INTERVAL = Duration.ofSeconds(5);
  private static final int RETRIES = 3;
  private static final List<String> SHELL = List.of("/bin/sh", "-c");

  /** Empty for a container without a healthcheck, or with one switched off or of another kind. */
  public static Optional<ProbePlan> of(ContainerConfig config) {
    Healthcheck check = config.healthcheck();
    if (check == null || check.test().isEmpty()) {
      return Optional.empty();
    }
    List<String> words = check.test().subList(1, check.test().size());
    List<String> command = new ArrayList<>();
    if (check.test().getFirst().equals("CMD-SHELL")) {
      List<String> shell = config.shell();
      command.addAll(shell == null || shell.isEmpty() ? SHELL : shell);
    } else if (!check.test().getFirst().equals("CMD")) {
      return Optional.empty();
    }
    command.addAll(words);
    return Optional.of(
        new ProbePlan(
            List.copyOf(command),
            given(check.interval(), INTERVAL),
            given(check.timeout(), TIMEOUT),
            given(check.startPeriod(), Duration.ZERO),
            given(check.startInterval(), START_INTERVAL),
            check.retries() <= 0 ? RETRIES : check.retries()));
  }

  private static Duration given(long nanos, Duration otherwise) {
    return nanos == 0 ? otherwise : Duration.ofNanos(nanos);
  }

  /**
   * How long until the next probe.
   *
   * @param running how long the container has run
   */
  public Duration next(Duration running, Health.Status status) {
    boolean startsUp = status == Health.Status.STARTING && isStartingUp(running);
    return startsUp ? startInterval : interval;
  }

  /** Whether failures may be those of a container that is not there yet. */
  public boolean isStartingUp(Duration running) {
    return running.compareTo(startPeriod) < 0;
  }
}
