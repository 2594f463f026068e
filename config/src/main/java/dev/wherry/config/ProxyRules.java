package dev.wherry.config;

import dev.wherry.config.DaemonConfig.Proxies;
import dev.wherry.config.DaemonConfig.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies by which registries are reached: of the settings, or else of the environment, as Go's
 * {@code net/http} reads it.
 */
final class ProxyRules {
  static final String HTTP = "http-proxy";
  static final String HTTPS = "https-proxy";
  static final String NONE = "no-proxy";

  /** What can be spoken with a proxy. */
  private static final List<String> SCHEMES = List.of("http", "socks5", "socks5h");

  private static final String MASK = "xxxxx:xxxxx";

  private ProxyRules() {}

  static Proxies proxies(Settings settings, Map<String, String> environment)
      throws ConfigException {
    return new Proxies(
        proxy(HTTP, settings, environment),
        proxy(HTTPS, settings, environment),
        settings.text(NONE).or(() -> of(environment, NONE)).orElse(""));
  }

  private static Optional<Proxy> proxy(
      String key, Settings settings, Map<String, String> environment) throws ConfigException {
    Optional<String> text = settings.text(key).or(() -> of(environment, key));
    return text.isEmpty() ? Optional.empty() : Optional.of(parse(key, text.get()));
  }

  /** {@code HTTP_PROXY} before {@code http_proxy}. */
  private static Optional<String> of(Map<String, String> environment, String key) {
    String lower = key.replace('-', '_');
    String upper = lower.toUpperCase(Locale.ROOT);
    String value = environment.getOrDefault(upper, "");
    return Optional.of(value.isEmpty() ? environment.getOrDefault(lower, "") : value)
        .filter(text -> !text.isEmpty());
  }

  private static Proxy parse(String key, String text) throws ConfigException {
    String shown = masked(text);
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (!SCHEMES.contains(scheme)) {
        throw new ConfigException(
            "%s: a proxy of the scheme %s is not supported by Wherry: %s"
                .formatted(key, scheme, shown));
      }
      if (uri.getHost() != null) {
        return new Proxy(uri, shown);
      }
    } catch (URISyntaxException e) {
      // Its message has the password.
      throw new ConfigException(key + ": invalid proxy address " + shown);
    }
    throw new ConfigException(key + ": invalid proxy address " + shown);
  }

  /** An address as it may be shown, without who asks there. */
  static String masked(String address) {
    int start = address.indexOf("://") < 0 ? 0 : address.indexOf("://") + "://".length();
    int slash = address.indexOf('/', start);
    int at = address.lastIndexOf('@', slash < 0 ? address.length() : slash);
    return at < start ? address : address.substring(0, start) + MASK + address.substring(at);
  }
}
