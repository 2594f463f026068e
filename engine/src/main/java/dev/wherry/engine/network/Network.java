package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A network, predefined or made by a user (Docker Engine API, {@code Network}).
 *
 * @param driver {@code bridge}, {@code macvlan}, {@code ipvlan}, {@code host} or {@code null} (the
 *     driver of {@code none}, and of those that are configuration only)
 * @param scope {@code local}
 * @param configOnly whether it is but a configuration that other networks are made from
 * @param configFrom name of the network that this one has its configuration from, empty for none
 * @param pools its address pools, IPv4 first
 */
public record Network(
    String id,
    String name,
    Instant created,
    String scope,
    String driver,
    boolean enableIpv4,
    boolean enableIpv6,
    boolean internal,
    boolean attachable,
    boolean configOnly,
    String configFrom,
    List<Pool> pools,
    Map<String, String> options,
    Map<String, String> labels) {

  /**
   * @param subnet CIDR
   * @param range CIDR that addresses are given from, empty for the whole subnet
   * @param gateway the host's address on the bridge, empty for none
   * @param auxAddresses names to addresses that are not given out
   * @param chosen whether the subnet is our choice
   * @param gatewayChosen whether the gateway of a user's subnet is our choice, which is not told
   */
  public record Pool(
      String subnet,
      String range,
      String gateway,
      Map<String, String> auxAddresses,
      boolean chosen,
      boolean gatewayChosen) {
    /** A pool as a user names it. */
    public Pool(String subnet, String range, String gateway, Map<String, String> auxAddresses) {
      this(subnet, range, gateway, auxAddresses, false, false);
    }
  }

  /** Its pools of the families that it has; dockerd takes others and makes nothing of them. */
  public List<Pool> usedPools() {
    return pools.stream().filter(pool -> has(Subnet.parse(pool.subnet()))).toList();
  }

  /** Whether it has the family of a subnet. */
  boolean has(Subnet subnet) {
    return subnet.isIpv4() ? enableIpv4 : enableIpv6;
  }

  /**
   * Checks that containers can be on it.
   *
   * @throws EngineException.Forbidden if it is but a configuration
   */
  public void requireEndpoints() {
    if (configOnly) {
      throw new EngineException.Forbidden("cannot create endpoint on configuration-only network");
    }
  }

  /** Whether it is meant by a name or a whole id. */
  boolean isCalled(String ref) {
    return name.equals(ref) || id.equals(ref);
  }

  public boolean isPredefined() {
    return isPredefined(name);
  }

  /** Whether a network of this name is there always: the others are made by users. */
  public static boolean isPredefined(String name) {
    return name.equals("bridge") || name.equals("host") || name.equals("none");
  }
}
