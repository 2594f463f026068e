package dev.wherry.api.route;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.ExecCreateRequest;
import dev.wherry.api.dto.ExecStartRequest;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.ExecJson;
import dev.wherry.api.stream.HijackedStream;
import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Execs;
import org.jspecify.annotations.Nullable;

/** Processes run inside running containers. */
final class ExecRoutes {
  private static final Json.Shape<ExecCreateRequest> CREATE = Json.shape(ExecCreateRequest.class);
  private static final Json.Shape<ExecStartRequest> START = Json.shape(ExecStartRequest.class);

  private final Execs execs;

  ExecRoutes(Execs execs) {
    this.execs = execs;
  }

  void mount(Routes routes) {
    routes
        .post("/containers/:name/exec", this::create)
        .post("/exec/:id/start", this::start)
        .post("/exec/:id/resize", this::resize)
        .get("/exec/:id/json", e -> e.reply(200, ExecJson.view(execs.get(e.path("id")))));
  }

  private void create(Exchange exchange) {
    exchange.then(
        exchange.json(CREATE),
        request -> {
          if (request == null || request.cmd() == null || request.cmd().isEmpty()) {
            throw new EngineException.InvalidParameter("No exec command specified");
          }
          exchange.then(
              execs.create(exchange.path("name"), ExecJson.spec(request)),
              exec -> exchange.reply(201, new Created(exec.id())));
        });
  }

  private void start(Exchange exchange) {
    exchange.then(
        exchange.json(START),
        request -> {
          Exec exec = execs.startable(exchange.path("id"));
          ExecStartRequest how = request == null ? ExecStartRequest.DEFAULT : request;
          if (how.detach()) {
            exchange.then(execs.startDetached(exec.id()), done -> exchange.replyEmpty(200));
            return;
          }
          HijackedStream.Plan plan =
              HijackedStream.Plan.of(
                  how.tty(),
                  exec.spec().tty(),
                  exec.spec().attachStdin(),
                  exec.spec().detachKeys());
          HijackedStream.serveStarting(
              exchange, plan, () -> execs.start(exec.id(), size(exchange, how)));
        });
  }

  /** As in dockerd, it is for terminals, and for those who know of it. */
  private static HostConfig.@Nullable ConsoleSize size(Exchange exchange, ExecStartRequest how) {
    return how.tty() && exchange.version().atLeast(1, 42)
        ? ExecJson.consoleSize(how.consoleSize())
        : null;
  }

  private void resize(Exchange exchange) {
    int rows = exchange.number("h");
    int columns = exchange.number("w");
    exchange.then(
        execs.resize(exchange.path("id"), rows, columns), done -> exchange.replyEmpty(200));
  }

  private record Created(@JsonProperty("Id") String id) {}
}
