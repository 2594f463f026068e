package dev.wherry.api.server;

import dev.wherry.api.route.ApiRoutes;
import dev.wherry.api.stream.Hijack;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;

/** Serves the API on one event loop; Vert.x spreads the connections over its instances. */
final class ApiVerticle extends VerticleBase {
  /** As Go's default, for large {@code X-Registry-Config} headers. */
  private static final int MAX_HEADERS = 1 << 20;

  /** Filters travel in the request line. */
  private static final int MAX_REQUEST_LINE = 128 << 10;

  private static final int MAX_WEB_SOCKET_MESSAGE = 1 << 20;

  private final List<SocketAddress> addresses;
  private final ApiRoutes.Early early;
  private final Future<ApiRoutes> routes;

  ApiVerticle(List<SocketAddress> addresses, ApiRoutes.Early early, Future<ApiRoutes> routes) {
    this.addresses = addresses;
    this.early = early;
    this.routes = routes;
  }

  @Override
  public Future<?> start() {
    var front = new Front(vertx, early, routes);
    return Future.all(addresses.stream().map(address -> listen(address, front)).toList());
  }

  private Future<?> listen(SocketAddress address, Front front) {
    return vertx
        .createHttpServer(options())
        .connectionHandler(Hijack::prepare)
        .requestHandler(front)
        .listen(address);
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        // With it, a POST that asks for an upgrade to h2c would be taken for HTTP/2.
        .setHttp2ClearTextEnabled(false)
        // Their handlers would stay in the pipeline of a connection that becomes a raw stream.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setCompressionSupported(false)
        .setHandle100ContinueAutomatically(true)
        .setMaxHeaderSize(MAX_HEADERS)
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        .setMaxWebSocketFrameSize(MAX_WEB_SOCKET_MESSAGE)
        .setMaxWebSocketMessageSize(MAX_WEB_SOCKET_MESSAGE)
        .setAcceptBacklog(1024);
  }
}
