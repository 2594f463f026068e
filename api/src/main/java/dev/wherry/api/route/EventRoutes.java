package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.http.Json;
import dev.wherry.api.http.StandardHeaders;
import dev.wherry.api.mapping.EventFilter;
import dev.wherry.api.mapping.EventJson;
import dev.wherry.api.mapping.GoTime;
import dev.wherry.api.stream.BodyStream;
import dev.wherry.api.stream.EventSocket;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.event.Events;
import dev.wherry.verticles.event.Events.Feed;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@code GET /events}: a chunked body of JSON lines, or text frames on a WebSocket. */
final class EventRoutes {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Events events;

  EventRoutes(Events events) {
    this.events = events;
  }

  void mount(Routes routes) {
    routes.get("/events", this::serve);
  }

  private void serve(Exchange exchange) {
    Instant now = Instant.now();
    Instant since = GoTime.parse(exchange.queryOrEmpty("since"), now);
    Instant until = GoTime.parse(exchange.queryOrEmpty("until"), now);
    if (since != null && until != null && since.isAfter(until)) {
      throw new EngineException.InvalidParameter(
          "`since` time (%s) cannot be after `until` time (%s)"
              .formatted(exchange.query("since"), exchange.query("until")));
    }
    var filter = new EventFilter(Filters.parse(exchange.queryOrEmpty("filters")));
    Feed feed = events.subscribe(nanos(since), nanos(until), filter);
    if (EventSocket.isWanted(exchange.request())) {
      EventSocket.serve(
          exchange,
          feed,
          feed::cancel,
          event -> new String(Json.bytes(EventJson.view(event)), StandardCharsets.UTF_8));
    } else {
      BodyStream.serve(
          exchange,
          StandardHeaders.JSON,
          feed,
          event -> Json.line(EventJson.view(event)),
          feed::cancel);
    }
  }

  private static @Nullable Long nanos(@Nullable Instant time) {
    return time == null
        ? null
        : Long.valueOf(
            Math.addExact(
                Math.multiplyExact(time.getEpochSecond(), NANOS_PER_SECOND), time.getNano()));
  }
}
