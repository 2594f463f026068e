package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the options of a network of the bridge driver mean.
 *
 * @param name the bridge's interface
 * @param icc whether its containers reach each other
 * @param masquerade whether its containers' packets leave with the host's address
 * @param hostBinding where a port is published if the user names no address; unspecified for all
 * @param mtu bytes, 0 for the kernel's default
 * @param interfacePrefix of the names of the containers' links
 * @param gatewayIpv4 how its IPv4 packets come and go
 * @param gatewayIpv6 how its IPv6 packets come and go
 * @param inhibitIpv4 whether the bridge has no IPv4 address, which containers take for their
 *     gateway all the same
 * @param trusted links by which published ports are reached at the containers' own addresses
 */
record BridgeOptions(
    String name,
    boolean icc,
    boolean masquerade,
    InetAddress hostBinding,
    int mtu,
    String interfacePrefix,
    GatewayMode gatewayIpv4,
    GatewayMode gatewayIpv6,
    boolean inhibitIpv4,
    List<String> trusted)
    implements LinkOptions {
  private static final String NAME = "com.docker.network.bridge.name";
  private static final String DEFAULT = "com.docker.network.bridge.default_bridge";
  private static final String ICC = "com.docker.network.bridge.enable_icc";
  private static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
  private static final String HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4";
  private static final String PREFIX = "com.docker.network.container_iface_prefix";
  private static final String GATEWAY_IPV4 = "com.docker.network.bridge.gateway_mode_ipv4";
  private static final String GATEWAY_IPV6 = "com.docker.network.bridge.gateway_mode_ipv6";
  private static final String INHIBIT_IPV4 = "com.docker.network.bridge.inhibit_ipv4";
  private static final String TRUSTED = "com.docker.network.bridge.trusted_host_interfaces";
  static final Set<String> KNOWN =
      Set.of(
          NAME,
          ICC,
          MASQUERADE,
          HOST_BINDING,
          MTU,
          PREFIX,
          IPV4,
          IPV6,
          GATEWAY_IPV4,
          GATEWAY_IPV6,
          INHIBIT_IPV4,
          TRUSTED);
  private static final int SHORT_ID = 12;
  private static final int IFNAMSIZ = 16;

  /**
   * Reads a network's options; unknown ones are other people's.
   *
   * @throws EngineException.InvalidParameter if one has a value that it can't have
   */
  static BridgeOptions of(String networkId, Map<String, String> options) {
    String named = options.getOrDefault(NAME, "");
    String name = named.isEmpty() ? "br-" + networkId.substring(0, SHORT_ID) : named;
    if (!EndpointOptions.isLinkName(name)) {
      throw new EngineException.InvalidParameter("invalid bridge name: " + name);
    }
    return new BridgeOptions(
        name,
        bool(options, ICC, true),
        bool(options, MASQUERADE, true),
        address(options.getOrDefault(HOST_BINDING, "0.0.0.0")),
        LinkOptions.mtu(options),
        interfacePrefix(options.getOrDefault(PREFIX, "")),
        gateway(options, GATEWAY_IPV4),
        gateway(options, GATEWAY_IPV6),
        bool(options, INHIBIT_IPV4, false),
        trusted(options.getOrDefault(TRUSTED, "")));
  }

  /** How packets of a family come and go. */
  GatewayMode gateway(boolean ipv4) {
    return ipv4 ? gatewayIpv4 : gatewayIpv6;
  }

  /**
   * Whether a network of these options gets a gateway that nobody names: where nothing leaves,
   * nobody needs one that is not there.
   */
  boolean hasGateway(boolean ipv4, boolean internal) {
    return gateway(ipv4) != GatewayMode.ISOLATED && !(ipv4 && inhibitIpv4 && internal);
  }

  /** Whether the bridge has the gateway's address. */
  boolean isOnBridge(boolean ipv4) {
    return gateway(ipv4) != GatewayMode.ISOLATED && !(ipv4 && inhibitIpv4);
  }

  /** Checks that what the network is goes with them. */
  void check(Network network) {
    boolean isolated = gatewayIpv4 == GatewayMode.ISOLATED || gatewayIpv6 == GatewayMode.ISOLATED;
    if (isolated && !network.internal()) {
      throw new EngineException.Internal(
          "gateway mode 'isolated' can only be used for an internal network");
    }
  }

  private static GatewayMode gateway(Map<String, String> options, String key) {
    String value = options.getOrDefault(key, "nat");
    return GatewayMode.named(value)
        .orElseThrow(() -> LinkOptions.invalid(key, value, "unknown gateway mode " + value));
  }

  /** Names between colons. */
  private static List<String> trusted(String value) {
    List<String> names = Stream.of(value.split(":")).filter(name -> !name.isEmpty()).toList();
    if (!names.stream().allMatch(EndpointOptions::isLinkName)) {
      throw LinkOptions.invalid(TRUSTED, value, "invalid interface name");
    }
    return names;
  }

  /** Leaves room for a number of three digits. */
  private static String interfacePrefix(String value) {
    if (value.isEmpty()) {
      return "eth";
    }
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
   * @param bridge its interface
   */
  static Map<String, String> ofDefault(String bridge, DefaultBridgeOptions wanted) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put(DEFAULT, "true");
    options.put(ICC, Boolean.toString(wanted.icc()));
    options.put(MASQUERADE, Boolean.toString(wanted.masquerade()));
    options.put(HOST_BINDING, Subnet.text(wanted.published()));
    options.put(NAME, bridge);
    options.put(MTU, wanted.mtu() == 0 ? "1500" : Integer.toString(wanted.mtu()));
    return options;
  }

  private static boolean bool(Map<String, String> options, String key, boolean otherwise) {
    String value = options.getOrDefault(key, Boolean.toString(otherwise));
    return LinkOptions.bool(value)
        .orElseThrow(
            () ->
                LinkOptions.invalid(
                    key, value, "strconv.ParseBool: parsing \"" + value + "\": invalid syntax"));
  }

  private static InetAddress address(String value) {
    try {
      return Subnet.literal(value);
    } catch (IllegalArgumentException e) {
      throw LinkOptions.invalid(HOST_BINDING, value, "nil ip");
    }
  }
}
