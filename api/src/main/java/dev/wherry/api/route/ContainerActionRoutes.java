package dev.wherry.api.route;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.api.http.StandardHeaders;
import dev.wherry.api.mapping.create.UpdateRequestRules;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.container.Containers.Waiter;
import dev.wherry.verticles.container.WaitCondition;
import dev.wherry.verticles.container.WaitResult;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Containers: what is done to one that exists. */
final class ContainerActionRoutes {
  /** As dockerd: {@code {}} and {@code null} pass for no body. */
  private static final int LARGEST_EMPTY_BODY = 7;

  private static final Json.Shape<HostConfigRequest> UPDATE = Json.shape(HostConfigRequest.class);

  private final Containers containers;
  private final UpdateRequestRules updateRules;

  ContainerActionRoutes(Containers containers, UpdateRequestRules updateRules) {
    this.containers = containers;
    this.updateRules = updateRules;
  }

  void mount(Routes routes) {
    routes
        .post("/containers/:name/start", this::start)
        .post("/containers/:name/stop", this::stop)
        .post("/containers/:name/restart", this::restart)
        .post("/containers/:name/kill", this::kill)
        .post("/containers/:name/pause", e -> reply(e, 204, containers.pause(e.path("name"))))
        .post("/containers/:name/unpause", e -> reply(e, 204, containers.unpause(e.path("name"))))
        .post("/containers/:name/resize", this::resize)
        .post("/containers/:name/update", this::update)
        .post("/containers/:name/wait", this::await);
  }

  private static void reply(Exchange exchange, int status, Future<Void> work) {
    exchange.then(work, done -> exchange.replyEmpty(status));
  }

  private void start(Exchange exchange) {
    String length = exchange.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean chunked = exchange.request().headers().contains(HttpHeaders.TRANSFER_ENCODING);
    if (chunked || (length != null && Long.parseLong(length) > LARGEST_EMPTY_BODY)) {
      throw new EngineException.InvalidParameter(
          "starting container with non-empty request body was deprecated since API v1.22 and"
              + " removed in v1.24");
    }
    reply(exchange, 204, containers.start(exchange.path("name")));
  }

  private void stop(Exchange exchange) {
    String name = exchange.path("name");
    reply(
        exchange,
        204,
        containers
            .stop(name, signal(exchange), exchange.optionalNumber("t"))
            .recover(failure -> aboutWork("cannot stop container: " + name, failure)));
  }

  private void restart(Exchange exchange) {
    String name = exchange.path("name");
    reply(
        exchange,
        204,
        containers
            .restart(name, signal(exchange), exchange.optionalNumber("t"))
            .recover(failure -> aboutWork("Cannot restart container " + name, failure)));
  }

  /** The signal to stop with came with 1.42. */
  private static @Nullable String signal(Exchange exchange) {
    String signal = exchange.queryOrEmpty("signal");
    return signal.isEmpty() || !exchange.version().atLeast(1, 42) ? null : signal;
  }

  private void kill(Exchange exchange) {
    String name = exchange.path("name");
    String signal = exchange.queryOrEmpty("signal");
    reply(
        exchange,
        204,
        containers
            .kill(name, signal.isEmpty() ? "SIGKILL" : signal)
            .recover(failure -> about("cannot kill container: " + name, failure)));
  }

  /** Says first what could not be done. */
  private static Future<Void> about(String what, Throwable failure) {
    return Future.failedFuture(
        failure instanceof EngineException known ? known.about(what) : failure);
  }

  /** The same of what went wrong with one that was found. */
  private static Future<Void> aboutWork(String what, Throwable failure) {
    return failure instanceof EngineException.InvalidParameter
            || failure instanceof EngineException.Internal
        ? about(what, failure)
        : Future.failedFuture(failure);
  }

  private void resize(Exchange exchange) {
    int rows = exchange.number("h");
    int columns = exchange.number("w");
    reply(exchange, 200, containers.resize(exchange.path("name"), rows, columns));
  }

  private void update(Exchange exchange) {
    Future<@Nullable HostConfigRequest> body = exchange.json(UPDATE);
    exchange.then(
        body,
        request -> {
          UpdateRequestRules.Accepted accepted = updateRules.accept(request, exchange.version());
          exchange.then(
              containers.update(exchange.path("name"), accepted.change()),
              done -> exchange.reply(200, new Updated(accepted.warnings())));
        });
  }

  private void await(Exchange exchange) {
    WaitCondition condition = condition(exchange);
    exchange.then(
        containers.waitFor(exchange.path("name"), condition), waiter -> answer(exchange, waiter));
  }

  private static WaitCondition condition(Exchange exchange) {
    String condition = exchange.queryOrEmpty("condition");
    // Before 1.30 there was one thing to wait for only.
    return switch (exchange.version().atLeast(1, 30) ? condition : "") {
      case "", "not-running" -> WaitCondition.NOT_RUNNING;
      case "next-exit" -> WaitCondition.NEXT_EXIT;
      case "removed" -> WaitCondition.REMOVED;
      default ->
          throw new EngineException.InvalidParameter("invalid condition: \"" + condition + "\"");
    };
  }

  /** The head at once, so that the client knows we wait; the body when the condition holds. */
  private static void answer(Exchange exchange, Waiter waiter) {
    if (exchange.response().closed()) {
      waiter.cancel();
      return;
    }
    HttpServerResponse response =
        exchange
            .begin(200)
            .setChunked(true)
            .putHeader(HttpHeaders.CONTENT_TYPE, StandardHeaders.JSON);
    response.writeHead();
    response.closeHandler(
        closed -> {
          if (!response.ended()) {
            waiter.cancel();
          }
        });
    waiter
        .result()
        .onComplete(
            done -> {
              if (!response.closed()) {
                response.end(Json.line(outcome(done.result(), done.cause())));
              }
            });
  }

  private static Outcome outcome(@Nullable WaitResult result, @Nullable Throwable failure) {
    if (result == null) {
      String message = failure == null ? "" : String.valueOf(failure.getMessage());
      return new Outcome(new WaitError(message), 125);
    }
    return new Outcome(
        result.error().isEmpty() ? null : new WaitError(result.error()), result.exitCode());
  }

  private record Updated(@Nullable List<String> warnings) {}

  private record Outcome(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable WaitError error, int statusCode) {}

  private record WaitError(@JsonProperty("Message") String message) {}
}
