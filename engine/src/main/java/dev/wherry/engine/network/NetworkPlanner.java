package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.engine.store.Ids;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes the record of a new network from what a user asks for: checks it in dockerd's order and
 * with its words, and chooses what is left open.
 */
final class NetworkPlanner {
  private final NetworkDefaults defaults;
  private final Clock clock;

  NetworkPlanner(NetworkDefaults defaults, Clock clock) {
    this.defaults = defaults;
    this.clock = clock;
  }

  /**
   * Subnets that are taken.
   *
   * @param ours those of the other networks: a user may not overlap them
   * @param hosts those of the host's links and routes: we do not choose to overlap them
   */
  record InUse(Collection<Subnet> ours, Supplier<Collection<Subnet>> hosts) {
    List<Subnet> all() {
      List<Subnet> all = new ArrayList<>(ours);
      all.addAll(hosts.get());
      return all;
    }
  }

  /**
   * The record of a new network.
   *
   * @param configuration that it is to be made from, if any
   */
  Network plan(NetworkSpec spec, Optional<Network> configuration, InUse inUse) {
    if (spec.configOnly()) {
      return configurationOnly(spec);
    }
    checkDriver(spec.driver());
    NetworkSpec whole = configuration.map(network -> from(network, spec)).orElse(spec);
    Map<String, String> options = new LinkedHashMap<>();
    if (whole.driver().equals(PredefinedNetworks.BRIDGE)) {
      options.putAll(defaults.bridgeOptions());
    }
    options.putAll(whole.options());
    Network wanted = record(whole, whole.driver(), whole.pools(), options);
    if (!wanted.enableIpv4() && !wanted.enableIpv6()) {
      throw new EngineException.InvalidParameter("IPv4 or IPv6 must be enabled");
    }
    PoolCheck.check(wanted.pools(), wanted::has);
    LinkOptions.check(wanted);
    PoolPlan plan = new PoolPlan(defaults.pools(), inUse, ipv4 -> hasGateway(wanted, ipv4));
    List<Network.Pool> pools = plan.complete(wanted);
    return record(wanted, pools);
  }

  private static boolean hasGateway(Network network, boolean ipv4) {
    return LinkOptions.of(network)
        .map(
            options ->
                switch (options) {
                  case BridgeOptions bridge -> bridge.hasGateway(ipv4, network.internal());
                  case VlanOptions vlan -> vlan.hasGateway() && !network.internal();
                })
        .orElse(false);
  }

  private Network record(
      NetworkSpec spec, String driver, List<Network.Pool> pools, Map<String, String> options) {
    return new Network(
        Ids.random(),
        spec.name(),
        clock.instant(),
        "local",
        driver,
        LinkOptions.enabled(spec.enableIpv4(), LinkOptions.IPV4, options, true),
        LinkOptions.enabled(spec.enableIpv6(), LinkOptions.IPV6, options, false),
        spec.internal(),
        spec.attachable(),
        spec.configOnly(),
        spec.configFrom(),
        List.copyOf(pools),
        options,
        spec.labels());
  }

  private static Network record(Network network, List<Network.Pool> pools) {
    return new Network(
        network.id(),
        network.name(),
        network.created(),
        network.scope(),
        network.driver(),
        network.enableIpv4(),
        network.enableIpv6(),
        network.internal(),
        network.attachable(),
        network.configOnly(),
        network.configFrom(),
        pools,
        network.options(),
        network.labels());
  }

  /** Its options are not looked at, since it is not known for which driver they are. */
  private Network configurationOnly(NetworkSpec spec) {
    if (spec.internal() || spec.attachable()) {
      throw new EngineException.Forbidden(
          "configuration network can only contain network specific fields. Network operator fields"
              + " like [ ingress | internal | attachable | scope ] are not supported.");
    }
    if (!spec.configFrom().isEmpty()) {
      throw new EngineException.Forbidden(
          "a configuration network cannot depend on another configuration network");
    }
    Network wanted = record(spec, PredefinedNetworks.NULL_DRIVER, spec.pools(), spec.options());
    PoolCheck.check(wanted.pools(), wanted::has);
    return wanted;
  }

  private static NetworkSpec from(Network configuration, NetworkSpec spec) {
    boolean asksForIpv6 = Boolean.TRUE.equals(spec.enableIpv6());
    if (!spec.pools().isEmpty() || !spec.labels().isEmpty() || asksForIpv6) {
      throw new EngineException.Forbidden(
          "user specified configurations are not supported if the network depends on a"
              + " configuration network");
    }
    if (!spec.options().isEmpty()) {
      throw new EngineException.Forbidden(
          "network driver options are not supported if the network depends on a configuration"
              + " network");
    }
    return new NetworkSpec(
        spec.name(),
        spec.driver(),
        configuration.enableIpv4(),
        configuration.enableIpv6(),
        spec.internal(),
        spec.attachable(),
        false,
        spec.configFrom(),
        configuration.pools(),
        configuration.options(),
        configuration.labels());
  }

  /** Checks that a user may give a network a name. */
  static void checkName(String name) {
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
      case PredefinedNetworks.BRIDGE, VlanOptions.MACVLAN, VlanOptions.IPVLAN -> {}
      case PredefinedNetworks.HOST, PredefinedNetworks.NULL_DRIVER ->
          throw new EngineException.Forbidden(
              "only one instance of \"" + driver + "\" network is allowed");
      case "overlay" ->
          throw new EngineException.Forbidden(
              "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\""
                  + " to connect this node to swarm and try again.");
      default -> throw new EngineException.NotFound("plugin \"" + driver + "\" not found");
    }
  }
}
