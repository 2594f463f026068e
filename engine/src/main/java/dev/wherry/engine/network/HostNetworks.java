package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.network.HostBridge.HostAddress;
import dev.wherry.engine.store.Ids;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What networks are made of on the host: bridges with their rules, and parents of containers'
 * links. Reads may be made from any thread; changes are to be made one at a time.
 */
final class HostNetworks {
  private static final Logger LOG = LoggerFactory.getLogger(HostNetworks.class);

  private final BridgeDriver bridges;
  private final VlanDriver vlans;
  private final Firewall firewall;
  private final Map<String, LiveNetwork> live = new ConcurrentHashMap<>();

  HostNetworks(BridgeDriver bridges, VlanDriver vlans, Firewall firewall) {
    this.bridges = bridges;
    this.vlans = vlans;
    this.firewall = firewall;
  }

  /** A network that has links; {@code null} for one that has none. */
  @Nullable LiveNetwork of(Network network) {
    return live.get(network.id());
  }

  /** The names of the links that networks are made of. */
  Set<String> carriers() {
    return live.values().stream()
        .map(network -> carrier(network.options()))
        .collect(Collectors.toSet());
  }

  private static String carrier(LinkOptions options) {
    return switch (options) {
      case BridgeOptions bridge -> bridge.name();
      case VlanOptions vlan -> vlan.parent();
    };
  }

  /**
   * Makes sure that what a network of a former daemon is made of is there; its rules are noted, and
   * not written yet.
   */
  void restore(StoredNetwork stored) {
    if (LinkOptions.of(stored.network()).isEmpty()) {
      return;
    }
    LiveNetwork network = new LiveNetwork(stored);
    switch (network.options()) {
      case BridgeOptions options -> {
        raise(network, options);
        firewall.note(BridgeRules.of(network, options));
      }
      case VlanOptions options -> restore(network, options);
    }
    live.put(network.network().id(), network);
  }

  /** A parent that is not there, perhaps not yet, is no reason for a daemon not to start. */
  private void restore(LiveNetwork network, VlanOptions options) {
    try {
      if (!vlans.isThere(options)) {
        vlans.makeParent(options);
      }
    } catch (EngineException | LinuxException e) {
      LOG.warn("network {} can't be used: {}", network.network().name(), e.getMessage());
    }
  }

  /**
   * The record of a new network, which says whether what it is made of will be ours.
   *
   * @param userSubnets whether a user named its subnets
   * @throws EngineException.Forbidden if another one or another program has what it wants
   */
  StoredNetwork planned(Network network, boolean userSubnets) {
    boolean owned =
        LinkOptions.of(network)
            .map(
                options ->
                    switch (options) {
                      case BridgeOptions bridge -> willOwn(network, bridge);
                      case VlanOptions vlan -> willOwn(vlan);
                    })
            .orElse(false);
    return new StoredNetwork(network, userSubnets, owned);
  }

  /**
   * Makes what a new network is made of.
   *
   * @param undo takes what takes it back
   */
  void add(StoredNetwork planned, Undo undo) {
    Network network = planned.network();
    if (LinkOptions.of(network).isPresent()) {
      LiveNetwork added = new LiveNetwork(planned);
      switch (added.options()) {
        case BridgeOptions options -> add(added, options, undo);
        case VlanOptions options -> add(options, undo);
      }
      live.put(network.id(), added);
      undo.add(() -> live.remove(network.id()));
    }
  }

  private void add(LiveNetwork added, BridgeOptions options, Undo undo) {
    raise(added, options);
    undo.add(() -> lower(added));
    firewall.add(BridgeRules.of(added, options));
    undo.add(() -> firewall.remove(options.name()));
  }

  private void add(VlanOptions options, Undo undo) {
    if (!vlans.isThere(options)) {
      vlans.makeParent(options);
      undo.add(() -> bridges.remove(options.parent()));
    }
    vlans.tryOut(options);
  }

  private boolean willOwn(Network network, BridgeOptions options) {
    checkBridgeUnused(network, options.name());
    return !bridges.isThere(options.name(), gateway(network).filter(own -> isOn(options, own)));
  }

  private static boolean isOn(BridgeOptions options, HostAddress gateway) {
    return options.isOnBridge(gateway.subnet().isIpv4());
  }

  private boolean willOwn(VlanOptions options) {
    boolean shared = checkParent(options);
    return shared || !vlans.isThere(options);
  }

  private static Optional<HostAddress> gateway(Network network) {
    return network.pools().stream()
        .filter(pool -> !pool.gateway().isEmpty())
        .findFirst()
        .map(
            pool ->
                new HostAddress(
                    Subnet.literal(pool.gateway()), Subnet.parse(pool.subnet()).prefixLength()));
  }

  private void checkBridgeUnused(Network network, String bridge) {
    for (LiveNetwork other : live.values()) {
      if (carrier(other.options()).equals(bridge)) {
        throw new EngineException.Forbidden(
            "cannot create network %s (%s): conflicts with network %s (%s): networks have same bridge name"
                .formatted(network.id(), bridge, other.network().id(), bridge));
      }
    }
  }

  /** Makes the bridge of a network, unless it is there. */
  private void raise(LiveNetwork network, BridgeOptions options) {
    if (network.network().enableIpv6()) {
      BridgeDriver.enableForwarding(true);
    }
    if (network.stored().ownsLink()) {
      bridges.ensure(options.name(), network.bridgeAddresses(options), options.mtu());
    } else {
      bridges.acceptLoopback(options.name());
    }
  }

  /**
   * Checks that a parent may be used once more.
   *
   * @return whether it is a link of ours that other networks use too
   */
  private boolean checkParent(VlanOptions options) {
    boolean ours = false;
    for (LiveNetwork other : live.values()) {
      if (carrier(other.options()).equals(options.parent())) {
        if (!(other.options() instanceof VlanOptions vlan && maySharePort(vlan, options))) {
          throw new EngineException.Forbidden(
              "network %s is already using parent interface %s"
                  .formatted(Ids.shortened(other.network().id()), options.parent()));
        }
        ours |= other.stored().ownsLink();
      }
    }
    return ours;
  }

  private static boolean maySharePort(VlanOptions one, VlanOptions other) {
    return one.driver().equals(VlanOptions.MACVLAN)
        && other.driver().equals(VlanOptions.MACVLAN)
        && !one.isPassthru()
        && !other.isPassthru();
  }

  /** Takes down what a network that is retired was made of. */
  void remove(LiveNetwork network) {
    lower(network);
    if (network.options() instanceof BridgeOptions options) {
      firewall.remove(options.name());
    }
    live.remove(network.network().id());
  }

  private void lower(LiveNetwork network) {
    String carrier = carrier(network.options());
    boolean shared =
        live.values().stream()
            .anyMatch(other -> other != network && carrier(other.options()).equals(carrier));
    if (network.stored().ownsLink() && !shared) {
      bridges.remove(carrier);
    }
  }
}
