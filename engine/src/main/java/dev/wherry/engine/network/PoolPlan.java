package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.store.Ids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The address pools of a new network: a user's, checked and completed, and those that are chosen.
 *
 * @param inUse what they may not overlap
 * @param gateways whether pools of a family get a gateway if nobody names one
 */
record PoolPlan(DefaultPools defaults, NetworkPlanner.InUse inUse, Gateways gateways) {
  private static final int ULA_PREFIX = 64;

  /** Which families have gateways. */
  interface Gateways {
    boolean of(boolean ipv4);
  }

  /** All pools of a network, IPv4 first: those checked before, and the ones that are missing. */
  List<Network.Pool> complete(Network wanted) {
    List<Subnet> taken = new ArrayList<>(inUse.ours());
    List<Network.Pool> pools = new ArrayList<>();
    int ipv4 = 0;
    int ipv6 = 0;
    for (Network.Pool pool : wanted.pools()) {
      Subnet subnet = Subnet.parse(pool.subnet());
      if (wanted.has(subnet)) {
        ipv4 += subnet.isIpv4() ? 1 : 0;
        ipv6 += subnet.isIpv4() ? 0 : 1;
        pools.add(completed(pool, subnet, taken));
        taken.add(subnet);
      } else {
        pools.add(pool);
      }
    }
    if (wanted.driver().equals(PredefinedNetworks.BRIDGE) && (ipv4 > 1 || ipv6 > 1)) {
      throw new EngineException.Forbidden("bridge driver doesn't support multiple subnets");
    }
    if (wanted.enableIpv4() && ipv4 == 0) {
      pools.add(chosen(defaults.free(inUse.all())));
    }
    if (wanted.enableIpv6() && ipv6 == 0) {
      pools.add(chosen(defaults.freeIpv6(inUse.all()).orElseGet(PoolPlan::uniqueLocal)));
    }
    pools.sort((one, other) -> Boolean.compare(isIpv4(other), isIpv4(one)));
    return List.copyOf(pools);
  }

  private static boolean isIpv4(Network.Pool pool) {
    return Subnet.parse(pool.subnet()).isIpv4();
  }

  /** A user's pool with a gateway. */
  private Network.Pool completed(Network.Pool pool, Subnet subnet, Collection<Subnet> taken) {
    if (taken.stream().anyMatch(subnet::overlaps)) {
      throw new EngineException.Forbidden("Pool overlaps with other one on this address space");
    }
    Subnet range = pool.range().isEmpty() ? subnet : Subnet.parse(pool.range());
    AddressPool addresses = new AddressPool(subnet, range, List.of());
    if (!pool.gateway().isEmpty()) {
      reserve(addresses, pool.gateway(), "gateway (" + pool.gateway() + ")");
    }
    pool.auxAddresses()
        .forEach(
            (name, aux) ->
                reserve(addresses, aux, "secondary ip address (" + name + ":" + aux + ")"));
    if (!pool.gateway().isEmpty() || !gateways.of(subnet.isIpv4())) {
      return pool;
    }
    String gateway = addresses.take().map(Subnet::text).orElse("");
    return new Network.Pool(pool.subnet(), pool.range(), gateway, pool.auxAddresses(), false, true);
  }

  private static void reserve(AddressPool addresses, String address, String what) {
    try {
      addresses.take(Subnet.literal(address));
    } catch (EngineException e) {
      throw new EngineException.Internal("failed to allocate " + what + ": " + e.getMessage(), e);
    }
  }

  /** A pool of a subnet of ours, with its first address as the gateway. */
  private Network.Pool chosen(Subnet subnet) {
    String gateway = gateways.of(subnet.isIpv4()) ? Subnet.text(subnet.at(1)) : "";
    return new Network.Pool(subnet.toString(), "", gateway, Map.of(), true, false);
  }

  /** A subnet of our own that nobody else has chosen, RFC 4193. */
  static Subnet uniqueLocal() {
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
