package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the options of a network of the bridge driver mean.
 *
 * @param name the bridge's interface
 * @param icc whether its containers reach each other
 * @param masquerade whether its containers' packets leave with the host's address
 * @param hostBinding where a port is published if the user names no address; unspecified for all
 * @param mtu bytes, 0 for the kernel's default
 * @param interfacePrefix of the names of the containers' links
 */
record BridgeOptions(
    String name,
    boolean icc,
    boolean masquerade,
    InetAddress hostBinding,
    int mtu,
    String interfacePrefix)
    implements LinkOptions {
  private static final String NAME = "com.docker.network.bridge.name";
  private static final String DEFAULT = "com.docker.network.bridge.default_bridge";
  private static final String ICC = "com.docker.network.bridge.enable_icc";
  private static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
  private static final String HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4";
  private static final String PREFIX = "com.docker.network.container_iface_prefix";
  static final Set<String> KNOWN = Set.of(NAME, ICC, MASQUERADE, HOST_BINDING, MTU, PREFIX);
  private static final int SHORT_ID = 12;
  private static final int IFNAMSIZ = 16;

  /**
   * Reads a network's options; unknown ones are other people's.
   *
   * @throws EngineException.InvalidParameter if one has a value that it can't have
   */
  static BridgeOptions of(String networkId, Map<String, String> options) {
    String name = options.getOrDefault(NAME, "br-" + networkId.substring(0, SHORT_ID));
    if (!EndpointOptions.isLinkName(name)) {
      throw new EngineException.InvalidParameter("invalid bridge name: " + name);
    }
    return new BridgeOptions(
        name,
        bool(options, ICC),
        bool(options, MASQUERADE),
        address(options.getOrDefault(HOST_BINDING, "0.0.0.0")),
        LinkOptions.mtu(options),
        interfacePrefix(options.getOrDefault(PREFIX, "eth")));
  }

  /** Leaves room for a number of three digits. */
  private static String interfacePrefix(String value) {
    if (value.length() > IFNAMSIZ - 4 || !value.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
      throw LinkOptions.invalid(PREFIX, value, "invalid interface name");
    }
    return value;
  }

  @Override
  public boolean leadsOutWithoutGateway() {
    return false;
  }

  /**
   * The options of the network named bridge, as inspect shows them.
   *
   * @param published where a port is published if the user names no address
   */
  static Map<String, String> ofDefault(String bridge, InetAddress published) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put(DEFAULT, "true");
    options.put(ICC, "true");
    options.put(MASQUERADE, "true");
    options.put(HOST_BINDING, Subnet.text(published));
    options.put(NAME, bridge);
    options.put(MTU, "1500");
    return options;
  }

  private static boolean bool(Map<String, String> options, String key) {
    String value = options.getOrDefault(key, "true");
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw LinkOptions.invalid(
              key, value, "strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
    };
  }

  private static InetAddress address(String value) {
    try {
      return Subnet.literal(value);
    } catch (IllegalArgumentException e) {
      throw LinkOptions.invalid(HOST_BINDING, value, "invalid ip");
    }
  }
}
