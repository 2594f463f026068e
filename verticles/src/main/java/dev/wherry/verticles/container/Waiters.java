package dev.wherry.verticles.container;

import dev.wherry.verticles.bus.Contexts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Who waits for what of which container. Confined to one context. */
final class Waiters {
  private final ContextInternal context;
  private final Map<String, List<Registered>> byContainer = new HashMap<>();

  Waiters(ContextInternal context) {
    this.context = context;
  }

  /** Registers a waiter for something that has yet to happen. */
  Containers.Waiter register(String id, WaitCondition condition) {
    Registered waiter = new Registered(id, condition, context.promise());
    byContainer.computeIfAbsent(id, key -> new ArrayList<>()).add(waiter);
    return waiter;
  }

  /** A waiter for something that holds already. */
  Containers.Waiter done(WaitResult result) {
    Promise<WaitResult> promise = context.promise();
    promise.complete(result);
    return new Registered("", WaitCondition.NOT_RUNNING, promise);
  }

  void exited(String id, int exitCode) {
    complete(id, waiter -> waiter.isForExit(), new WaitResult(exitCode, ""));
  }

  /** Those who wait for an exit are told too: there will be none. */
  void removed(String id, int exitCode) {
    complete(id, waiter -> true, new WaitResult(exitCode, ""));
  }

  void removalFailed(String id, int exitCode, String error) {
    complete(id, waiter -> !waiter.isForExit(), new WaitResult(exitCode, error));
  }

  private void complete(String id, Predicate<Registered> which, WaitResult result) {
    List<Registered> waiters = byContainer.get(id);
    if (waiters == null) {
      return;
    }
    List<Registered> told = waiters.stream().filter(which).toList();
    waiters.removeAll(told);
    if (waiters.isEmpty()) {
      byContainer.remove(id);
    }
    told.forEach(waiter -> waiter.promise().tryComplete(result));
  }

  private void forget(Registered waiter) {
    List<Registered> waiters = byContainer.get(waiter.id());
    if (waiters != null && waiters.remove(waiter) && waiters.isEmpty()) {
      byContainer.remove(waiter.id());
    }
  }

  /** How many containers are waited for. */
  int size() {
    return byContainer.size();
  }

  private final class Registered implements Containers.Waiter {
    private final String id;
    private final WaitCondition condition;
    private final Promise<WaitResult> promise;

    private Registered(String id, WaitCondition condition, Promise<WaitResult> promise) {
      this.id = id;
      this.condition = condition;
      this.promise = promise;
    }

    private String id() {
      return id;
    }

    private Promise<WaitResult> promise() {
      return promise;
    }

    private boolean isForExit() {
      return switch (condition) {
        case NOT_RUNNING, NEXT_EXIT -> true;
        case REMOVED -> false;
      };
    }

    @Override
    public Future<WaitResult> result() {
      return promise.future();
    }

    @Override
    public void cancel() {
      Contexts.run(context, () -> forget(this));
    }
  }
}
