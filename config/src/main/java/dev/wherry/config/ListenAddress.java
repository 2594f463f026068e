package dev.wherry.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the API listens: one {@code -H} flag or one entry of {@code hosts} in daemon.json. */
public sealed interface ListenAddress {

  /** Where the API listens when nothing is said. */
  Path DEFAULT_SOCKET = Path.of("/run/wherry.sock");

  /** The port of a {@code tcp://} address that names none, dockerd's own. */
  int DEFAULT_PORT = 2375;

  /**
   * A unix socket, {@code unix:///path}.
   *
   * @param path the socket's absolute path
   */
  record Unix(Path path) implements ListenAddress {
    @Override
    public String toString() {
      return "unix://" + path;
    }
  }

  /**
   * A TCP port on a loopback address, {@code tcp://127.0.0.1:2375}.
   *
   * @param address a loopback address
   * @param port 1 to 65535
   */
  record Tcp(InetAddress address, int port) implements ListenAddress {
    @Override
    public String toString() {
      String host = address.getHostAddress();
      return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Reads an address in dockerd's forms: {@code unix:///path}, {@code unix://}, {@code
   * tcp://host:port} and, without a scheme, {@code host:port} and {@code :port}.
   *
   * @param text the address as given
   * @return the address, host names other than {@code localhost} not looked up
   * @throws ConfigException for another scheme, a malformed address, or a TCP address that is not
   *     loopback: anyone who reaches the API is root on this machine
   */
  static ListenAddress parse(String text) throws ConfigException {
    String trimmed = text.strip();
    if (trimmed.isEmpty()) {
      return new Unix(DEFAULT_SOCKET);
    }
    int split = trimmed.indexOf("://");
    String scheme = split < 0 ? "tcp" : trimmed.substring(0, split);
    String rest = split < 0 ? trimmed : trimmed.substring(split + 3);
    return switch (scheme) {
      case "unix" -> new Unix(rest.isEmpty() ? DEFAULT_SOCKET : Path.of(rest).toAbsolutePath());
      case "tcp" -> TcpForm.parse(trimmed, rest);
      case "fd" ->
          throw new ConfigException(
              "host "
                  + trimmed
                  + ": socket activation (fd://) is not supported, use unix:// or tcp://");
      default ->
          throw new ConfigException(
              "host " + trimmed + ": invalid bind address, unix:// and tcp:// are known");
    };
  }

  /** The grammar of TCP addresses and the rule of which may be listened on. */
  final class TcpForm {
    private static final Pattern FORM =
        Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:/\\[\\]]*))(?::(\\d{1,5}))?");

    private TcpForm() {}

    private static Tcp parse(String whole, String rest) throws ConfigException {
      var matcher = FORM.matcher(rest);
      if (!matcher.matches()) {
        throw new ConfigException("host " + whole + ": invalid bind address");
      }
      @Nullable String digits = matcher.group(3);
      int port = digits == null ? DEFAULT_PORT : Integer.parseInt(digits);
      if (port < 1 || port > 65535) {
        throw new ConfigException("host " + whole + ": invalid port " + port);
      }
      @Nullable String bracketed = matcher.group(1);
      InetAddress address = literal(whole, bracketed == null ? matcher.group(2) : bracketed);
      if (!address.isLoopbackAddress()) {
        throw new ConfigException(
            "host "
                + whole
                + ": refused, without TLS the API is served over TCP on loopback addresses only");
      }
      return new Tcp(address, port);
    }

    private static InetAddress literal(String whole, String host) throws ConfigException {
      if (host.isEmpty() || host.equals("localhost")) {
        return InetAddress.ofLiteral("127.0.0.1");
      }
      try {
        return InetAddress.ofLiteral(host);
      } catch (IllegalArgumentException e) {
        throw new ConfigException(
            "host " + whole + ": " + host + " is not an IP address or localhost", e);
      }
    }
  }
}
