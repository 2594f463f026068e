package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.engine.store.Ids;
import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the record of a new network from what a user asks for: checks it in dockerd's order and
 * with its words, and chooses what is left open.
 */
final class NetworkPlanner {
  private static final int ULA_PREFIX = 64;

  private final NetworkDefaults defaults;
  private final Clock clock;

  NetworkPlanner(NetworkDefaults defaults, Clock clock) {
    this.defaults = defaults;
    this.clock = clock;
  }

  /**
   * The record of a new network.
   *
   * @param ours subnets of the other networks: a user may not overlap them
   * @param hosts subnets of the host's links and routes: we do not choose to overlap them
   */
  Network plan(NetworkSpec spec, Collection<Subnet> ours, Collection<Subnet> hosts) {
    checkName(spec.name());
    checkDriver(spec.driver());
    List<Network.Pool> pools = new ArrayList<>();
    for (Network.Pool pool : spec.pools()) {
      pools.add(completed(pool, ours));
    }
    checkFamilies(spec, pools);
    List<Subnet> inUse = new ArrayList<>(ours);
    inUse.addAll(hosts);
    if (pools.stream().noneMatch(pool -> Subnet.parse(pool.subnet()).isIpv4())) {
      pools.addFirst(pool(defaults.pools().free(inUse)));
    }
    if (spec.enableIpv6()
        && pools.stream().allMatch(pool -> Subnet.parse(pool.subnet()).isIpv4())) {
      pools.add(pool(defaults.pools().freeIpv6(inUse).orElseGet(NetworkPlanner::uniqueLocal)));
    }
    Map<String, String> options = new LinkedHashMap<>(defaults.bridgeOptions());
    options.putAll(spec.options());
    Network network =
        new Network(
            Ids.random(),
            spec.name(),
            clock.instant(),
            "local",
            PredefinedNetworks.BRIDGE,
            spec.enableIpv6(),
            spec.internal(),
            spec.attachable(),
            List.copyOf(pools),
            options,
            spec.labels());
    BridgeOptions.check(network.id(), network.options());
    return network;
  }

  private static void checkName(String name) {
    switch (name) {
      case PredefinedNetworks.BRIDGE, PredefinedNetworks.HOST, PredefinedNetworks.NONE, "default" ->
          throw new EngineException.Forbidden(
              "operation is not permitted on predefined " + name + " network ");
      default -> {
        if (name.isBlank()) {
          throw new EngineException.InvalidParameter("invalid name: " + name);
        }
      }
    }
  }

  private static void checkDriver(String driver) {
    switch (driver) {
      case PredefinedNetworks.BRIDGE -> {}
      case PredefinedNetworks.HOST, PredefinedNetworks.NULL_DRIVER ->
          throw new EngineException.Forbidden(
              "only one instance of \"" + driver + "\" network is allowed");
      case "overlay" ->
          throw new EngineException.Unavailable(
              "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\""
                  + " to connect this node to swarm and try again.");
      case "macvlan", "ipvlan" ->
          throw new EngineException.NotImplemented(
              "the network driver " + driver + " is not supported by this engine");
      default -> throw new EngineException.NotFound("plugin \"" + driver + "\" not found");
    }
  }

  private static void checkFamilies(NetworkSpec spec, List<Network.Pool> pools) {
    long ipv4 = pools.stream().filter(pool -> Subnet.parse(pool.subnet()).isIpv4()).count();
    long ipv6 = pools.size() - ipv4;
    if (ipv4 > 1 || ipv6 > 1) {
      throw new EngineException.Forbidden("bridge driver doesn't support multiple subnets");
    }
    if (ipv6 > 0 && !spec.enableIpv6()) {
      throw new EngineException.InvalidParameter(
          "an IPv6 subnet was given, but IPv6 is not enabled for the network");
    }
    pools.sort(
        (one, other) ->
            Boolean.compare(
                Subnet.parse(other.subnet()).isIpv4(), Subnet.parse(one.subnet()).isIpv4()));
  }

  /** A user's pool, checked, with a gateway. */
  private static Network.Pool completed(Network.Pool pool, Collection<Subnet> ours) {
    Subnet subnet = Subnet.parse(pool.subnet());
    if (ours.stream().anyMatch(subnet::overlaps)) {
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
    if (pool.gateway().isEmpty()) {
      AddressPool addresses = new AddressPool(subnet, range, auxiliary(pool));
      String gateway = addresses.take().map(Subnet::text).orElse("");
      return new Network.Pool(pool.subnet(), pool.range(), gateway, pool.auxAddresses());
    }
    if (!isIn(subnet, pool.gateway())) {
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
  static Network.Pool pool(Subnet subnet) {
    return new Network.Pool(subnet.toString(), "", Subnet.text(subnet.at(1)), Map.of());
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
