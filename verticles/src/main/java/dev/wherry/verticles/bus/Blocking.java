package dev.wherry.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * The one bridge from futures to a pool of platform threads, where the engine's blocking calls are
 * made. Calls run in parallel, up to the pool's size; their order is the business of {@link Lanes}.
 * Virtual threads are not used: the engine's system calls pin their carrier, and some change what
 * belongs to a thread (its namespaces).
 */
public final class Blocking {

  /** A call takes this long before Vert.x logs where it hangs. */
  private static final long SUSPICIOUS_SECONDS = 120;

  private final WorkerExecutor pool;

  /**
   * @param name of the pool and its threads
   * @param size most calls at a time; further ones wait
   */
  public Blocking(Vertx vertx, String name, int size) {
    pool = vertx.createSharedWorkerExecutor(name, size, SUSPICIOUS_SECONDS, TimeUnit.SECONDS);
  }

  /** Makes a call on the pool; the future completes on the caller's context. */
  public <T> Future<T> call(Callable<T> call) {
    return pool.executeBlocking(call, false);
  }

  /** As {@link #call} for one without a result. */
  public Future<Void> run(Action action) {
    return pool.executeBlocking(
        () -> {
          action.run();
          return null;
        },
        false);
  }

  /** Interrupts what still runs and ends the pool's threads. */
  public Future<Void> close() {
    return pool.close();
  }

  /** A blocking call without a result. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }
}
