package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the options of a network mean for the links of its containers. */
sealed interface LinkOptions permits BridgeOptions, VlanOptions {
  /** The option of a network's largest packet. */
  String MTU = "com.docker.network.driver.mtu";

  /** The option that says whether a network has IPv4, where its creator does not. */
  String IPV4 = "com.docker.network.enable_ipv4";

  /** The option that says whether a network has IPv6, where its creator does not. */
  String IPV6 = "com.docker.network.enable_ipv6";

  /** Bytes, 0 for the kernel's default. */
  int mtu();

  /** What the names of the containers' links begin with. */
  String interfacePrefix();

  /** Whether packets of a network that is not internal find a way out that is not by a gateway. */
  boolean leadsOutWithoutGateway();

  /**
   * Those of a network; empty for one that has no links.
   *
   * @throws EngineException.InvalidParameter if one has a value that it can't have
   */
  static Optional<LinkOptions> of(Network network) {
    return network.configOnly()
        ? Optional.empty()
        : switch (network.driver()) {
          case PredefinedNetworks.BRIDGE ->
              Optional.of(BridgeOptions.of(network.id(), network.options()));
          case VlanOptions.MACVLAN, VlanOptions.IPVLAN -> Optional.of(VlanOptions.of(network));
          default -> Optional.empty();
        };
  }

  /**
   * Checks the options of a new network.
   *
   * @throws EngineException.InvalidParameter if there is one that its driver does not have, or a
   *     value that it can't have
   */
  static void check(Network network) {
    Set<String> known =
        switch (network.driver()) {
          case PredefinedNetworks.BRIDGE -> BridgeOptions.KNOWN;
          case VlanOptions.MACVLAN -> VlanOptions.KNOWN_TO_MACVLAN;
          case VlanOptions.IPVLAN -> VlanOptions.KNOWN_TO_IPVLAN;
          default -> Set.of();
        };
    check(network.driver(), known, network.options());
    of(network)
        .ifPresent(
            options -> {
              switch (options) {
                case BridgeOptions bridge -> bridge.check(network);
                case VlanOptions vlan -> {}
              }
            });
  }

  /** Refuses options that a driver does not have, by their names. */
  static void check(String driver, Set<String> known, Map<String, String> options) {
    for (String key : options.keySet()) {
      if (!known.contains(key)) {
        throw new EngineException.InvalidParameter(
            "driver option " + key + " is not supported by the " + driver + " driver");
      }
    }
  }

  /**
   * Whether a network has a family.
   *
   * @param asked what its creator says, perhaps nothing
   * @param key the option that says it then
   * @param otherwise what holds if nobody says anything
   */
  static boolean enabled(
      @Nullable Boolean asked, String key, Map<String, String> options, boolean otherwise) {
    if (asked != null) {
      return asked;
    }
    String value = options.getOrDefault(key, Boolean.toString(otherwise));
    return bool(value)
        .orElseThrow(
            () ->
                new EngineException.InvalidParameter(
                    "driver-opt \"" + key + "\" is not a valid bool"));
  }

  /** A truth value as Go's strconv reads it; empty if it is none. */
  static Optional<Boolean> bool(String value) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> Optional.of(true);
      case "0", "f", "F", "false", "FALSE", "False" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** Reads {@link #MTU}. */
  static int mtu(Map<String, String> options) {
    String value = options.getOrDefault(MTU, "0");
    int mtu;
    try {
      mtu = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw invalid(MTU, value, "strconv.Atoi: parsing \"" + value + "\": invalid syntax");
    }
    if (mtu < 0) {
      throw new EngineException.InvalidParameter("invalid MTU number: " + mtu);
    }
    return mtu;
  }

  /** A value that an option can't have. */
  static EngineException invalid(String key, String value, String why) {
    return new EngineException.InvalidParameter(
        "failed to parse " + key + " value: " + value + " (" + why + ")");
  }
}
