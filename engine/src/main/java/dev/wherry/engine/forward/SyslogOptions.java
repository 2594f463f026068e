package dev.wherry.engine.forward;

import dev.wherry.engine.error.EngineException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the options of the log driver {@code syslog} say.
 *
 * @param facility its number, RFC 5424 section 6.2.1
 */
public record SyslogOptions(Address address, int facility, SyslogFormat format, Tls tls) {
  private static final int DEFAULT_PORT = 514;
  private static final int DAEMON = 3;
  private static final int LAST_FACILITY = 23;

  /** By their numbers. */
  private static final List<String> FACILITIES =
      List.of(
          "kern",
          "user",
          "mail",
          "daemon",
          "auth",
          "syslog",
          "lpr",
          "news",
          "uucp",
          "cron",
          "authpriv",
          "ftp",
          "",
          "",
          "",
          "",
          "local0",
          "local1",
          "local2",
          "local3",
          "local4",
          "local5",
          "local6",
          "local7");

  /** Where messages go. */
  sealed interface Address {
    /** The host's own syslog, wherever it listens. */
    record Local() implements Address {}

    /** A unix socket. */
    record Unix(Path path, boolean datagrams) implements Address {}

    record Udp(String host, int port) implements Address {}

    record Tcp(String host, int port, boolean secure) implements Address {}
  }

  /**
   * Files in PEM.
   *
   * @param authorities those who are trusted; {@code null} for whom the host trusts
   * @param certificate shown to the server, {@code null} for none
   * @param verify whether the server's certificate is looked at
   */
  record Tls(
      @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key, boolean verify) {}

  /**
   * Reads the options.
   *
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public static SyslogOptions of(Map<String, String> options) {
    return new SyslogOptions(
        address(options.getOrDefault("syslog-address", "")),
        facility(options.getOrDefault("syslog-facility", "")),
        format(options.getOrDefault("syslog-format", "")),
        new Tls(
            file(options.get("syslog-tls-ca-cert")),
            file(options.get("syslog-tls-cert")),
            file(options.get("syslog-tls-key")),
            // Whatever its value, as with dockerd.
            !options.containsKey("syslog-tls-skip-verify")));
  }

  private static @Nullable Path file(@Nullable String name) {
    return name == null || name.isEmpty() ? null : Path.of(name);
  }

  private static Address address(String text) {
    if (text.isEmpty()) {
      return new Address.Local();
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new EngineException.InvalidParameter("parse \"" + text + "\": " + e.getReason(), e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme();
    return switch (scheme) {
      case "unix", "unixgram" -> unix(uri.getPath(), scheme.equals("unixgram"));
      case "udp" -> new Address.Udp(host(uri, text), port(uri));
      case "tcp" -> new Address.Tcp(host(uri, text), port(uri), false);
      case "tcp+tls" -> new Address.Tcp(host(uri, text), port(uri), true);
      default -> throw malformed(text);
    };
  }

  private static EngineException malformed(String text) {
    return new EngineException.InvalidParameter(
        "syslog-address should be in form proto://address, got " + text);
  }

  private static Address unix(@Nullable String path, boolean datagrams) {
    Path socket = Path.of(path == null ? "" : path);
    if (!Files.exists(socket)) {
      throw new EngineException.InvalidParameter("stat " + socket + ": no such file or directory");
    }
    return new Address.Unix(socket, datagrams);
  }

  private static String host(URI uri, String text) {
    String authority = uri.getRawAuthority();
    if (uri.getHost() == null) {
      throw authority == null
          ? malformed(text)
          : new EngineException.InvalidParameter(
              "parse \"" + text + "\": invalid host or port in \"" + authority + "\"");
    }
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(URI uri) {
    return uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
  }

  private static int facility(String text) {
    if (text.isEmpty()) {
      return DAEMON;
    }
    int byName = FACILITIES.indexOf(text);
    if (byName >= 0) {
      return byName;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= LAST_FACILITY) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new EngineException.InvalidParameter("invalid syslog facility", e);
    }
    throw new EngineException.InvalidParameter("invalid syslog facility");
  }

  private static SyslogFormat format(String text) {
    for (SyslogFormat format : SyslogFormat.values()) {
      if (format.word().equals(text)) {
        return format;
      }
    }
    throw new EngineException.InvalidParameter("Invalid syslog format");
  }
}
