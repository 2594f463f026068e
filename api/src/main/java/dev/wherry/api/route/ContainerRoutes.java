package dev.wherry.api.route;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.ContainerFilter;
import dev.wherry.api.mapping.Until;
import dev.wherry.api.mapping.create.CreateRequestRules;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.image.Platforms;
import dev.wherry.engine.lifecycle.ContainerLifecycle.ProcessTable;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.event.Events;
import dev.wherry.verticles.image.Images;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Containers: what there are, one of them, a new one, and away with them. */
final class ContainerRoutes {
  private static final Json.Shape<CreateRequest> CREATE = Json.shape(CreateRequest.class);

  private final Containers containers;
  private final Images images;
  private final ContainerList list;
  private final ContainerInspection inspection;
  private final CreateRequestRules rules;
  private final Events events;

  ContainerRoutes(
      Containers containers,
      Images images,
      Events events,
      ContainerList list,
      ContainerInspection inspection,
      CreateRequestRules rules) {
    this.containers = containers;
    this.images = images;
    this.events = events;
    this.list = list;
    this.inspection = inspection;
    this.rules = rules;
  }

  void mount(Routes routes) {
    routes
        .get("/containers/json", list::serve)
        .get("/containers/:name/json", inspection::serve)
        .post("/containers/create", this::create)
        .post("/containers/prune", this::prune)
        .post("/containers/:name/rename", this::rename)
        .get("/containers/:name/top", this::top)
        .delete("/containers/:name", this::remove);
  }

  private void create(Exchange exchange) {
    String name = exchange.queryOrEmpty("name");
    String platform = exchange.version().atLeast(1, 41) ? exchange.queryOrEmpty("platform") : "";
    Future<@Nullable CreateRequest> body = exchange.requiredJson(CREATE);
    exchange.then(
        body,
        request -> {
          CreateRequestRules.Accepted accepted =
              rules.accept(request, name, platform, exchange.version());
          exchange.then(
              containers.create(accepted.container()),
              container -> {
                List<String> warnings = new ArrayList<>(accepted.warnings());
                if (platform.isEmpty()) {
                  foreign(container).ifPresent(warnings::add);
                }
                exchange.reply(201, new Created(container.id(), warnings));
              });
        });
  }

  /** What there is to say of an image that was made for something else than this host. */
  private Optional<String> foreign(Container container) {
    try {
      return container.imageId().isEmpty()
          ? Optional.empty()
          : Platforms.warning(images.get(container.imageId()));
    } catch (EngineException.NotFound goneMeanwhile) {
      return Optional.empty();
    }
  }

  private void rename(Exchange exchange) {
    String name = exchange.queryOrEmpty("name");
    if (name.isEmpty()) {
      throw new EngineException.InvalidParameter("Neither old nor new names may be empty");
    }
    exchange.then(containers.rename(exchange.path("name"), name), done -> exchange.replyEmpty(204));
  }

  private void remove(Exchange exchange) {
    if (exchange.flag("link")) {
      unlink(exchange);
      return;
    }
    exchange.then(
        containers.remove(exchange.path("name"), exchange.flag("force"), exchange.flag("v")),
        done -> exchange.replyEmpty(204));
  }

  /** Takes away one of the names of a container, {@code OTHER/ALIAS}, not the container. */
  private void unlink(Exchange exchange) {
    String given = exchange.path("name");
    String name = given.startsWith("/") ? given.substring(1) : given;
    containers.index().get(name);
    LegacyLink.Place place =
        LegacyLink.find(containers.index(), name)
            .orElseThrow(
                () ->
                    new EngineException.Internal(
                        "Conflict, cannot remove the default link name of the container"));
    exchange.then(
        containers.unlink(place.parent().id(), place.link().alias()),
        done -> exchange.replyEmpty(204));
  }

  private void top(Exchange exchange) {
    String arguments = exchange.queryOrEmpty("ps_args").strip();
    List<String> words = arguments.isEmpty() ? List.of("-ef") : List.of(arguments.split("\\s+"));
    exchange.then(
        containers.top(exchange.path("name"), words),
        (ProcessTable table) -> exchange.reply(200, new Top(table.processes(), table.titles())));
  }

  private void prune(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters"));
    List<String> ids =
        ContainerFilter.prunable(
                filters, containers.index().list(), Until.of(filters, Instant.now()))
            .stream()
            .map(Container::id)
            .toList();
    exchange.then(
        containers.prune(ids),
        (Map<String, Long> freed) -> {
          long bytes = freed.values().stream().mapToLong(Long::longValue).sum();
          List<String> removed = freed.isEmpty() ? null : List.copyOf(freed.keySet());
          Prune.tell(
              exchange, events, EngineEvent.Type.CONTAINER, bytes, new Pruned(removed, bytes));
        });
  }

  private record Created(@JsonProperty("Id") String id, List<String> warnings) {}

  private record Top(List<List<String>> processes, List<String> titles) {}

  private record Pruned(@Nullable List<String> containersDeleted, long spaceReclaimed) {}
}
