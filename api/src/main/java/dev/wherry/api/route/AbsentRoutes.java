package dev.wherry.api.route;

import dev.wherry.api.http.Endpoint;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.verticles.event.Events;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the API that this engine does not have: swarm and what belongs to it answers as an
 * engine outside a swarm, plugins as one without any, and the rest is refused by name.
 */
final class AbsentRoutes {
  private static final Endpoint NOT_A_MANAGER =
      exchange -> {
        throw new EngineException.Unavailable(
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\""
                + " to connect this node to swarm and try again.");
      };
  private static final Endpoint NOT_IN_A_SWARM =
      exchange -> {
        throw new EngineException.Unavailable("This node is not part of a swarm");
      };
  private static final List<String> SWARM_RESOURCES =
      List.of("services", "tasks", "nodes", "secrets", "configs");

  private final Events events;

  AbsentRoutes(Events events) {
    this.events = events;
  }

  void mount(Router router) {
    var routes = new Routes(router);
    swarm(routes, router);
    plugins(routes);
    routes
        .post("/build", Missing.operation("building images"))
        .post(
            "/build/prune",
            exchange ->
                Prune.tell(exchange, events, EngineEvent.Type.BUILDER, 0, new CachePruned(null, 0)))
        .post("/build/cancel", Missing.operation("cancelling a build"))
        .post("/session", Missing.operation("BuildKit (/session)"))
        .post("/grpc", Missing.operation("BuildKit (/grpc)"));
  }

  private static void swarm(Routes routes, Router router) {
    routes
        .get("/swarm", NOT_A_MANAGER)
        .get("/swarm/unlockkey", NOT_A_MANAGER)
        .post("/swarm/init", Missing.operation("making a swarm"))
        .post("/swarm/join", Missing.operation("joining a swarm"))
        .post("/swarm/leave", NOT_IN_A_SWARM)
        .post("/swarm/update", NOT_A_MANAGER)
        .post("/swarm/unlock", NOT_A_MANAGER);
    for (String resource : SWARM_RESOURCES) {
      router.route("/" + resource).handler(Exchange.handler(NOT_A_MANAGER));
      router.route("/" + resource + "/*").handler(Exchange.handler(NOT_A_MANAGER));
    }
  }

  private static void plugins(Routes routes) {
    Endpoint noSuchPlugin =
        exchange -> {
          throw new EngineException.NotFound("plugin \"" + exchange.path("name") + "\" not found");
        };
    routes
        .get(
            "/plugins",
            exchange -> {
              Filters.parse(exchange.queryOrEmpty("filters"))
                  .requireOnly(Set.of("capability", "enabled"));
              exchange.reply(200, List.of());
            })
        .get("/plugins/privileges", Missing.operation("plugins"))
        .post("/plugins/pull", Missing.operation("plugins"))
        .post("/plugins/create", Missing.operation("plugins"))
        .named(HttpMethod.GET, "/plugins/", "/json", noSuchPlugin)
        .named(HttpMethod.POST, "/plugins/", "/(?:enable|disable|push|set|upgrade)", noSuchPlugin)
        .named(HttpMethod.DELETE, "/plugins/", "", noSuchPlugin);
  }

  /** There is no build cache: nothing is pruned of it, and {@code docker system prune} goes on. */
  private record CachePruned(@Nullable List<String> cachesDeleted, long spaceReclaimed) {}
}
