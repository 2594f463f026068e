package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.engine.store.Ids;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The address pools of a new network: a user's, checked and completed, and those that are chosen.
 *
 * @param inUse what they may not overlap
 * @param gateways whether pools without a gateway get one
 */
record PoolPlan(DefaultPools defaults, NetworkPlanner.InUse inUse, boolean gateways) {
  private static final int ULA_PREFIX = 64;

  /** All pools of a network, IPv4 first. */
  List<Network.Pool> complete(NetworkSpec spec) {
    List<Subnet> taken = new ArrayList<>(inUse.ours());
    List<Network.Pool> pools = new ArrayList<>();
    for (Network.Pool pool : spec.pools()) {
      pools.add(completed(pool, taken));
      taken.add(Subnet.parse(pool.subnet()));
    }
    checkFamilies(spec, pools);
    if (spec.enableIpv4() && pools.stream().noneMatch(PoolPlan::isIpv4)) {
      pools.addFirst(chosen(defaults.free(inUse.all())));
    }
    if (spec.enableIpv6() && pools.stream().allMatch(PoolPlan::isIpv4)) {
      pools.add(chosen(defaults.freeIpv6(inUse.all()).orElseGet(PoolPlan::uniqueLocal)));
    }
    return List.copyOf(pools);
  }

  private static boolean isIpv4(Network.Pool pool) {
    return Subnet.parse(pool.subnet()).isIpv4();
  }

  private static void checkFamilies(NetworkSpec spec, List<Network.Pool> pools) {
    long ipv4 = pools.stream().filter(PoolPlan::isIpv4).count();
    long ipv6 = pools.size() - ipv4;
    if (spec.driver().equals(PredefinedNetworks.BRIDGE) && (ipv4 > 1 || ipv6 > 1)) {
      throw new EngineException.Forbidden("bridge driver doesn't support multiple subnets");
    }
    checkEnabled("IPv4", ipv4, spec.enableIpv4());
    checkEnabled("IPv6", ipv6, spec.enableIpv6());
    pools.sort((one, other) -> Boolean.compare(isIpv4(other), isIpv4(one)));
  }

  private static void checkEnabled(String family, long pools, boolean enabled) {
    if (pools > 0 && !enabled) {
      throw new EngineException.InvalidParameter(
          "an %s subnet was given, but %s is not enabled for the network"
              .formatted(family, family));
    }
  }

  /** A user's pool, checked, with a gateway. */
  private Network.Pool completed(Network.Pool pool, Collection<Subnet> taken) {
    Subnet subnet = Subnet.parse(pool.subnet());
    if (taken.stream().anyMatch(subnet::overlaps)) {
      throw new EngineException.Forbidden("Pool overlaps with other one on this address space");
    }
    Subnet range = subnet;
    if (!pool.range().isEmpty()) {
      range = Subnet.parse(pool.range());
      if (!subnet.contains(range)) {
        throw new EngineException.InvalidParameter(
            "invalid ip-range " + range + ": not in subnet " + subnet);
      }
    }
    for (String aux : pool.auxAddresses().values()) {
      if (!isIn(subnet, aux)) {
        throw new EngineException.InvalidParameter("no matching subnet for aux-address " + aux);
      }
    }
    if (pool.gateway().isEmpty() && gateways) {
      AddressPool addresses = new AddressPool(subnet, range, auxiliary(pool));
      String gateway = addresses.take().map(Subnet::text).orElse("");
      return new Network.Pool(pool.subnet(), pool.range(), gateway, pool.auxAddresses());
    }
    if (!pool.gateway().isEmpty() && !isIn(subnet, pool.gateway())) {
      throw new EngineException.InvalidParameter(
          "failed to allocate gateway (" + pool.gateway() + "): Requested address is out of range");
    }
    return pool;
  }

  private static List<InetAddress> auxiliary(Network.Pool pool) {
    return pool.auxAddresses().values().stream().map(Subnet::literal).toList();
  }

  private static boolean isIn(Subnet subnet, String address) {
    try {
      return subnet.contains(Subnet.literal(address));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** A pool of a subnet of ours, with its first address as the gateway. */
  private Network.Pool chosen(Subnet subnet) {
    String gateway = gateways ? Subnet.text(subnet.at(1)) : "";
    return new Network.Pool(subnet.toString(), "", gateway, Map.of());
  }

  /** A subnet of our own that nobody else has chosen, RFC 4193. */
  private static Subnet uniqueLocal() {
    String random = Ids.random();
    String cidr =
        "fd%s:%s:%s::/%d"
            .formatted(
                random.substring(0, 2),
                random.substring(2, 6),
                random.substring(6, 10),
                ULA_PREFIX);
    return Subnet.parse(cidr);
  }
}
