package dev.wherry.engine.registry;

import dev.wherry.engine.error.EngineException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tells work that nobody wants it any more. Thread-safe. */
public final class Cancellation {
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
  private final Set<Hook> hooks = new LinkedHashSet<>();

  /** What is to be done at a cancellation; closing takes it back. */
  public final class Hook implements AutoCloseable {
    private final Runnable action;

    private Hook(Runnable action) {
      this.action = action;
    }

    @Override
    public void close() {
      synchronized (hooks) {
        hooks.remove(this);
      }
    }
  }

  /** Cancels; what was registered is run on this thread. */
  public void cancel() {
    List<Hook> all;
    synchronized (hooks) {
      if (!cancelled.complete(null)) {
        return;
      }
      all = List.copyOf(hooks);
      hooks.clear();
    }
    all.forEach(hook -> hook.action.run());
  }

  public boolean isCancelled() {
    return cancelled.isDone();
  }

  /**
   * Goes on unless cancelled.
   *
   * @throws EngineException.InvalidParameter as for any client that went away
   */
  public void check() {
    if (isCancelled()) {
      throw new EngineException.InvalidParameter("context canceled");
    }
  }

  /** Registers what must not block; it is run at once if cancelled already. */
  public Hook onCancel(Runnable action) {
    Hook hook = new Hook(action);
    synchronized (hooks) {
      if (!isCancelled()) {
        hooks.add(hook);
        return hook;
      }
    }
    action.run();
    return hook;
  }

  /** One that is cancelled with this one, and can be alone. */
  Cancellation child() {
    Cancellation child = new Cancellation();
    onCancel(child::cancel);
    return child;
  }

  /** Waits that long, and fails at once when cancelled. */
  void pause(Duration duration) throws InterruptedIOException {
    try {
      cancelled.get(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException elapsed) {
      return;
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    check();
  }

  /** Waits until something is over, well or not, and fails at once when cancelled. */
  void await(CompletableFuture<?> other) throws InterruptedIOException {
    try {
      CompletableFuture.anyOf(cancelled, other.handle((result, failure) -> true)).get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException | CancellationException e) {
      throw new IllegalStateException(e);
    }
    check();
  }

  /** Takes a permit, and fails at once when cancelled. */
  void acquire(Semaphore slots) throws InterruptedIOException {
    Thread waiting = Thread.currentThread();
    try (Hook _ = onCancel(waiting::interrupt)) {
      slots.acquire();
    } catch (InterruptedException e) {
      check();
      throw interrupted(e);
    }
  }

  private static InterruptedIOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException failure = new InterruptedIOException("interrupted");
    failure.initCause(cause);
    return failure;
  }
}
