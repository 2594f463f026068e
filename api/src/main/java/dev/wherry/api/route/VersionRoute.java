package dev.wherry.api.route;

import dev.wherry.api.dto.SystemVersionView;
import dev.wherry.api.dto.SystemVersionView.ComponentView;
import dev.wherry.api.dto.SystemVersionView.PlatformView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.mapping.DaemonFacts;
import dev.wherry.api.mapping.InfoJson;
import dev.wherry.api.mapping.MachineFacts;
import dev.wherry.verticles.EngineClients;
import dev.wherry.verticles.EngineInfo;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET /version}; the helper programs are named once the engine has looked at them. */
final class VersionRoute {
  /**
   * The engine whose API this is. Clients read what an engine can do out of its version, and refuse
   * low ones: Testcontainers wants 1.6 at least. The component "Engine" shows our own.
   */
  private static final String COUNTERPART = "28.3.0";

  private final MachineFacts machine;
  private final DaemonFacts daemon;
  private final Future<EngineClients> engine;

  VersionRoute(MachineFacts machine, DaemonFacts daemon, Future<EngineClients> engine) {
    this.machine = machine;
    this.daemon = daemon;
    this.engine = engine;
  }

  void mount(Routes routes) {
    routes.get("/version", this::serve);
  }

  private void serve(Exchange exchange) {
    exchange.reply(
        200,
        new SystemVersionView(
            new PlatformView("Wherry"),
            components(),
            COUNTERPART + "+wherry." + daemon.version(),
            ApiVersion.CURRENT.toString(),
            ApiVersion.MINIMUM.toString(),
            "",
            language(),
            "linux",
            goArchitecture(),
            machine.kernel(),
            ""));
  }

  private List<ComponentView> components() {
    var details = new LinkedHashMap<String, String>();
    details.put("ApiVersion", ApiVersion.CURRENT.toString());
    details.put("Arch", goArchitecture());
    details.put("BuildTime", "");
    details.put("Experimental", "false");
    details.put("GitCommit", "");
    details.put("GoVersion", language());
    details.put("KernelVersion", machine.kernel());
    details.put("MinAPIVersion", ApiVersion.MINIMUM.toString());
    details.put("Os", "linux");
    var components = new ArrayList<ComponentView>();
    components.add(new ComponentView("Engine", daemon.version(), details));
    EngineClients ready = engine.result();
    if (ready != null) {
      EngineInfo info = ready.info();
      components.add(new ComponentView("conmon", InfoJson.bare(info.conmonVersion()), Map.of()));
      components.add(
          new ComponentView(info.defaultRuntime(), InfoJson.bare(info.runtimeVersion()), Map.of()));
    }
    return components;
  }

  /** What clients print as the Go version: what we run on instead. */
  private static String language() {
    return "java" + Runtime.version().feature();
  }

  private String goArchitecture() {
    return machine.architecture().equals("aarch64") ? "arm64" : "amd64";
  }
}
