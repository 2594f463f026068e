package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.network.HostBridge.HostAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a container asks for its link on a network, besides addresses of the network's.
 *
 * @param interfaceName inside; empty for the next free one
 * @param sysctls kernel parameters of the link with {@code IFNAME} for its name, to their values
 * @param linkLocals further addresses
 * @param mac empty for any
 */
record EndpointOptions(
    String interfaceName,
    Map<String, String> sysctls,
    List<HostAddress> linkLocals,
    Optional<MacAddress> mac) {
  private static final String IFNAME = "com.docker.network.endpoint.ifname";
  private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";
  private static final Set<String> KNOWN = Set.of(IFNAME, SYSCTLS);

  /** Stands for the link's name; docker's command line makes it small letters. */
  private static final String PLACEHOLDER = "(?i:IFNAME)";

  private static final String PARAMETER =
      "net\\.(ipv4|ipv6|mpls)\\.(conf|neigh)\\." + PLACEHOLDER + "\\.[a-z0-9_]+";
  private static final int MAX_NAME = 15;
  private static final int LINK_LOCAL_IPV4_PREFIX = 16;
  private static final int LINK_LOCAL_IPV6_PREFIX = 64;

  /**
   * Reads them.
   *
   * @throws EngineException.InvalidParameter if there is an option that networks do not have, or a
   *     value that it can't have
   */
  static EndpointOptions of(Attachment.Request request) {
    Map<String, String> options = request.driverOpts();
    for (String key : options.keySet()) {
      if (!KNOWN.contains(key)) {
        throw new EngineException.InvalidParameter(
            "driver option " + key + " of an endpoint is not supported by this engine");
      }
    }
    String name = options.getOrDefault(IFNAME, "");
    if (!name.isEmpty() && !isLinkName(name)) {
      throw new EngineException.InvalidParameter("invalid value for " + IFNAME + ": " + name);
    }
    return new EndpointOptions(
        name,
        sysctls(options.getOrDefault(SYSCTLS, "")),
        request.linkLocalIps().stream().map(EndpointOptions::linkLocal).toList(),
        mac(request.macAddress()));
  }

  /** {@code net.ipv4.conf.IFNAME.forwarding=1,...}: of the container's own link and no other. */
  private static Map<String, String> sysctls(String text) {
    Map<String, String> sysctls = new LinkedHashMap<>();
    for (String setting : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = setting.indexOf('=');
      if (equals < 0) {
        throw badSysctl(setting, "name=value");
      }
      String name = setting.substring(0, equals);
      if (!name.matches(PARAMETER)) {
        throw badSysctl(setting, "net.X.Y.IFNAME.Z=value");
      }
      sysctls.put(name, setting.substring(equals + 1));
    }
    return sysctls;
  }

  private static EngineException badSysctl(String setting, String format) {
    return new EngineException.InvalidParameter(
        "invalid value for " + SYSCTLS + ": '" + setting + "' is not of the format " + format);
  }

  private static HostAddress linkLocal(String text) {
    InetAddress address;
    try {
      address = Subnet.literal(text);
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("invalid link-local IP address: " + text, e);
    }
    if (!address.isLinkLocalAddress()) {
      throw new EngineException.InvalidParameter("invalid link-local IP address: " + text);
    }
    boolean ipv4 = address instanceof Inet4Address;
    return new HostAddress(address, ipv4 ? LINK_LOCAL_IPV4_PREFIX : LINK_LOCAL_IPV6_PREFIX);
  }

  private static Optional<MacAddress> mac(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(MacAddress.parse(text));
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("invalid MAC address: " + text, e);
    }
  }

  /** The names of {@link #sysctls} with slashes, for a link. */
  Map<String, String> sysctlsOf(String link) {
    Map<String, String> named = new LinkedHashMap<>();
    sysctls.forEach(
        (name, value) -> named.put(name.replace('.', '/').replaceFirst(PLACEHOLDER, link), value));
    return named;
  }

  /** Whether the kernel takes it as a name, and it needs no quoting anywhere. */
  static boolean isLinkName(String name) {
    return name.length() <= MAX_NAME && name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*");
  }
}
