package dev.wherry.verticles.container;

import dev.wherry.engine.container.RestartPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether and when a container that ended is started again, as dockerd's restart manager
 * does: after 100 ms at first, then twice as long each time up to a minute, and from the beginning
 * again once it has run for ten seconds. One for each container since its last start by a user.
 */
final class RestartBackoff {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration STABLE = Duration.ofSeconds(10);

  private Duration delay = Duration.ZERO;
  private boolean cancelled;

  /**
   * An exit, as the policy sees it.
   *
   * @param restarts how often the policy has restarted it so far
   * @param manuallyStopped whether a user asked for the end
   */
  record Exit(int exitCode, Duration ran, int restarts, boolean manuallyStopped) {}

  /** No restart until a user starts it. */
  void cancel() {
    cancelled = true;
  }

  /** How long to wait before the restart; empty for none. */
  Optional<Duration> next(RestartPolicy policy, Exit exit) {
    if (cancelled || !wants(policy, exit)) {
      return Optional.empty();
    }
    if (exit.ran().compareTo(STABLE) >= 0 || delay.isZero()) {
      delay = FIRST;
    } else {
      Duration doubled = delay.multipliedBy(2);
      delay = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }
    return Optional.of(delay);
  }

  private static boolean wants(RestartPolicy policy, Exit exit) {
    return switch (policy.mode()) {
      case NO -> false;
      case ALWAYS -> true;
      case UNLESS_STOPPED -> !exit.manuallyStopped();
      case ON_FAILURE ->
          exit.exitCode() != 0
              && (policy.maximumRetryCount() == 0 || exit.restarts() < policy.maximumRetryCount());
    };
  }
}
