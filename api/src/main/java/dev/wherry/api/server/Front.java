package dev.wherry.api.server;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Failures;
import dev.wherry.api.http.StandardHeaders;
import dev.wherry.api.http.VersionedPath;
import dev.wherry.api.route.ApiRoutes;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * The first to see a request: keeps foreign web pages out, takes the version off the path, and
 * holds back what needs the engine until it is ready. One for each event loop.
 */
final class Front implements Handler<HttpServerRequest> {
  private static final int NOT_FOUND = 404;

  private final ApiRoutes.Early early;
  private final Router beforeEngine;
  private final Future<Router> whole;

  /**
   * Makes one.
   *
   * @param routes completes when the engine has recovered
   */
  Front(Vertx vertx, ApiRoutes.Early early, Future<ApiRoutes> routes) {
    this.early = early;
    this.beforeEngine = router(vertx);
    early.mount(beforeEngine);
    this.whole =
        here(vertx.getOrCreateContext(), routes)
            .map(
                all -> {
                  Router router = router(vertx);
                  early.mount(router);
                  all.mount(router);
                  return router;
                });
  }

  /** The same future, completed on this event loop rather than on the engine's. */
  private static Future<ApiRoutes> here(Context context, Future<ApiRoutes> routes) {
    Promise<ApiRoutes> here = Promise.promise();
    routes.onComplete(done -> context.runOnContext(now -> here.handle(done)));
    return here.future();
  }

  private static Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(Front::stripVersion);
    router
        .options()
        .handler(
            routing -> {
              StandardHeaders.put(routing.response().headers());
              routing.response().end();
            });
    Handler<RoutingContext> notFound =
        Exchange.errorHandler(() -> new EngineException.NotFound("page not found"));
    router.errorHandler(NOT_FOUND, notFound);
    router.errorHandler(405, notFound);
    router.errorHandler(
        400, Exchange.errorHandler(() -> new EngineException.InvalidParameter("bad request")));
    router.errorHandler(
        500, Exchange.errorHandler(() -> new EngineException.Internal("internal error")));
    return router;
  }

  /** Goes on with the rest of a path that begins with a version; once for a request. */
  private static void stripVersion(RoutingContext routing) {
    String uri = routing.request().uri();
    if (routing.get(Exchange.VERSION_KEY) == null) {
      VersionedPath split = VersionedPath.of(uri);
      if (split.versionText() != null) {
        routing.put(Exchange.VERSION_KEY, split.versionText());
        routing.reroute(split.rest());
        return;
      }
    }
    if (isOffByASlash(routing.normalizedPath())) {
      routing.fail(NOT_FOUND);
    } else {
      routing.next();
    }
  }

  /** Vert.x lets a path with a slash more pass for the path; dockerd has one that ends so. */
  private static boolean isOffByASlash(String path) {
    return path.endsWith("/") && !path.equals("/networks/");
  }

  @Override
  public void handle(HttpServerRequest request) {
    try {
      BrowserGuard.check(request);
    } catch (EngineException e) {
      Failures.answer(request.response(), VersionedPath.of(request.uri()).version(), e);
      return;
    }
    if (early.answerPing(request)) {
      return;
    }
    @Nullable Router ready = whole.result();
    if (ready != null) {
      ready.handle(request);
    } else if (isEarly(request)) {
      beforeEngine.handle(request);
    } else {
      request.pause();
      whole
          .onSuccess(router -> router.handle(request.resume()))
          .onFailure(failure -> request.connection().close());
    }
  }

  private static boolean isEarly(HttpServerRequest request) {
    String rest = VersionedPath.of(request.path()).rest();
    return rest.equals("/_ping")
        || rest.equals("/version")
        || request.method().equals(HttpMethod.OPTIONS);
  }
}
