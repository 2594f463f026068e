package dev.wherry.api.mapping;

import dev.wherry.api.http.Filters;
import dev.wherry.engine.event.EngineEvent;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The filters of SystemEvents; as in dockerd, those it does not know let everything through. */
public final class EventFilter implements Predicate<EngineEvent> {
  /** Filters by a kind of object compare its id and name. */
  private static final List<String> OBJECTS =
      List.of(
          "config",
          "container",
          "daemon",
          "network",
          "node",
          "plugin",
          "secret",
          "service",
          "volume");

  /** Actions with details after a colon, which a filter may leave out. */
  private static final Set<String> DETAILED = Set.of("exec_create", "exec_start", "health_status");

  private final Filters filters;

  public EventFilter(Filters filters) {
    this.filters = filters;
  }

  @Override
  public boolean test(EngineEvent event) {
    return actionMatches(event.action())
        && filters.exact("type", EventJson.type(event))
        && filters.exact("scope", "local")
        && OBJECTS.stream().allMatch(kind -> isAbout(kind, event))
        && imageMatches(event)
        && filters.labels(event.attributes());
  }

  private boolean actionMatches(String action) {
    return filters.any(
        "event",
        wanted -> DETAILED.contains(wanted) ? action.startsWith(wanted) : action.equals(wanted));
  }

  private boolean isAbout(String kind, EngineEvent event) {
    String name = event.attributes().getOrDefault("name", "");
    return filters.any(
        kind, wanted -> event.actorId().startsWith(wanted) || name.startsWith(wanted));
  }

  private boolean imageMatches(EngineEvent event) {
    String attribute = event.type() == EngineEvent.Type.IMAGE ? "name" : "image";
    String name = event.attributes().getOrDefault(attribute, "");
    String id = event.actorId();
    return filters.any(
        "image",
        wanted ->
            wanted.equals(id)
                || wanted.equals(name)
                || wanted.equals(ImageFilter.withoutTag(id))
                || wanted.equals(ImageFilter.withoutTag(name)));
  }
}
