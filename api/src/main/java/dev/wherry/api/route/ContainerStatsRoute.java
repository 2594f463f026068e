package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.api.http.StandardHeaders;
import dev.wherry.api.mapping.StatsJson;
import dev.wherry.api.stream.BodyStream;
import dev.wherry.api.stream.EventSocket;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.container.Containers.UsageStream;
import java.nio.charset.StandardCharsets;

/** {@code GET /containers/{id}/stats}: one reading, or a line a second, or text on a WebSocket. */
final class ContainerStatsRoute {
  private final Containers containers;

  ContainerStatsRoute(Containers containers) {
    this.containers = containers;
  }

  void mount(Routes routes) {
    routes.get("/containers/:name/stats", this::serve);
  }

  private void serve(Exchange exchange) {
    String name = exchange.path("name");
    boolean stream = exchange.flag("stream", true);
    boolean oneShot = exchange.version().atLeast(1, 41) && exchange.flag("one-shot");
    if (stream && oneShot) {
      throw new EngineException.InvalidParameter("cannot have stream=true and one-shot=true");
    }
    if (stream) {
      exchange.then(containers.usages(name), usages -> stream(exchange, usages));
    } else {
      exchange.then(
          containers.usage(name, !oneShot),
          reading -> exchange.reply(200, StatsJson.view(reading)));
    }
  }

  private static void stream(Exchange exchange, UsageStream usages) {
    if (EventSocket.isWanted(exchange.request())) {
      EventSocket.serve(
          exchange,
          usages,
          usages::cancel,
          reading -> new String(Json.bytes(StatsJson.view(reading)), StandardCharsets.UTF_8));
    } else {
      BodyStream.serve(
          exchange,
          StandardHeaders.JSON,
          usages,
          reading -> Json.line(StatsJson.view(reading)),
          usages::cancel);
    }
  }
}
