package dev.wherry.api.route;

import dev.wherry.api.dto.VolumeCreateRequest;
import dev.wherry.api.dto.VolumeView;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.VolumeJson;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.volume.Volume;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.event.Events;
import dev.wherry.verticles.volume.Volumes;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Volumes. */
final class VolumeRoutes {
  private static final Json.Shape<VolumeCreateRequest> CREATE =
      Json.shape(VolumeCreateRequest.class);

  private final Volumes volumes;
  private final Containers containers;
  private final Events events;

  VolumeRoutes(Volumes volumes, Containers containers, Events events) {
    this.events = events;
    this.volumes = volumes;
    this.containers = containers;
  }

  void mount(Routes routes) {
    routes
        .get("/volumes", this::list)
        .post("/volumes/create", this::create)
        .post("/volumes/prune", this::prune)
        .get(
            "/volumes/:name", e -> e.reply(200, VolumeJson.view(volumes.get(e.path("name")), null)))
        .put("/volumes/:name", VolumeRoutes::update)
        .delete("/volumes/:name", this::remove);
  }

  private void list(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters"));
    List<Volume> shown = VolumeJson.filter(volumes.list(), filters, containers.index().list());
    exchange.reply(
        200, new Listed(shown.stream().map(v -> VolumeJson.view(v, null)).toList(), null));
  }

  private void create(Exchange exchange) {
    exchange.then(
        exchange.json(CREATE),
        body -> {
          VolumeCreateRequest request = body == null ? VolumeCreateRequest.DEFAULT : body;
          String name = request.name() == null ? "" : request.name();
          String driver = request.driver() == null ? "" : request.driver();
          if (!driver.isEmpty() && !driver.equals("local")) {
            throw new EngineException.NotFound(
                "create %s: error looking up volume plugin %s: plugin \"%s\" not found"
                    .formatted(name, driver, driver));
          }
          if (request.clusterVolumeSpec() != null) {
            throw Missing.refusal("a cluster volume");
          }
          exchange.then(
              volumes.create(name, orEmpty(request.labels()), orEmpty(request.driverOpts())),
              volume -> exchange.reply(201, VolumeJson.view(volume, null)));
        });
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  /** What can be changed of a volume is that of cluster volumes. */
  private static void update(Exchange exchange) {
    throw new EngineException.Unavailable(
        "volume update only valid for cluster volumes, but swarm is unavailable");
  }

  private void remove(Exchange exchange) {
    exchange.then(
        volumes.remove(exchange.path("name"), exchange.flag("force")),
        done -> exchange.replyEmpty(204));
  }

  private void prune(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters"));
    // Before 1.42 named volumes went too.
    boolean named = !exchange.version().atLeast(1, 42) || filters.flag("all", false);
    List<Volume> unused =
        VolumeJson.prunable(volumes.list(), filters, containers.index().list(), named);
    exchange.then(
        volumes
            .sizes(unused.stream().map(Volume::name).toList())
            .compose(sizes -> removeAll(unused).map(names -> pruned(names, sizes))),
        pruned ->
            Prune.tell(exchange, events, EngineEvent.Type.VOLUME, pruned.spaceReclaimed(), pruned));
  }

  private Future<List<String>> removeAll(List<Volume> unused) {
    Future<List<String>> removed = Future.succeededFuture(new ArrayList<>());
    for (Volume volume : unused) {
      removed =
          removed.compose(
              names -> Prune.step(names, volume.name(), name -> volumes.remove(name, false)));
    }
    return removed;
  }

  private static Pruned pruned(List<String> names, Map<String, Long> sizes) {
    long freed = names.stream().mapToLong(name -> sizes.getOrDefault(name, 0L)).sum();
    return new Pruned(names.isEmpty() ? null : names, freed);
  }

  private record Listed(List<VolumeView> volumes, @Nullable List<String> warnings) {}

  private record Pruned(@Nullable List<String> volumesDeleted, long spaceReclaimed) {}
}
