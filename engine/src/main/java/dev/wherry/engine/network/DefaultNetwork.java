package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.network.HostBridge.HostAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings the record of the network named bridge in line with the configuration and the host. */
final class DefaultNetwork {
  private final BridgeDriver driver;
  private final NetworkRegistry registry;
  private final NetworkDefaults defaults;
  private final Clock clock;

  DefaultNetwork(
      BridgeDriver driver, NetworkRegistry registry, NetworkDefaults defaults, Clock clock) {
    this.defaults = defaults;
    this.driver = driver;
    this.registry = registry;
    this.clock = clock;
  }

  /** Writes the record, or removes it. */
  void prepare(HostBridge bridge) {
    switch (bridge) {
      case HostBridge.Managed managed -> store(managed.name(), address(managed), true);
      case HostBridge.Existing existing -> store(existing.name(), address(existing), false);
      case HostBridge.Disabled() ->
          registry
              .named(PredefinedNetworks.BRIDGE)
              .ifPresent(stored -> registry.remove(stored.network().id()));
    }
  }

  /**
   * The configured address, else the first of the configured range, but before that the one that
   * the bridge has, so that containers that outlived a former daemon stay where they are, else that
   * of the last time, if it has the range; else a free one.
   */
  private HostAddress address(HostBridge.Managed bridge) {
    Optional<HostAddress> wanted =
        bridge
            .address()
            .or(() -> driver.find(bridge.name()).flatMap(this::ipv4).filter(this::hasRange))
            .or(() -> ofLastTime(bridge.name(), true).filter(this::hasRange))
            .or(() -> defaults.bridge().ipv4().range().map(DefaultNetwork::first));
    return wanted.orElseGet(() -> first(defaults.pools().free(inUse(bridge.name()))));
  }

  /** Whether the configured range of addresses, if there is one, is in an address's subnet. */
  private boolean hasRange(HostAddress address) {
    return defaults.bridge().ipv4().range().map(address.subnet()::contains).orElse(true);
  }

  private HostAddress address(HostBridge.Existing bridge) {
    Netlink.Link link =
        driver
            .find(bridge.name())
            .orElseThrow(
                () ->
                    new EngineException.Internal(
                        "could not find the bridge " + bridge.name() + ": no such interface"));
    return ipv4(link)
        .orElseThrow(
            () ->
                new EngineException.Internal(
                    "the bridge " + bridge.name() + " has no IPv4 address"));
  }

  private Optional<HostAddress> ipv4(Netlink.Link link) {
    return driver.addresses(link).stream().filter(address -> address.subnet().isIpv4()).findFirst();
  }

  private Optional<HostAddress> ofLastTime(String bridge, boolean ipv4) {
    List<Subnet> inUse = inUse(bridge);
    return registry.named(PredefinedNetworks.BRIDGE).stream()
        .flatMap(stored -> stored.network().pools().stream())
        .filter(pool -> Subnet.parse(pool.subnet()).isIpv4() == ipv4)
        .map(
            pool ->
                new HostAddress(
                    Subnet.literal(pool.gateway()), Subnet.parse(pool.subnet()).prefixLength()))
        .filter(address -> inUse.stream().noneMatch(address.subnet()::overlaps))
        .findFirst();
  }

  private List<Subnet> inUse(String bridge) {
    List<Subnet> inUse = new ArrayList<>(registry.subnets(PredefinedNetworks.BRIDGE));
    inUse.addAll(driver.subnetsInUse(bridge));
    return inUse;
  }

  private void store(String bridge, HostAddress address, boolean owned) {
    DefaultBridgeOptions wanted = defaults.bridge();
    List<Network.Pool> pools = new ArrayList<>();
    pools.add(pool(address, wanted.ipv4(), LiveNetwork.GATEWAY_IPV4));
    wanted
        .ipv6()
        .map(six -> pool(addressIpv6(bridge, six), six, LiveNetwork.GATEWAY_IPV6))
        .ifPresent(pools::add);
    PoolCheck.check(pools, subnet -> true);
    Network fresh = PredefinedNetworks.bridge(bridge, pools, wanted, clock);
    Network record =
        registry
            .named(PredefinedNetworks.BRIDGE)
            .map(StoredNetwork::network)
            .filter(old -> old.pools().equals(fresh.pools()))
            .filter(old -> old.options().equals(fresh.options()))
            .orElse(fresh);
    StoredNetwork stored = new StoredNetwork(record, false, owned);
    Optional<StoredNetwork> present = registry.named(PredefinedNetworks.BRIDGE);
    if (present.isPresent() && present.get().equals(stored)) {
      return;
    }
    present.ifPresent(old -> registry.remove(old.network().id()));
    registry.put(stored);
  }

  private static Network.Pool pool(
      HostAddress address, DefaultBridgeOptions.Family family, String gatewayKey) {
    Map<String, String> aux =
        family.gateway().map(gateway -> Map.of(gatewayKey, Subnet.text(gateway))).orElse(Map.of());
    String range = family.range().map(Subnet::toString).orElse("");
    return new Network.Pool(
        address.subnet().toString(), range, Subnet.text(address.address()), aux);
  }

  /** The configured address, else the first of the configured range, else that of the last time. */
  private HostAddress addressIpv6(String bridge, DefaultBridgeOptions.Family wanted) {
    return wanted
        .address()
        .or(() -> wanted.range().map(DefaultNetwork::first))
        .or(() -> ofLastTime(bridge, false))
        .orElseGet(
            () -> first(defaults.pools().freeIpv6(inUse(bridge)).orElseGet(PoolPlan::uniqueLocal)));
  }

  private static HostAddress first(Subnet subnet) {
    return new HostAddress(subnet.at(1), subnet.prefixLength());
  }
}
