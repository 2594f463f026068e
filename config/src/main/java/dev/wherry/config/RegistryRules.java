package dev.wherry.config;

import dev.wherry.config.DaemonConfig.Registries;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Checks what is said of registries, with dockerd's words. */
final class RegistryRules {
  private RegistryRules() {}

  static Registries registries(Settings settings, Map<String, String> environment)
      throws ConfigException {
    var insecure = new ArrayList<String>();
    for (String registry : settings.list("insecure-registries")) {
      insecure.add(insecure(registry));
    }
    var mirrors = new ArrayList<String>();
    for (String mirror : settings.list("registry-mirrors")) {
      mirrors.add(mirror(mirror));
    }
    return new Registries(
        insecure,
        mirrors,
        count(
            settings,
            "max-concurrent-downloads",
            Registries.DEFAULT_DOWNLOADS,
            "concurrent downloads"),
        count(settings, "max-concurrent-uploads", Registries.DEFAULT_UPLOADS, "concurrent uploads"),
        count(
            settings,
            "max-download-attempts",
            Registries.DEFAULT_ATTEMPTS,
            "attempts of downloads"),
        ProxyRules.proxies(settings, environment));
  }

  private static int count(Settings settings, String key, int otherwise, String what)
      throws ConfigException {
    long value = settings.number(key).orElse(0L);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new ConfigException("invalid max " + what + ": " + value);
    }
    return value == 0 ? otherwise : (int) value;
  }

  private static String insecure(String registry) throws ConfigException {
    String lower = registry.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") || lower.startsWith("https://")) {
      throw new ConfigException("insecure registry " + registry + " should not contain '://'");
    }
    int slash = registry.indexOf('/');
    if (slash >= 0) {
      requireNetwork(registry, slash);
      return registry;
    }
    if (registry.startsWith("-")) {
      throw new ConfigException("Cannot begin or end with a hyphen: " + registry);
    }
    try {
      URI uri = new URI("http://" + registry);
      if (uri.getHost() != null && uri.getPort() <= 65_535 && uri.getUserInfo() == null) {
        return registry;
      }
    } catch (URISyntaxException e) {
      throw new ConfigException("insecure registry " + registry + " is not valid", e);
    }
    throw new ConfigException("insecure registry " + registry + " is not valid: invalid host");
  }

  private static void requireNetwork(String cidr, int slash) throws ConfigException {
    try {
      int bits = InetAddress.ofLiteral(cidr.substring(0, slash)).getAddress().length * Byte.SIZE;
      int prefix = Integer.parseInt(cidr.substring(slash + 1));
      if (prefix >= 0 && prefix <= bits) {
        return;
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException("insecure registry " + cidr + " is not valid", e);
    }
    throw new ConfigException("insecure registry " + cidr + " is not valid");
  }

  private static String mirror(String text) throws ConfigException {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new ConfigException("invalid mirror: \"" + text + "\" is not a valid URI", e);
    }
    if (!List.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
      throw new ConfigException(
          "invalid mirror: unsupported scheme \"" + uri.getScheme() + "\" in \"" + text + "\"");
    }
    if (uri.getRawUserInfo() != null) {
      throw new ConfigException(
          "invalid mirror: username/password not allowed in URI \"" + text + "\"");
    }
    boolean path = uri.getPath() != null && !List.of("", "/").contains(uri.getPath());
    if (path || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new ConfigException(
          "invalid mirror: path, query, or fragment at end of the URI \"" + text + "\"");
    }
    if (uri.getHost() == null) {
      throw new ConfigException("invalid mirror: \"" + text + "\" is not a valid URI");
    }
    return text.endsWith("/") ? text : text + "/";
  }
}
