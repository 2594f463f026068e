package dev.wherry.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.function.Supplier;

/**
 * Moving between Vert.x contexts. The only user of Vert.x's internal context type besides the
 * sockets, because the public one cannot make a promise whose listeners run on it.
 */
public final class Contexts {
  private Contexts() {}

  /** The caller's context. */
  public static ContextInternal current(Vertx vertx) {
    return (ContextInternal) vertx.getOrCreateContext();
  }

  /** A new event-loop context; successive ones are spread over the event loops. */
  public static ContextInternal fresh(Vertx vertx) {
    return ((VertxInternal) vertx).createEventLoopContext();
  }

  /** The same outcome, told on {@code context}. */
  public static <T> Future<T> relay(ContextInternal context, Future<T> future) {
    Promise<T> promise = context.promise();
    future.onComplete(promise);
    return promise.future();
  }

  /** Runs at once if called on the context, else later on it. */
  public static void run(ContextInternal context, Runnable task) {
    if (isOn(context)) {
      task.run();
    } else {
      context.runOnContext(ignored -> task.run());
    }
  }

  /** Whether this thread runs on it; Vert.x makes a duplicate for each message and request. */
  private static boolean isOn(ContextInternal context) {
    ContextInternal current = ContextInternal.current();
    return current != null && current.unwrap().equals(context.unwrap()) && context.inThread();
  }

  /** Runs {@code call} on {@code context}; its outcome is told on {@code caller}. */
  public static <T> Future<T> call(
      ContextInternal context, ContextInternal caller, Supplier<Future<T>> call) {
    Promise<T> promise = caller.promise();
    run(context, () -> attempt(call).onComplete(promise));
    return promise.future();
  }

  /** Calls; what is thrown fails the future. */
  static <T> Future<T> attempt(Supplier<Future<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
