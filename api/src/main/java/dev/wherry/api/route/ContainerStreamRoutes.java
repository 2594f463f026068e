package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.mapping.GoTime;
import dev.wherry.api.stream.BodyStream;
import dev.wherry.api.stream.EventSocket;
import dev.wherry.api.stream.HijackedStream;
import dev.wherry.api.stream.SessionSocket;
import dev.wherry.api.stream.StreamType;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.log.LogReader;
import dev.wherry.verticles.container.AttachRequest;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.container.LogRequest;
import java.time.Instant;

/** Containers: their input, their output and their logs. */
final class ContainerStreamRoutes {
  private static final int ALL_LINES = -1;

  private final Containers containers;

  ContainerStreamRoutes(Containers containers) {
    this.containers = containers;
  }

  void mount(Routes routes) {
    routes
        .post("/containers/:name/attach", this::attach)
        .get("/containers/:name/attach/ws", this::attachWebSocket)
        .get("/containers/:name/logs", this::logs);
  }

  private void attach(Exchange exchange) {
    HijackedStream.Plan plan = plan(exchange);
    HijackedStream.serve(
        exchange, plan, containers.attach(exchange.path("name"), request(exchange)));
  }

  private void attachWebSocket(Exchange exchange) {
    HijackedStream.Plan plan = plan(exchange);
    if (!EventSocket.isWanted(exchange.request())) {
      throw new EngineException.InvalidParameter("not websocket protocol");
    }
    SessionSocket.serve(
        exchange, plan, containers.attach(exchange.path("name"), request(exchange)));
  }

  /** Checked before anything is attached. */
  private HijackedStream.Plan plan(Exchange exchange) {
    boolean tty = containers.index().get(exchange.path("name")).config().tty();
    return HijackedStream.Plan.of(tty, tty, exchange.flag("stdin"), exchange.query("detachKeys"));
  }

  private static AttachRequest request(Exchange exchange) {
    return new AttachRequest(
        exchange.flag("stdin"),
        exchange.flag("stdout"),
        exchange.flag("stderr"),
        exchange.flag("logs"),
        exchange.flag("stream"));
  }

  private void logs(Exchange exchange) {
    boolean stdout = exchange.flag("stdout");
    boolean stderr = exchange.flag("stderr");
    if (!stdout && !stderr) {
      throw new EngineException.InvalidParameter(
          "Bad parameters: you must choose at least one stream");
    }
    Container container = containers.index().get(exchange.path("name"));
    Instant now = Instant.now();
    var selection =
        new LogReader.Selection(
            stdout,
            stderr,
            GoTime.parse(exchange.queryOrEmpty("since"), now),
            GoTime.parse(exchange.queryOrEmpty("until"), now),
            tail(exchange.queryOrEmpty("tail")));
    var request =
        new LogRequest(
            selection,
            exchange.flag("follow"),
            exchange.flag("timestamps"),
            exchange.flag("details"));
    StreamType type = StreamType.of(container.config().tty());
    exchange.then(
        containers.logs(exchange.path("name"), request),
        log ->
            BodyStream.serve(
                exchange, type.contentType(exchange.version()), log, type::encode, log::cancel));
  }

  /** As dockerd: what is no number means all lines. */
  private static int tail(String text) {
    try {
      int lines = Integer.parseInt(text);
      return lines < 0 ? ALL_LINES : lines;
    } catch (NumberFormatException e) {
      return ALL_LINES;
    }
  }
}
