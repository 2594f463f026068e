package dev.wherry.verticles.bus;

import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes when a test says so; timers fire in the advancing thread, in order. */
public final class ManualTimers implements Timers {
  private final List<Set> timers = new ArrayList<>();
  private long now;

  private record Set(long at, Runnable task) {}

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Timer after(Duration delay, Runnable task) {
    Set timer = new Set(now + delay.toNanos(), task);
    timers.add(timer);
    return () -> {
      synchronized (this) {
        timers.remove(timer);
      }
    };
  }

  /** The same time, with the timers' tasks run on a context and waited for. */
  public Timers on(ContextInternal context) {
    return new Timers() {
      @Override
      public long nanoTime() {
        return ManualTimers.this.nanoTime();
      }

      @Override
      public Timer after(Duration delay, Runnable task) {
        return ManualTimers.this.after(
            delay,
            () -> {
              Promise<Void> done = Promise.promise();
              context.runOnContext(
                  ignored -> {
                    task.run();
                    done.complete();
                  });
              done.future().await();
            });
      }
    };
  }

  /** How long until the next timer fires, {@code null} if none is set. */
  public synchronized Duration next() {
    return timers.stream()
        .min(Comparator.comparing(Set::at))
        .map(timer -> Duration.ofNanos(timer.at() - now))
        .orElse(null);
  }

  public synchronized int pending() {
    return timers.size();
  }

  public void advance(Duration by) {
    long until = nanoTime() + by.toNanos();
    for (Set due = take(until); due != null; due = take(until)) {
      due.task().run();
    }
    synchronized (this) {
      now = until;
    }
  }

  private synchronized Set take(long until) {
    Set due =
        timers.stream()
            .filter(timer -> timer.at() <= until)
            .min(Comparator.comparing(Set::at))
            .orElse(null);
    if (due != null) {
      timers.remove(due);
      now = due.at();
    }
    return due;
  }
}
