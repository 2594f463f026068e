package dev.wherry.verticles.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.proxy.ProxyConnectException;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.util.Map;

/** Servers and proxies as Vert.x wants them. */
final class Addresses {
  private static final Map<String, Integer> PORTS =
      Map.of("http", 80, "https", 443, "socks5", 1080, "socks5h", 1080);

  private Addresses() {}

  /** The port, that of its scheme where none is named. */
  static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : PORTS.getOrDefault(uri.getScheme(), 80);
  }

  /** Without the brackets that an IPv6 address has in a URI. */
  static String host(URI uri) {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** How a proxy is used. */
  static ProxyOptions options(URI proxy) {
    ProxyOptions options =
        new ProxyOptions()
            .setType(proxy.getScheme().startsWith("socks") ? ProxyType.SOCKS5 : ProxyType.HTTP)
            .setHost(host(proxy))
            .setPort(port(proxy));
    String user = proxy.getRawUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      options.setUsername(decoded(colon < 0 ? user : user.substring(0, colon)));
      options.setPassword(colon < 0 ? "" : decoded(user.substring(colon + 1)));
    }
    return options;
  }

  /** What is percent-encoded in a URI, where a plus is one. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  /** Whether a request failed on the way to its proxy. */
  static boolean isOfTheWay(Throwable failure) {
    return !(failure instanceof ProxyConnectException)
        && (failure instanceof ConnectException || failure instanceof UnknownHostException);
  }

  /** Why a proxy did not let a request through: the words of its status. */
  static String refusal(ProxyConnectException failure) {
    return String.valueOf(failure.getMessage()).replaceFirst("^.* status: (\\d+ )?", "");
  }
}
