package dev.wherry.engine.registry;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Of work in parts: the first that fails stops the others, whose own failures then mean nothing.
 */
final class FirstFailure {
  private final Cancellation parts;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param parts stops them all, and nothing else
   */
  FirstFailure(Cancellation parts) {
    this.parts = parts;
  }

  void fail(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      parts.cancel();
    }
  }

  /**
   * Once all parts are over.
   *
   * @param what was done, for what should never happen
   * @throws IOException if that is how one failed; an {@link EngineException} likewise
   */
  void check(String what) throws IOException {
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case EngineException e -> throw e;
      case Throwable e -> throw new EngineException.Internal(what + ": " + e, e);
    }
  }
}
