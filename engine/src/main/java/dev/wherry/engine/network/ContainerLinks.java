package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.linux.Namespaces;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.Sysctl;
import dev.wherry.engine.network.HostBridge.HostAddress;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The links of containers: made on the networks they are on, set up inside, and taken away.
 * Thread-safe.
 */
final class ContainerLinks {
  private static final InetAddress ALL_IPV4 = Subnet.literal("0.0.0.0");
  private static final InetAddress ALL_IPV6 = Subnet.literal("::");

  private final BridgeDriver bridges;
  private final VlanDriver vlans;
  private final Namespaces namespaces;

  ContainerLinks(BridgeDriver bridges, VlanDriver vlans, Namespaces namespaces) {
    this.bridges = bridges;
    this.vlans = vlans;
    this.namespaces = namespaces;
  }

  /** A conversation about the links inside a pinned namespace. */
  Netlink inside(Path pin) {
    return namespaces.callInNetwork(pin, LinuxNetlink::open);
  }

  /**
   * Joins a namespace to a network; if that fails no link is left.
   *
   * @param routes default routes that lead by this place
   * @param inside of the namespace
   */
  Attachment.Endpoint connect(
      Place place, Collection<Gateways.Route> routes, Path pin, Netlink inside) {
    EndpointOptions wish = EndpointOptions.of(place.request());
    Attachment.Endpoint endpoint = plug(place, wish.mac(), pin, inside);
    try {
      setUp(place, wish, routes, pin, inside);
      return endpoint;
    } catch (RuntimeException e) {
      try {
        disconnect(endpoint, inside);
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private Attachment.Endpoint plug(
      Place place, Optional<MacAddress> wanted, Path pin, Netlink inside) {
    String name = place.interfaceName();
    return switch (place.network().options()) {
      case BridgeOptions options -> {
        MacAddress mac = wanted.orElseGet(() -> usualMac(place));
        yield place.endpoint(bridges.plug(pin, options, name, mac), mac.toString());
      }
      case VlanOptions options -> {
        Optional<MacAddress> own = ownMac(place, options, wanted);
        vlans.plug(pin, inside, options, name, own);
        Optional<MacAddress> got = own;
        if (options.isPassthru()) {
          got = inside.link(name).flatMap(Netlink.Link::address);
        }
        yield place.endpoint("", got.map(MacAddress::toString).orElse(""));
      }
    };
  }

  /** Empty where a link has its parent's address. */
  private static Optional<MacAddress> ownMac(
      Place place, VlanOptions options, Optional<MacAddress> wanted) {
    boolean own = options.driver().equals(VlanOptions.MACVLAN) && !options.isPassthru();
    if (!own && wanted.isPresent()) {
      throw new EngineException.InvalidParameter(
          options.driver() + " interfaces do not support custom mac address assignment");
    }
    return own ? wanted.or(() -> Optional.of(usualMac(place))) : Optional.empty();
  }

  private static MacAddress usualMac(Place place) {
    return place.address(true).map(BridgeDriver::macFor).orElseGet(BridgeDriver::randomMac);
  }

  private void setUp(
      Place place,
      EndpointOptions wish,
      Collection<Gateways.Route> routes,
      Path pin,
      Netlink inside) {
    String name = place.interfaceName();
    List<HostAddress> addresses = new ArrayList<>(place.addresses());
    addresses.addAll(wish.linkLocals());
    Map<String, String> sysctls = wish.sysctlsOf(name);
    if (addresses.stream().anyMatch(address -> !address.subnet().isIpv4())) {
      sysctls.putIfAbsent("net/ipv6/conf/" + name + "/disable_ipv6", "0");
    }
    if (!sysctls.isEmpty()) {
      namespaces.callInNetwork(pin, () -> write(sysctls));
    }
    int index = inside.link(name).orElseThrow().index();
    List<NetlinkRequest> requests = new ArrayList<>();
    for (HostAddress address : addresses) {
      requests.add(new NetlinkRequest.AddAddress(index, address.address(), address.prefixLength()));
    }
    requests.add(new NetlinkRequest.SetUp(name, true));
    for (Gateways.Route route : routes) {
      requests.add(new NetlinkRequest.AddRoute(everything(route), 0, route.gateway(), index));
    }
    inside.execute(requests);
  }

  private static boolean write(Map<String, String> sysctls) {
    sysctls.forEach(
        (name, value) -> {
          if (!Sysctl.write(name, value)) {
            throw new EngineException.InvalidParameter(
                "this host's kernel has no parameter " + name.replace('/', '.'));
          }
        });
    return true;
  }

  /** Takes a container off a network while it goes on running; a link that is gone is fine. */
  void disconnect(Attachment.Endpoint endpoint, Netlink inside) {
    if (!endpoint.hostInterface().isEmpty()) {
      bridges.remove(endpoint.hostInterface());
    } else if (!endpoint.containerInterface().isEmpty()) {
      remove(endpoint.containerInterface(), inside);
    }
  }

  private static void remove(String link, Netlink inside) {
    try {
      inside.execute(new NetlinkRequest.DeleteLink(link));
    } catch (LinuxException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  /**
   * Takes links of a stopped container away which the kernel would take a little later, when its
   * namespace is empty. It takes tens of milliseconds each.
   *
   * @param bridged whether those on bridges go too: the others would keep their address from
   *     whoever gets it next on their parent, and these only if somebody else is in the namespace
   */
  void remove(Path pin, Collection<Attachment> attachments, boolean bridged) {
    List<Attachment.Endpoint> gone =
        attachments.stream()
            .flatMap(attachment -> Optional.ofNullable(attachment.endpoint()).stream())
            .filter(endpoint -> !endpoint.containerInterface().isEmpty())
            .filter(endpoint -> bridged || endpoint.hostInterface().isEmpty())
            .toList();
    if (!gone.isEmpty() && Files.exists(pin)) {
      try (Netlink inside = inside(pin)) {
        gone.forEach(endpoint -> disconnect(endpoint, inside));
      }
    }
  }

  /** Changes the default routes inside a namespace. */
  void reroute(Netlink inside, List<Gateways.Route> from, List<Gateways.Route> to) {
    List<NetlinkRequest> requests = new ArrayList<>();
    for (Gateways.Route route : from) {
      if (!to.contains(route)) {
        requests.add(
            new NetlinkRequest.DeleteRoute(
                everything(route), 0, route.gateway(), index(inside, route)));
      }
    }
    for (Gateways.Route route : to) {
      if (!from.contains(route)) {
        requests.add(
            new NetlinkRequest.AddRoute(
                everything(route), 0, route.gateway(), index(inside, route)));
      }
    }
    inside.execute(requests);
  }

  private static int index(Netlink inside, Gateways.Route route) {
    String name = route.place().interfaceName();
    return inside
        .link(name)
        .orElseThrow(() -> new EngineException.Internal("the container has no link " + name))
        .index();
  }

  private static InetAddress everything(Gateways.Route route) {
    return route.ipv4() ? ALL_IPV4 : ALL_IPV6;
  }
}
