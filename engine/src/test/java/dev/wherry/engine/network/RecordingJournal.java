package dev.wherry.engine.network;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps events in memory. */
final class RecordingJournal implements Journal {
  final List<EngineEvent> events = new CopyOnWriteArrayList<>();

  @Override
  public EngineEvent append(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes) {
    EngineEvent event = new EngineEvent(events.size() + 1, type, action, actorId, attributes, 0);
    events.add(event);
    return event;
  }

  @Override
  public List<EngineEvent> page(long afterSequence, long sinceNano, int limit) {
    return events.stream().filter(event -> event.sequence() > afterSequence).limit(limit).toList();
  }

  @Override
  public long lastSequence() {
    return events.size();
  }

  @Override
  public AutoCloseable listen(Consumer<EngineEvent> listener) {
    throw new UnsupportedOperationException();
  }
}
