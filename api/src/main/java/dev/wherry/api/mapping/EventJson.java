package dev.wherry.api.mapping;

import dev.wherry.api.dto.EventView;
import dev.wherry.api.dto.EventView.ActorView;
import dev.wherry.engine.event.EngineEvent;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Events as SystemEvents shows them. */
public final class EventJson {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private EventJson() {}

  /** One event, with the members of old clients for the types that had them. */
  public static EventView view(EngineEvent event) {
    boolean container = event.type() == EngineEvent.Type.CONTAINER;
    boolean old = container || event.type() == EngineEvent.Type.IMAGE;
    @Nullable String image = event.attributes().get("image");
    return new EventView(
        old ? event.action() : null,
        old ? event.actorId() : null,
        container ? image : null,
        type(event),
        event.action(),
        new ActorView(event.actorId(), new TreeMap<>(event.attributes())),
        "local",
        event.timeNano() / NANOS_PER_SECOND,
        event.timeNano());
  }

  static String type(EngineEvent event) {
    return event.type().name().toLowerCase(Locale.ROOT);
  }
}
