package dev.wherry.verticles.stream;

import dev.wherry.verticles.bus.QueuedStream;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A client's wish to be on a process's streams.
 *
 * @param client the context the session is used on
 * @param replay shown before what comes live, {@code null} for nothing
 * @param socket the running process's attach socket; {@code null} for one that has not started
 * @param whenDetached run when the user left with the detach keys
 */
public record SessionRequest(
    ContextInternal client,
    StreamSelection selection,
    @Nullable Replay replay,
    @Nullable Path socket,
    Runnable whenDetached) {

  /** Writes what was logged into a session's queue. */
  public interface Replay {
    /** Completes when all is in the queue. */
    Future<Void> into(QueuedStream<StdioChunk> queue);
  }
}
