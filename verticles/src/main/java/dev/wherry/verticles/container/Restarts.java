package dev.wherry.verticles.container;

import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The restarts that are due, by container. Confined to one context. */
final class Restarts {
  private final Timers timers;
  private final Map<String, Entry> entries = new HashMap<>();

  private static final class Entry {
    private final RestartBackoff backoff = new RestartBackoff();
    private Timers.@Nullable Timer timer;

    /** Completes when a restart that is due has been made or given up. */
    private @Nullable Promise<Void> due;
  }

  Restarts(Timers timers) {
    this.timers = timers;
  }

  /** A user starts it: its policy begins afresh. */
  void startedByUser(String id) {
    forget(id);
  }

  /** A user ends it: no restart, also not one that is due. */
  void cancel(String id) {
    Entry entry = entry(id);
    entry.backoff.cancel();
    stopTimer(entry);
    settle(entry);
  }

  /** When to restart after this exit; empty for not. */
  Optional<Duration> next(String id, RestartPolicy policy, RestartBackoff.Exit exit) {
    return entry(id).backoff.next(policy, exit);
  }

  void schedule(String id, Duration delay, Runnable restart) {
    Entry entry = entry(id);
    stopTimer(entry);
    entry.timer = timers.after(delay, restart);
    if (entry.due == null) {
      entry.due = Promise.promise();
    }
  }

  /** The restart that was due has been made, or has failed. */
  void made(String id) {
    Entry entry = entries.get(id);
    if (entry != null) {
      settle(entry);
    }
  }

  /** Completes when no restart of it is due (any more). */
  Future<Void> settled(String id) {
    Entry entry = entries.get(id);
    return entry == null || entry.due == null ? Future.succeededFuture() : entry.due.future();
  }

  private static void settle(Entry entry) {
    Promise<Void> due = entry.due;
    entry.due = null;
    if (due != null) {
      due.complete();
    }
  }

  boolean isScheduled(String id) {
    Entry entry = entries.get(id);
    return entry != null && entry.timer != null;
  }

  void forget(String id) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      stopTimer(entry);
      settle(entry);
    }
  }

  private Entry entry(String id) {
    return entries.computeIfAbsent(id, key -> new Entry());
  }

  private static void stopTimer(Entry entry) {
    if (entry.timer != null) {
      entry.timer.cancel();
      entry.timer = null;
    }
  }
}
