package dev.wherry.api.route;

import dev.wherry.api.mapping.DaemonFacts;
import dev.wherry.api.mapping.MachineFacts;
import dev.wherry.api.mapping.create.CreateDefaults;
import dev.wherry.api.mapping.create.CreateRequestRules;
import dev.wherry.api.mapping.create.UpdateRequestRules;
import dev.wherry.config.DaemonConfig;
import dev.wherry.config.LogLevel;
import dev.wherry.config.WherryVersion;
import dev.wherry.verticles.EngineClients;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import org.jspecify.annotations.Nullable;

/** All routes over one engine. Made once; mounted on the router of each event loop. */
public final class ApiRoutes {
  private final ContainerRoutes containers;
  private final ContainerActionRoutes actions;
  private final ContainerStreamRoutes streams;
  private final ContainerStatsRoute stats;
  private final ContentRoutes contents;
  private final ExecRoutes execs;
  private final ImageRoutes images;
  private final ImageTransferRoutes transfers;
  private final RegistryRoutes registries;
  private final NetworkRoutes networks;
  private final VolumeRoutes volumes;
  private final EventRoutes events;
  private final AbsentRoutes absent;
  private final SystemRoutes system;
  private final DiskUsageRoute diskUsage;

  /** Routes over an engine that has recovered. */
  public ApiRoutes(EngineClients engine, DaemonConfig config, MachineFacts machine) {
    var list = new ContainerList(engine.containers(), engine.images());
    var inspection = new ContainerInspection(engine.containers(), engine.execs());
    CreateDefaults defaults = defaults(engine, config, machine);
    var rules = new CreateRequestRules(defaults);
    containers =
        new ContainerRoutes(
            engine.containers(), engine.images(), engine.events(), list, inspection, rules);
    actions = new ContainerActionRoutes(engine.containers(), new UpdateRequestRules(defaults));
    streams = new ContainerStreamRoutes(engine.containers());
    stats = new ContainerStatsRoute(engine.containers());
    contents = new ContentRoutes(engine.contents());
    execs = new ExecRoutes(engine.execs());
    images =
        new ImageRoutes(
            engine.images(), engine.containers(), engine.events(), engine.info().storageDriver());
    transfers = new ImageTransferRoutes(engine.images());
    registries = new RegistryRoutes(engine.images());
    networks = new NetworkRoutes(engine.networks(), engine.containers(), engine.events());
    volumes = new VolumeRoutes(engine.volumes(), engine.containers(), engine.events());
    events = new EventRoutes(engine.events());
    absent = new AbsentRoutes(engine.events());
    system = new SystemRoutes(engine, machine, facts(config));
    diskUsage = new DiskUsageRoute(engine, list);
  }

  private static CreateDefaults defaults(
      EngineClients engine, DaemonConfig config, MachineFacts machine) {
    DaemonConfig.Containers containers = config.containers();
    return new CreateDefaults(
        containers.shmSize(),
        containers.log().driver(),
        containers.log().options(),
        engine.info().defaultRuntime(),
        engine.info().cgroupVersion(),
        machine.cpus(),
        machine.memoryNodes(),
        machine.limits().blockIoWeight());
  }

  private static DaemonFacts facts(DaemonConfig config) {
    return new DaemonFacts(
        WherryVersion.current().number(),
        config.logLevel() == LogLevel.DEBUG,
        config.labels(),
        config.containers().log().driver(),
        config.registries().insecure(),
        config.registries().mirrors(),
        config.registries().proxies());
  }

  /** Adds the routes, those asked most often first: a router looks through them in order. */
  public void mount(Router router) {
    var routes = new Routes(router);
    containers.mount(routes);
    actions.mount(routes);
    streams.mount(routes);
    execs.mount(routes);
    images.mount(routes);
    transfers.mount(routes);
    events.mount(routes);
    networks.mount(routes);
    volumes.mount(routes);
    system.mount(routes);
    diskUsage.mount(routes);
    stats.mount(routes);
    contents.mount(routes);
    registries.mount(routes);
    absent.mount(router);
  }

  /** What can be answered before the engine has recovered. */
  public static final class Early {
    private final PingRoute ping = new PingRoute();
    private final VersionRoute version;
    private final Future<EngineClients> engine;

    /**
     * Routes that need no engine.
     *
     * @param engine on its way
     */
    public Early(DaemonConfig config, MachineFacts machine, Future<EngineClients> engine) {
      this.version = new VersionRoute(machine, facts(config), engine);
      this.engine = engine;
    }

    /**
     * Answers a ping without asking a router: every client begins with one, and its rate is the
     * first thing anybody measures.
     *
     * @return whether the request was one
     */
    public boolean answerPing(HttpServerRequest request) {
      if (!request.uri().equals(PingRoute.PATH) || !isRead(request.method())) {
        return false;
      }
      PingRoute.answer(request);
      if (request.method().equals(HttpMethod.HEAD)) {
        anticipate();
      }
      return true;
    }

    /** The docker command line begins each command with a HEAD; who only looks sends a GET. */
    private void anticipate() {
      @Nullable EngineClients ready = engine.result();
      if (ready != null) {
        ready.containers().anticipate();
      }
    }

    private static boolean isRead(HttpMethod method) {
      return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    /** Adds the routes. */
    public void mount(Router router) {
      var routes = new Routes(router);
      ping.mount(routes);
      version.mount(routes);
    }
  }
}
