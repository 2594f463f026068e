package dev.wherry.engine.error;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has to be done to take back the steps of a work that fails half-way, the last step first.
 * Not thread-safe.
 */
public final class Undo {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  /** Adds what takes back the step just made. */
  public void add(Runnable step) {
    steps.push(step);
  }

  /**
   * Takes all steps back, each even if another fails.
   *
   * @param reason the failure to be thrown, which gets those of taking back as suppressed ones
   */
  public void run(Throwable reason) {
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        reason.addSuppressed(e);
      }
    }
  }
}
