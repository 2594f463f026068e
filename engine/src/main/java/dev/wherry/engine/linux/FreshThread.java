package dev.wherry.engine.linux;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs work that changes what belongs to a kernel thread (its namespaces, its working directory) on
 * a platform thread made for it, which dies with the change. Never on a pool's thread, where it
 * would leak to the next user, nor on a virtual one, whose carrier it would change.
 */
final class FreshThread {
  private FreshThread() {}

  /** Runs the work and waits for it; an interrupt is kept for the caller to see, not acted on. */
  static <T> T call(String name, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().name(name).daemon().start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          T result = task.get();
          thread.join();
          return result;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw unchecked(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unchecked(@Nullable Throwable cause) {
    // The stack of the fresh thread is what tells where it failed
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case null, default -> new IllegalStateException(cause);
    };
  }
}
