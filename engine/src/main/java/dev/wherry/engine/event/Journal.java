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
   * One that can't be written down, as on a full disk, is kept in memory alone.
   */
  EngineEvent append(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes);

  /**
   * The kept events with {@code sequence > afterSequence} and {@code timeNano >= sinceNano}, oldest
   * first, at most {@code limit}. A reader that pages on with the last one's sequence sees every
   * kept event once.
   */
  List<EngineEvent> page(long afterSequence, long sinceNano, int limit);

  /** The sequence of the last event appended, 0 if there has been none; from memory. */
  long lastSequence();

  /** Adds a listener; it must not block. Close to remove it. */
  AutoCloseable listen(Consumer<EngineEvent> listener);
}
