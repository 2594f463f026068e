package dev.wherry.engine.container;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the probes have found out about a container (Docker Engine API, {@code Health}).
 *
 * @param failingStreak failures that count since the last success
 * @param log the last probes, oldest first
 */
public record Health(Status status, int failingStreak, List<Probe> log) {
  private static final int KEPT = 5;

  /** Of a container that has just started for the first time. */
  public static final Health FRESH = new Health(Status.STARTING, 0, List.of());

  /** What it is taken for. */
  public enum Status {
    STARTING("starting"),
    HEALTHY("healthy"),
    UNHEALTHY("unhealthy");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    /** The API's word for it. */
    public String word() {
      return word;
    }
  }

  /**
   * One probe.
   *
   * @param exitCode 0 for healthy, -1 if it was not carried out or not in time
   * @param output the beginning of what it wrote, or what went wrong
   */
  public record Probe(Instant start, Instant end, int exitCode, String output) {}

  /**
   * With one more probe.
   *
   * @param retries so many failures in a row make it unhealthy
   * @param counts whether a failure counts: not while the container is starting up
   */
  public Health after(Probe probe, int retries, boolean counts) {
    List<Probe> all = new ArrayList<>(log.subList(Math.max(0, log.size() + 1 - KEPT), log.size()));
    all.add(probe);
    List<Probe> newLog = List.copyOf(all);
    if (probe.exitCode() == 0) {
      return new Health(Status.HEALTHY, 0, newLog);
    }
    if (!counts && status == Status.STARTING) {
      return new Health(status, failingStreak, newLog);
    }
    int streak = failingStreak + 1;
    return new Health(streak >= retries ? Status.UNHEALTHY : status, streak, newLog);
  }

  /** Of the next start: what was found before is still shown. */
  public Health restarted() {
    return new Health(Status.STARTING, 0, log);
  }

  /** Of a container that has ended, as in dockerd. */
  public Health stopped() {
    return new Health(Status.UNHEALTHY, failingStreak, log);
  }
}
