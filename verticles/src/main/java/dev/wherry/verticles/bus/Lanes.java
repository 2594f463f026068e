package dev.wherry.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Orders work by key: tasks of one key run one after the other in the order they were submitted,
 * those of different keys in parallel. A task is done when its future is; one that hangs holds up
 * its own lane only. A lane exists only while it has work.
 *
 * <p>Tasks start and outcomes are told on the context given; {@link #submit} may be called from
 * anywhere, but only calls from that context keep their order.
 */
public final class Lanes {
  private final ContextInternal context;

  /** The tasks that wait behind the running one, by key; touched on the context only. */
  private final Map<String, Queue<Runnable>> lanes = new HashMap<>();

  public Lanes(ContextInternal context) {
    this.context = context;
  }

  /**
   * Runs the task when those before it are done. A task must not wait for another of its own key.
   */
  public <T> Future<T> submit(String key, Supplier<Future<T>> task) {
    Promise<T> promise = context.promise();
    Contexts.run(context, () -> enqueue(key, () -> start(key, task, promise)));
    return promise.future();
  }

  private void enqueue(String key, Runnable task) {
    Queue<Runnable> waiting = lanes.get(key);
    if (waiting == null) {
      lanes.put(key, new ArrayDeque<>());
      task.run();
    } else {
      waiting.add(task);
    }
  }

  private <T> void start(String key, Supplier<Future<T>> task, Promise<T> promise) {
    Contexts.attempt(task)
        .onComplete(
            (result, failure) -> {
              promise.complete(result, failure);
              context.runOnContext(ignored -> next(key));
            });
  }

  private void next(String key) {
    Queue<Runnable> waiting = lanes.get(key);
    if (waiting == null) {
      throw new IllegalStateException("lane " + key + " ended twice");
    }
    Runnable task = waiting.poll();
    if (task == null) {
      lanes.remove(key);
    } else {
      task.run();
    }
  }

  /** How many lanes have work; on the context only. */
  int size() {
    return lanes.size();
  }
}
