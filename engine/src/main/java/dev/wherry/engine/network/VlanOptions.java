package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.NetlinkRequest.IpvlanFlag;
import dev.wherry.engine.linux.NetlinkRequest.IpvlanMode;
import dev.wherry.engine.linux.NetlinkRequest.MacvlanMode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the options of a network of the drivers macvlan and ipvlan mean: containers' links stand on
 * a link of the host, and the host's firewall does not see them.
 *
 * @param parent the link that they stand on
 * @param secluded whether that is one of our own which leads nowhere, since the user named none
 * @param kind what a container gets
 */
record VlanOptions(String parent, boolean secluded, Kind kind, int mtu) implements LinkOptions {
  static final String MACVLAN = "macvlan";
  static final String IPVLAN = "ipvlan";
  private static final String PARENT = "parent";
  private static final String MACVLAN_MODE = "macvlan_mode";
  private static final String IPVLAN_MODE = "ipvlan_mode";
  private static final String IPVLAN_FLAG = "ipvlan_flag";
  static final Set<String> KNOWN_TO_MACVLAN = Set.of(PARENT, MACVLAN_MODE, MTU);
  static final Set<String> KNOWN_TO_IPVLAN = Set.of(PARENT, IPVLAN_MODE, IPVLAN_FLAG, MTU);
  private static final int SHORT_ID = 12;

  /** Links with an address of their own each, or with their parent's. */
  sealed interface Kind {
    /** With an address of its own. */
    record Macvlan(MacvlanMode mode) implements Kind {}

    /** With its parent's address. */
    record Ipvlan(IpvlanMode mode, IpvlanFlag flag) implements Kind {}
  }

  /**
   * Reads a network's options.
   *
   * @throws EngineException.InvalidParameter with dockerd's text
   */
  static VlanOptions of(Network network) {
    Map<String, String> options = network.options();
    boolean isMacvlan = network.driver().equals(MACVLAN);
    String parent = options.getOrDefault(PARENT, "");
    if (parent.equals("lo")) {
      throw new EngineException.InvalidParameter(
          "loopback interface is not a valid " + network.driver() + " parent link");
    }
    if (!parent.isEmpty() && !EndpointOptions.isLinkName(parent)) {
      throw new EngineException.InvalidParameter("invalid parent interface name: " + parent);
    }
    Kind kind =
        isMacvlan
            ? new Kind.Macvlan(
                read(MacvlanMode.class, options, MACVLAN_MODE, MacvlanMode.BRIDGE, "macvlan mode"))
            : new Kind.Ipvlan(
                read(IpvlanMode.class, options, IPVLAN_MODE, IpvlanMode.L2, "ipvlan mode"),
                read(IpvlanFlag.class, options, IPVLAN_FLAG, IpvlanFlag.BRIDGE, "ipvlan flag"));
    boolean secluded = parent.isEmpty();
    String own = (isMacvlan ? "dm-" : "di-") + network.id().substring(0, SHORT_ID);
    return new VlanOptions(secluded ? own : parent, secluded, kind, LinkOptions.mtu(options));
  }

  private static <E extends Enum<E>> E read(
      Class<E> type, Map<String, String> options, String key, E usual, String what) {
    String value = options.getOrDefault(key, "");
    if (value.isEmpty()) {
      return usual;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
        return constant;
      }
    }
    String driver = what.substring(0, what.indexOf(' '));
    String noun = key.equals(IPVLAN_FLAG) ? "" : " mode";
    throw new EngineException.InvalidParameter(
        "requested %s '%s' is not valid, '%s'%s is the %s driver default"
            .formatted(what, value, usual.name().toLowerCase(Locale.ROOT), noun, driver));
  }

  /** The driver's name. */
  String driver() {
    return switch (kind) {
      case Kind.Macvlan macvlan -> MACVLAN;
      case Kind.Ipvlan ipvlan -> IPVLAN;
    };
  }

  /** Whether there is room for one container alone, which has the parent to itself. */
  boolean isPassthru() {
    return kind.equals(new Kind.Macvlan(MacvlanMode.PASSTHRU));
  }

  /** On layer 3 the host routes for its containers: there are no neighbours, and no gateway. */
  @Override
  public boolean leadsOutWithoutGateway() {
    return !secluded
        && switch (kind) {
          case Kind.Macvlan macvlan -> false;
          case Kind.Ipvlan ipvlan -> ipvlan.mode() != IpvlanMode.L2;
        };
  }

  /** Whether a network that is not internal has a gateway. */
  boolean hasGateway() {
    return !secluded && !leadsOutWithoutGateway();
  }

  @Override
  public String interfacePrefix() {
    return "eth";
  }
}
