package dev.wherry.api.server;

import dev.wherry.engine.error.EngineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of others away from the API. A browser sends requests to loopback on behalf of
 * any page: one that changes something, or opens a WebSocket, must come from a page we served
 * ({@code Origin} equals {@code Host}); and over TCP {@code Host} must be a name of this machine's
 * loopback, or a page could make its own name point here (DNS rebinding).
 */
final class BrowserGuard {
  private BrowserGuard() {}

  /**
   * Lets a request pass.
   *
   * @throws EngineException.Forbidden if it does not
   */
  static void check(HttpServerRequest request) {
    String host = request.getHeader(HttpHeaders.HOST);
    if (request.localAddress() != null && request.localAddress().isInetSocket()) {
      requireLoopbackName(request.authority());
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin != null && changesSomething(request) && !isSame(origin, host)) {
      throw new EngineException.Forbidden("cross-origin request from " + origin + " refused");
    }
  }

  private static boolean changesSomething(HttpServerRequest request) {
    HttpMethod method = request.method();
    boolean reads =
        method.equals(HttpMethod.GET)
            || method.equals(HttpMethod.HEAD)
            || method.equals(HttpMethod.OPTIONS);
    return !reads || request.headers().contains(HttpHeaders.UPGRADE);
  }

  private static boolean isSame(String origin, @Nullable String host) {
    if (host == null) {
      return false;
    }
    try {
      String authority = URI.create(origin).getAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void requireLoopbackName(@Nullable HostAndPort authority) {
    // A client of HTTP/1.0 sends no Host; a browser always does.
    if (authority == null) {
      return;
    }
    String name = authority.host().toLowerCase(Locale.ROOT);
    if (!name.equals("localhost") && !name.endsWith(".localhost") && !isLoopbackLiteral(name)) {
      throw new EngineException.Forbidden("host name " + name + " refused, use localhost");
    }
  }

  private static boolean isLoopbackLiteral(String name) {
    try {
      String bare = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
      return InetAddress.ofLiteral(bare).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
