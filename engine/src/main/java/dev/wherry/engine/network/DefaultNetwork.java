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
   * The configured address, else the one that the bridge has, so that containers that outlived a
   * former daemon stay where they are, else that of the last time, else a free one.
   */
  private HostAddress address(HostBridge.Managed bridge) {
    Optional<HostAddress> wanted =
        bridge
            .address()
            .or(() -> driver.find(bridge.name()).flatMap(this::ipv4))
            .or(() -> ofLastTime(bridge.name()));
    return wanted.orElseGet(
        () -> {
          Subnet free = defaults.pools().free(inUse(bridge.name()));
          return new HostAddress(free.at(1), free.prefixLength());
        });
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

  private Optional<HostAddress> ofLastTime(String bridge) {
    List<Subnet> inUse = inUse(bridge);
    return registry.named(PredefinedNetworks.BRIDGE).stream()
        .flatMap(stored -> stored.network().pools().stream())
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
    Network.Pool pool =
        new Network.Pool(address.subnet().toString(), "", Subnet.text(address.address()), Map.of());
    Network fresh = PredefinedNetworks.bridge(bridge, pool, defaults.published(), clock);
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
}
