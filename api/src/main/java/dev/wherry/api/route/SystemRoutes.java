package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.mapping.DaemonFacts;
import dev.wherry.api.mapping.InfoJson;
import dev.wherry.api.mapping.MachineFacts;
import dev.wherry.verticles.EngineClients;
import java.time.Instant;

/** {@code GET /info}. */
final class SystemRoutes {
  private final EngineClients engine;
  private final MachineFacts machine;
  private final DaemonFacts daemon;

  SystemRoutes(EngineClients engine, MachineFacts machine, DaemonFacts daemon) {
    this.engine = engine;
    this.machine = machine;
    this.daemon = daemon;
  }

  void mount(Routes routes) {
    routes.get("/info", this::info);
  }

  private void info(Exchange exchange) {
    var now =
        new InfoJson.Moment(
            engine.containers().index().list(), engine.images().list().size(), Instant.now());
    exchange.reply(200, InfoJson.info(engine.info(), machine, daemon, now));
  }
}
