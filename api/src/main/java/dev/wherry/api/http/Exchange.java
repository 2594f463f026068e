package dev.wherry.api.http;

import dev.wherry.engine.error.EngineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request and its answer, with parameters read and errors written as dockerd does. */
public final class Exchange {
  /** Under which the path's version travels in the routing context. */
  public static final String VERSION_KEY = "wherry.version";

  private static final Set<String> FALSE_WORDS = Set.of("", "0", "no", "false", "none");

  private final RoutingContext routing;
  private final @Nullable String versionText;
  private final ApiVersion version;
  private boolean bodyStreamed;

  private Exchange(RoutingContext routing) {
    this.routing = routing;
    this.versionText = routing.get(VERSION_KEY);
    this.version = versionText == null ? ApiVersion.CURRENT : ApiVersion.parse(versionText);
  }

  /** The handler to give to a route: checks the version, runs the endpoint, answers failures. */
  public static Handler<RoutingContext> handler(Endpoint endpoint) {
    return routing -> {
      var exchange = new Exchange(routing);
      try {
        exchange.requireServedVersion();
        endpoint.handle(exchange);
      } catch (RuntimeException e) {
        exchange.fail(e);
      }
    };
  }

  /** The handler for what no route answers; a failure that no route caught is logged. */
  public static Handler<RoutingContext> errorHandler(Supplier<EngineException> answer) {
    return routing -> {
      if (routing.failure() != null) {
        Failures.log(routing.failure(), routing.request().path());
      }
      new Exchange(routing).fail(answer.get());
    };
  }

  private void requireServedVersion() {
    if (versionText == null) {
      return;
    }
    if (version.compareTo(ApiVersion.CURRENT) > 0) {
      throw new EngineException.InvalidParameter(
          "client version "
              + versionText
              + " is too new. Maximum supported API version is "
              + ApiVersion.CURRENT);
    }
    if (version.compareTo(ApiVersion.MINIMUM) < 0) {
      throw new EngineException.InvalidParameter(
          "client version "
              + versionText
              + " is too old. Minimum supported API version is "
              + ApiVersion.MINIMUM
              + ", please upgrade your client to a newer version");
    }
  }

  /** The API version the client asked for. */
  public ApiVersion version() {
    return version;
  }

  public HttpServerRequest request() {
    return routing.request();
  }

  /** The raw answer; its standard headers are the caller's to put, by {@link #begin}. */
  public HttpServerResponse response() {
    return routing.response();
  }

  /** A part of the path, decoded. */
  public String path(String name) {
    String value = routing.pathParam(name);
    return value == null ? "" : value;
  }

  /** The first value of a query parameter, {@code null} if it is not there. */
  public @Nullable String query(String name) {
    List<String> all = queryAll(name);
    return all.isEmpty() ? null : all.getFirst();
  }

  /** As {@link #query}, empty if it is not there. */
  public String queryOrEmpty(String name) {
    String value = query(name);
    return value == null ? "" : value;
  }

  /** All values of a query parameter. */
  public List<String> queryAll(String name) {
    try {
      return routing.queryParam(name);
    } catch (HttpException | IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("invalid query string", e);
    }
  }

  /** Whether the client sent the parameter at all. */
  public boolean has(String name) {
    return !queryAll(name).isEmpty();
  }

  /** A boolean as dockerd reads one: everything but nothing, 0, no, false and none is true. */
  public boolean flag(String name) {
    return !FALSE_WORDS.contains(queryOrEmpty(name).strip().toLowerCase(Locale.ROOT));
  }

  /** As {@link #flag}, with a value for one that is not there. */
  public boolean flag(String name, boolean otherwise) {
    return has(name) ? flag(name) : otherwise;
  }

  /**
   * An integer.
   *
   * @throws EngineException.InvalidParameter in the words of Go's {@code strconv.Atoi} if it is
   *     none, also if it is not there
   */
  public int number(String name) {
    String text = queryOrEmpty(name);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new EngineException.InvalidParameter(
          "strconv.Atoi: parsing \"" + text + "\": invalid syntax", e);
    }
  }

  /** As {@link #number}; {@code null} if it is empty or not there. */
  public @Nullable Integer optionalNumber(String name) {
    return queryOrEmpty(name).isEmpty() ? null : Integer.valueOf(number(name));
  }

  /**
   * Reads the body, which has to be there, as JSON; {@code null} for the JSON {@code null}.
   *
   * @throws EngineException.InvalidParameter at once for a content type other than JSON
   */
  public <T> Future<@Nullable T> requiredJson(Json.Shape<T> shape) {
    requireJsonType();
    return body().map(bytes -> Json.read(bytes, shape));
  }

  /** As {@link #requiredJson}; {@code null} also if there is no body, as dockerd mostly has it. */
  public <T> Future<@Nullable T> json(Json.Shape<T> shape) {
    requireJsonType();
    return body().map(bytes -> bytes.length() == 0 ? null : Json.read(bytes, shape));
  }

  /** The whole body, up to a bound. */
  public Future<Buffer> body() {
    return BodyReader.read(request());
  }

  /** The body as a stream, for one who sets a handler at once. */
  public ReadStream<Buffer> bodyStream() {
    bodyStreamed = true;
    return request();
  }

  private void requireJsonType() {
    String type = request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null && !BodyReader.hasBody(request())) {
      return;
    }
    String given = type == null ? "" : type;
    String media = given.split(";", 2)[0].strip();
    if (media.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "malformed Content-Type header (" + given + "): mime: no media type");
    }
    if (!media.equalsIgnoreCase("application/json")) {
      throw new EngineException.InvalidParameter(
          "unsupported Content-Type header (" + given + "): must be 'application/json'");
    }
  }

  /** Runs an action with a future's value; a failure of either becomes the answer. */
  public <T> void then(Future<T> future, Consumer<? super T> action) {
    future.onComplete(
        done -> {
          if (done.failed()) {
            fail(done.cause());
            return;
          }
          try {
            action.accept(done.result());
          } catch (RuntimeException e) {
            fail(e);
          }
        });
  }

  /** Starts an answer: status and standard headers. */
  public HttpServerResponse begin(int status) {
    HttpServerResponse response = response().setStatusCode(status);
    StandardHeaders.put(response.headers());
    if (!bodyStreamed) {
      // A body nobody reads is dropped, or the connection's next request would wait behind it.
      request().resume();
    }
    return response;
  }

  /** Answers with JSON. */
  public void reply(int status, Object value) {
    reply(status, Json.line(value));
  }

  /** Answers with JSON that has been written already. */
  public void reply(int status, Buffer json) {
    if (!response().ended() && !response().closed()) {
      begin(status).putHeader(HttpHeaders.CONTENT_TYPE, StandardHeaders.JSON).end(json);
    }
  }

  /** Answers without a body. */
  public void replyEmpty(int status) {
    if (!response().ended() && !response().closed()) {
      begin(status).end();
    }
  }

  /** Answers with what went wrong. */
  public void fail(Throwable failure) {
    Failures.log(failure, request().method() + " " + request().path());
    Failures.answer(response(), version, failure);
  }
}
