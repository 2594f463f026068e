package dev.wherry.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one bridge from futures to platform threads, where the engine's blocking calls are made.
 * Calls run in parallel, up to a number of places; their order is the business of {@link Lanes}.
 *
 * <p><b>Calls that hang:</b> one that takes long while others wait gives up its place and goes on
 * without one, and those that have waited as long are begun whatever the places: a runtime or a
 * client that hangs is the trouble of its own call. However many hang, the others are begun about
 * twice {@link #LONG} later at the latest. They are bounded by their own deadlines, and by {@link
 * #MOST} threads in all.
 *
 * <p>Virtual threads are not used: the engine's system calls pin their carrier, and some change
 * what belongs to a thread (its namespaces).
 */
public final class Blocking {
  private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);

  /** From then on a call is one that may hang. */
  static final Duration LONG = Duration.ofSeconds(1);

  /** Most calls at a time, with those that have given up their place. */
  private static final int MOST = 2000;

  private static final long LOOK_MILLIS = 250;

  private final Vertx vertx;
  private final String name;
  private final int places;
  private final ExecutorService threads;

  private final Object lock = new Object();
  // Guarded by the lock.
  private final Queue<Call<?>> waiting = new ArrayDeque<>();

  /** Those with a place, in the order in which they began. */
  private final Set<Call<?>> placed = new LinkedHashSet<>();

  private int running;
  private boolean looking;

  /**
   * @param name of the threads
   * @param places most calls at a time that do not take long; further ones wait
   */
  public Blocking(Vertx vertx, String name, int places) {
    this.vertx = vertx;
    this.name = name;
    this.places = places;
    this.threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name(name + "-", 0).factory());
  }

  private final class Call<T> implements Runnable {
    private final Callable<T> work;
    private final Promise<T> told;

    /** When it was asked for or, once it runs, begun. */
    private long since = System.nanoTime();

    Call(Callable<T> work, Promise<T> told) {
      this.work = work;
      this.told = told;
    }

    boolean isLong(long now) {
      return now - since > LONG.toNanos();
    }

    @Override
    public void run() {
      T result;
      try {
        result = work.call();
      } catch (Throwable e) {
        over(this);
        told.fail(e);
        return;
      }
      over(this);
      told.complete(result);
    }
  }

  /** Makes a call; the future completes on the caller's context. */
  public <T> Future<T> call(Callable<T> work) {
    Promise<T> told = Contexts.current(vertx).promise();
    synchronized (lock) {
      waiting.add(new Call<>(work, told));
      begin();
    }
    return told.future();
  }

  /** As {@link #call} for one without a result. */
  public Future<Void> run(Action action) {
    return call(
        () -> {
          action.run();
          return null;
        });
  }

  /** Holding the lock: begins as many as there are places for. */
  private void begin() {
    while (!waiting.isEmpty() && placed.size() < places && running < MOST) {
      begin(waiting.remove());
    }
    if (!waiting.isEmpty() && !looking) {
      looking = true;
      vertx.setTimer(LOOK_MILLIS, timer -> look());
    }
  }

  private void begin(Call<?> call) {
    call.since = System.nanoTime();
    try {
      threads.execute(call);
      placed.add(call);
      running++;
    } catch (RejectedExecutionException e) {
      call.told.fail(e);
    }
  }

  private void over(Call<?> call) {
    synchronized (lock) {
      placed.remove(call);
      running--;
      begin();
    }
  }

  /** While calls wait: takes the places of those that take long, and lets in who waited as long. */
  private void look() {
    synchronized (lock) {
      looking = false;
      if (waiting.isEmpty()) {
        return;
      }
      long now = System.nanoTime();
      int before = placed.size();
      placed.removeIf(call -> call.isLong(now));
      if (placed.size() < before) {
        LOG.debug("{}: {} calls take long, {} run in all", name, before - placed.size(), running);
        while (!waiting.isEmpty() && waiting.element().isLong(now) && running < MOST) {
          begin(waiting.remove());
        }
      }
      begin();
    }
  }

  /** Interrupts what still runs and ends the threads. */
  public Future<Void> close() {
    threads.shutdownNow();
    return Future.succeededFuture();
  }

  /** A blocking call without a result. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }
}
