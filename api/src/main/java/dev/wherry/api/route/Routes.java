package dev.wherry.api.route;

import dev.wherry.api.http.Endpoint;
import dev.wherry.api.http.Exchange;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;

/** Adds routes to a router; only a help to write them one a line. */
final class Routes {
  /** The name may have slashes: a link gives a container the name {@code OTHER/ALIAS}. */
  private static final String CONTAINER = "/containers/:name";

  private final Router router;

  Routes(Router router) {
    this.router = router;
  }

  Routes get(String path, Endpoint endpoint) {
    return add(HttpMethod.GET, path, endpoint);
  }

  Routes head(String path, Endpoint endpoint) {
    return add(HttpMethod.HEAD, path, endpoint);
  }

  Routes post(String path, Endpoint endpoint) {
    return add(HttpMethod.POST, path, endpoint);
  }

  Routes put(String path, Endpoint endpoint) {
    return add(HttpMethod.PUT, path, endpoint);
  }

  Routes delete(String path, Endpoint endpoint) {
    return add(HttpMethod.DELETE, path, endpoint);
  }

  private Routes add(HttpMethod method, String path, Endpoint endpoint) {
    if (path.startsWith(CONTAINER)) {
      return named(method, "/containers/", path.substring(CONTAINER.length()), endpoint);
    }
    router.route(method, path).handler(Exchange.handler(endpoint));
    return this;
  }

  /**
   * A route whose first part is a name with slashes in it, such as an image's.
   *
   * @param before for example {@code /images/}
   * @param after for example {@code /json}
   */
  Routes named(HttpMethod method, String before, String after, Endpoint endpoint) {
    router
        .routeWithRegex(method, before + "(?<name>.+)" + after)
        .handler(Exchange.handler(endpoint));
    return this;
  }
}
