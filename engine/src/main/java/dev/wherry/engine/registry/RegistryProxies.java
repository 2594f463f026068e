package dev.wherry.engine.registry;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.Subnet;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which proxy a server is asked by, as Go's {@code golang.org/x/net/http/httpproxy} decides: {@code
 * localhost} and loopback addresses never, nor what an exception covers.
 */
public final class RegistryProxies {
  /** Everybody is asked directly. */
  public static final RegistryProxies NONE =
      new RegistryProxies(Optional.empty(), Optional.empty(), "");

  private final Optional<URI> http;
  private final Optional<URI> https;
  private final List<Predicate<Target>> exceptions = new ArrayList<>();

  /**
   * Who is asked.
   *
   * @param literal its address, where it is named by that
   */
  private record Target(String host, int port, Optional<InetAddress> literal) {}

  /**
   * @param http for servers that speak plain HTTP, with user and password where it wants them
   * @param https for the others
   * @param exceptions separated by commas: {@code *}, addresses, networks (CIDR), domains with all
   *     below them, and with a dot before them without themselves; each but a network with a port
   *     if only that is meant
   */
  public RegistryProxies(Optional<URI> http, Optional<URI> https, String exceptions) {
    this.http = http;
    this.https = https;
    for (String exception : exceptions.split(",")) {
      String text = exception.strip().toLowerCase(Locale.ROOT);
      if (!text.isEmpty()) {
        this.exceptions.add(exception(text));
      }
    }
  }

  /** The proxy for an address of the scheme http or https, if there is one. */
  public Optional<URI> of(URI server) {
    boolean secure = "https".equalsIgnoreCase(server.getScheme());
    Optional<URI> proxy = secure ? https : http;
    if (proxy.isEmpty()) {
      return proxy;
    }
    String host = unbracketed(server.getHost()).toLowerCase(Locale.ROOT);
    Target target =
        new Target(
            host, server.getPort() >= 0 ? server.getPort() : secure ? 443 : 80, literal(host));
    boolean near =
        host.equals("localhost")
            || target.literal.filter(InetAddress::isLoopbackAddress).isPresent();
    return near || exceptions.stream().anyMatch(exception -> exception.test(target))
        ? Optional.empty()
        : proxy;
  }

  private static Predicate<Target> exception(String text) {
    if (text.equals("*")) {
      return target -> true;
    }
    Optional<Subnet> network = network(text);
    if (network.isPresent()) {
      return target -> target.literal.filter(network.get()::contains).isPresent();
    }
    int colon = literal(unbracketed(text)).isPresent() ? -1 : text.lastIndexOf(':');
    String port = colon < 0 ? "" : text.substring(colon + 1);
    String host = unbracketed(colon < 0 ? text : text.substring(0, colon));
    Predicate<Target> same = literal(host).map(RegistryProxies::address).orElse(domain(host));
    return target ->
        (port.isEmpty() || port.equals(String.valueOf(target.port))) && same.test(target);
  }

  private static Predicate<Target> address(InetAddress address) {
    return target -> target.literal.filter(address::equals).isPresent();
  }

  private static Predicate<Target> domain(String text) {
    String name = text.startsWith("*.") ? text.substring(1) : text;
    boolean below = name.startsWith(".");
    String suffix = below ? name : "." + name;
    return target -> target.host.endsWith(suffix) || (!below && target.host.equals(name));
  }

  private static Optional<Subnet> network(String text) {
    try {
      return text.indexOf('/') < 0 ? Optional.empty() : Optional.of(Subnet.parse(text));
    } catch (EngineException.InvalidParameter e) {
      // Then it is a name, however odd.
      return Optional.empty();
    }
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
