package dev.wherry.api.route;

import dev.wherry.api.http.StandardHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** {@code GET} and {@code HEAD /_ping}: how clients find out what they talk to. */
final class PingRoute {
  static final String PATH = "/_ping";

  private static final Buffer OK = Buffer.buffer("OK");
  private static final CharSequence BUILDER = HttpHeaders.createOptimized("Builder-Version");

  /** The classic builder's protocol; 2 would announce BuildKit. */
  private static final CharSequence CLASSIC = HttpHeaders.createOptimized("1");

  private static final CharSequence SWARM = HttpHeaders.createOptimized("Swarm");
  private static final CharSequence INACTIVE = HttpHeaders.createOptimized("inactive");
  private static final CharSequence NO_CACHE =
      HttpHeaders.createOptimized("no-cache, no-store, must-revalidate");
  private static final CharSequence PRAGMA = HttpHeaders.createOptimized("Pragma");
  private static final CharSequence PRAGMA_NO_CACHE = HttpHeaders.createOptimized("no-cache");

  void mount(Routes routes) {
    routes
        .get(PATH, exchange -> answer(exchange.request()))
        .head(PATH, exchange -> answer(exchange.request()));
  }

  /** Answers a GET or HEAD. */
  static void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    StandardHeaders.put(response.headers());
    response
        .headers()
        .set(BUILDER, CLASSIC)
        .set(SWARM, INACTIVE)
        .set(HttpHeaders.CACHE_CONTROL, NO_CACHE)
        .set(PRAGMA, PRAGMA_NO_CACHE)
        .set(HttpHeaders.CONTENT_TYPE, StandardHeaders.TEXT);
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, "0").end();
    } else {
      response.end(OK);
    }
  }
}
