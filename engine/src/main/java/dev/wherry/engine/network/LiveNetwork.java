package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.HostBridge.HostAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network that has links, while the daemon runs: its record, and which of its addresses are taken
 * by whom. Thread-safe.
 */
final class LiveNetwork {
  /** The name of an auxiliary address that containers take for their gateway, dockerd's. */
  static final String GATEWAY_IPV4 = "DefaultGatewayIPv4";

  /** The same for IPv6. */
  static final String GATEWAY_IPV6 = "DefaultGatewayIPv6";

  private final StoredNetwork stored;
  private final LinkOptions options;
  private final List<HostAddress> gateways = new ArrayList<>();
  private final List<HostAddress> waysOut = new ArrayList<>();
  private final List<AddressPool> pools = new ArrayList<>();
  private final Set<String> endpoints = new HashSet<>();
  private boolean retired;

  /** A network with all addresses free but gateways and auxiliary ones. */
  LiveNetwork(StoredNetwork stored) {
    this.stored = stored;
    this.options = LinkOptions.of(network()).orElseThrow();
    for (Network.Pool pool : network().usedPools()) {
      Subnet subnet = Subnet.parse(pool.subnet());
      List<InetAddress> reserved = new ArrayList<>();
      if (!pool.gateway().isEmpty()) {
        InetAddress gateway = Subnet.literal(pool.gateway());
        gateways.add(new HostAddress(gateway, subnet.prefixLength()));
        String out = wayOut(pool, subnet);
        waysOut.add(new HostAddress(Subnet.literal(out), subnet.prefixLength()));
        reserved.add(gateway);
      }
      pool.auxAddresses().values().forEach(aux -> reserved.add(Subnet.literal(aux)));
      Subnet range = pool.range().isEmpty() ? subnet : Subnet.parse(pool.range());
      pools.add(new AddressPool(subnet, range, reserved));
    }
  }

  private String wayOut(Network.Pool pool, Subnet subnet) {
    String key = subnet.isIpv4() ? GATEWAY_IPV4 : GATEWAY_IPV6;
    return options instanceof BridgeOptions
        ? pool.auxAddresses().getOrDefault(key, pool.gateway())
        : pool.gateway();
  }

  Network network() {
    return stored.network();
  }

  StoredNetwork stored() {
    return stored;
  }

  LinkOptions options() {
    return options;
  }

  /** Those of the gateways that the host's bridge has. */
  List<HostAddress> bridgeAddresses(BridgeOptions bridge) {
    return gateways.stream()
        .filter(gateway -> bridge.isOnBridge(gateway.subnet().isIpv4()))
        .toList();
  }

  List<Subnet> subnets() {
    return pools.stream().map(AddressPool::subnet).toList();
  }

  /** Where packets leave the subnet that an address is in. */
  Optional<InetAddress> gatewayOf(InetAddress address) {
    return waysOut.stream()
        .filter(gateway -> gateway.subnet().contains(address))
        .map(HostAddress::address)
        .findFirst();
  }

  /**
   * Takes an address of each family for an endpoint.
   *
   * @param request what the user asks for, addresses of it empty for any
   * @throws EngineException.Unavailable if there is none left
   */
  synchronized List<HostAddress> take(String endpointId, Attachment.Request request) {
    if (retired) {
      throw new EngineException.NotFound("network " + network().name() + " not found");
    }
    if (options instanceof VlanOptions vlan && vlan.isPassthru() && !endpoints.isEmpty()) {
      throw new EngineException.Forbidden(
          "network " + network().name() + " in mode passthru has room for one container");
    }
    List<HostAddress> addresses = new ArrayList<>();
    try {
      take(true, request.ipv4Address()).ifPresent(addresses::add);
      take(false, request.ipv6Address()).ifPresent(addresses::add);
    } catch (RuntimeException e) {
      release(endpointId, addresses);
      throw e;
    }
    endpoints.add(endpointId);
    return addresses;
  }

  private Optional<HostAddress> take(boolean ipv4, String wanted) {
    List<AddressPool> family = pools.stream().filter(p -> p.subnet().isIpv4() == ipv4).toList();
    if (!wanted.isEmpty()) {
      InetAddress address = requested(wanted);
      AddressPool pool =
          family.stream()
              .filter(candidate -> candidate.subnet().contains(address))
              .findFirst()
              .orElseThrow(() -> AddressPool.foreign(address));
      pool.take(address);
      return Optional.of(new HostAddress(address, pool.subnet().prefixLength()));
    }
    for (AddressPool pool : family) {
      Optional<InetAddress> free = pool.take();
      if (free.isPresent()) {
        return Optional.of(new HostAddress(free.get(), pool.subnet().prefixLength()));
      }
    }
    if (family.isEmpty()) {
      return Optional.empty();
    }
    throw new EngineException.Unavailable(
        "no available %s addresses on this network's address pools: %s (%s)"
            .formatted(ipv4 ? "IPv4" : "IPv6", network().name(), network().id()));
  }

  private static InetAddress requested(String wanted) {
    try {
      return Subnet.literal(wanted);
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("invalid IP address: " + wanted, e);
    }
  }

  /** Notes the addresses of an endpoint that outlived the daemon. */
  synchronized void adopt(String endpointId, List<InetAddress> addresses) {
    endpoints.add(endpointId);
    for (InetAddress address : addresses) {
      for (AddressPool pool : pools) {
        if (pool.subnet().contains(address)) {
          pool.take(address);
        }
      }
    }
  }

  /** Gives an endpoint's addresses back. */
  synchronized void release(String endpointId, List<HostAddress> addresses) {
    endpoints.remove(endpointId);
    for (HostAddress address : addresses) {
      for (AddressPool pool : pools) {
        if (pool.subnet().contains(address.address())) {
          pool.release(address.address());
        }
      }
    }
  }

  /**
   * Takes the network out of use, so that nobody joins it while it is being removed.
   *
   * @return false, and nothing has changed, if somebody is on it
   */
  synchronized boolean retire() {
    retired = endpoints.isEmpty();
    return retired;
  }
}
