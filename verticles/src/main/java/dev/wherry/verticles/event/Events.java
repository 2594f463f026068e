package dev.wherry.verticles.event;

import dev.wherry.engine.event.EngineEvent;
import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What happened and what happens. */
public interface Events {

  /**
   * A feed of events that pass the filter: first those kept since {@code sinceNano}, then new ones
   * as they happen, each once and in order, until {@code untilNano} has passed or the feed is
   * cancelled. A slow reader is not dropped: it is served from the journal. The feed starts paused
   * and delivers on the caller's context.
   *
   * @param sinceNano nanoseconds since the epoch, {@code null} for only new ones
   * @param untilNano nanoseconds since the epoch, {@code null} for no end; in the past, the feed
   *     ends after what is kept
   */
  Feed subscribe(@Nullable Long sinceNano, @Nullable Long untilNano, Predicate<EngineEvent> filter);

  /** Tells an event of the API's own making, such as {@code prune}. */
  Future<Void> tell(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes);

  /** A running subscription. */
  interface Feed extends ReadStream<EngineEvent> {
    void cancel();
  }
}
