package dev.wherry.api.route;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.NetworkConnectRequest;
import dev.wherry.api.dto.NetworkCreateRequest;
import dev.wherry.api.dto.NetworkDisconnectRequest;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.NetworkFilter;
import dev.wherry.api.mapping.NetworkJson;
import dev.wherry.api.mapping.Until;
import dev.wherry.api.mapping.create.EndpointMapper;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.network.Network;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.event.Events;
import dev.wherry.verticles.network.Networks;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Networks. */
final class NetworkRoutes {
  private static final Json.Shape<NetworkCreateRequest> CREATE =
      Json.shape(NetworkCreateRequest.class);

  private static final Json.Shape<NetworkConnectRequest> CONNECT =
      Json.shape(NetworkConnectRequest.class);
  private static final Json.Shape<NetworkDisconnectRequest> DISCONNECT =
      Json.shape(NetworkDisconnectRequest.class);

  private final Networks networks;
  private final Containers containers;
  private final Events events;

  NetworkRoutes(Networks networks, Containers containers, Events events) {
    this.networks = networks;
    this.containers = containers;
    this.events = events;
  }

  void mount(Routes routes) {
    routes
        .get("/networks", this::list)
        .get("/networks/", this::list)
        .post("/networks/create", this::create)
        .post("/networks/prune", this::prune)
        .get("/networks/:name", this::inspect)
        .delete("/networks/:name", this::remove)
        .post("/networks/:name/connect", this::connect)
        .post("/networks/:name/disconnect", this::disconnect);
  }

  private void list(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters"));
    List<Network> shown = NetworkFilter.apply(networks.list(), filters, containers.index().list());
    exchange.reply(
        200, shown.stream().map(n -> NetworkJson.view(n, List.of(), exchange.version())).toList());
  }

  private void inspect(Exchange exchange) {
    String scope = exchange.queryOrEmpty("scope");
    Network network = networks.get(exchange.path("name"));
    if (!scope.isEmpty() && !scope.equals(network.scope())) {
      throw new EngineException.NotFound("network " + exchange.path("name") + " not found");
    }
    exchange.reply(200, NetworkJson.view(network, containers.index().list(), exchange.version()));
  }

  private void create(Exchange exchange) {
    exchange.then(
        exchange.json(CREATE),
        request -> {
          if (request == null) {
            throw new EngineException.InvalidParameter("invalid name: ");
          }
          exchange.then(
              networks.create(NetworkJson.spec(request, exchange.version())),
              network -> exchange.reply(201, new Created(network.id(), "")));
        });
  }

  private void remove(Exchange exchange) {
    exchange.then(networks.remove(exchange.path("name")), done -> exchange.replyEmpty(204));
  }

  private void connect(Exchange exchange) {
    exchange.then(
        exchange.json(CONNECT),
        request -> {
          String container = containerOf(request == null ? null : request.container());
          exchange.then(
              containers.connect(
                  container,
                  exchange.path("name"),
                  EndpointMapper.request(
                      request == null ? null : request.endpointConfig(), exchange.version())),
              done -> exchange.replyEmpty(200));
        });
  }

  private void disconnect(Exchange exchange) {
    exchange.then(
        exchange.json(DISCONNECT),
        request -> {
          String container = containerOf(request == null ? null : request.container());
          boolean force = request != null && request.force();
          if (force && !exists(container)) {
            // What dockerd would look for then, an endpoint without a container, never stays here.
            networks.get(exchange.path("name"));
            throw new EngineException.NotFound("endpoint " + container + " not found");
          }
          exchange.then(
              containers.disconnect(container, exchange.path("name"), force),
              done -> exchange.replyEmpty(200));
        });
  }

  private boolean exists(String container) {
    try {
      return !containers.index().get(container).id().isEmpty();
    } catch (EngineException.NotFound e) {
      return false;
    }
  }

  private static String containerOf(@Nullable String ref) {
    if (ref == null || ref.isEmpty()) {
      throw new EngineException.InvalidParameter("invalid name or ID supplied: \"\"");
    }
    return ref;
  }

  private void prune(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters"));
    List<Network> unused =
        NetworkFilter.prunable(
            networks.list(), filters, containers.index().list(), Until.of(filters, Instant.now()));
    Future<List<String>> removed = Future.succeededFuture(new ArrayList<>());
    for (Network network : unused) {
      removed = removed.compose(names -> Prune.step(names, network.name(), networks::remove));
    }
    exchange.then(
        removed,
        names ->
            Prune.tell(
                exchange,
                events,
                EngineEvent.Type.NETWORK,
                0,
                new Pruned(names.isEmpty() ? null : names)));
  }

  private record Created(@JsonProperty("Id") String id, String warning) {}

  private record Pruned(@Nullable List<String> networksDeleted) {}
}
