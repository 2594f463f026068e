package dev.wherry.engine.lifecycle;

import dev.wherry.engine.error.EngineException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Work done on another thread beside the caller's. */
final class Parallel<T> {
  private final CompletableFuture<T> future;

  private Parallel(CompletableFuture<T> future) {
    this.future = future;
  }

  static <T> Parallel<T> run(Executor executor, Supplier<T> work) {
    return new Parallel<>(CompletableFuture.supplyAsync(work, executor));
  }

  /** Waits for the result; throws what the work threw. */
  T join() {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new EngineException.Internal(String.valueOf(e.getMessage()), e);
    }
  }

  /** Waits for the end: the result, or empty if the work failed. */
  Optional<T> finished() {
    try {
      return Optional.of(future.join());
    } catch (CompletionException e) {
      return Optional.empty();
    }
  }
}
