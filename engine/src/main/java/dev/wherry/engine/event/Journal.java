package dev.wherry.engine.event;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The ordered record of everything that happened, kept on disk within a bound, so that {@code
 * events --since} also answers for the time before the last daemon start.
 *
 * <p>Thread-safe. {@link #append} writes without waiting for the disk; a killed daemon loses
 * nothing it has appended, a power cut at most the last moment.
 */
public interface Journal {

  /**
   * Numbers and keeps an event, then hands it to every listener, in order, in the calling thread.
   */
  EngineEvent append(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes);

  /** The kept events with {@code sinceNano <= timeNano <= untilNano}, oldest first. */
  List<EngineEvent> between(long sinceNano, long untilNano);

  /** Adds a listener; it must not block. Close to remove it. */
  AutoCloseable listen(Consumer<EngineEvent> listener);
}
