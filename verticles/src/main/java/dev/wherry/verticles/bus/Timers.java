package dev.wherry.verticles.bus;

import io.vertx.core.internal.ContextInternal;
import java.time.Duration;

/** Time and timers; a seam, so that tests of minutes take none. */
public interface Timers {

  /** Nanoseconds from an arbitrary origin, as {@link System#nanoTime}. */
  long nanoTime();

  /** Runs {@code task} once after {@code delay}, on the context these timers belong to. */
  Timer after(Duration delay, Runnable task);

  /** A timer that has been set. */
  interface Timer {
    /** Does nothing if it has fired. */
    void cancel();
  }

  /** Vert.x's timers on {@code context}. */
  static Timers on(ContextInternal context) {
    return new Timers() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Timer after(Duration delay, Runnable task) {
        long id = context.setTimer(Math.max(1, delay.toMillis()), ignored -> task.run());
        return () -> context.owner().cancelTimer(id);
      }
    };
  }
}
