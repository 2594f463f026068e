package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Sysctl;
import dev.wherry.engine.network.HostBridge.HostAddress;
import dev.wherry.engine.store.Ids;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Bridges, and the virtual links that join containers to them. Link names on the host are random
 * and never used again, since the kernel takes old ones down a little after their namespace is
 * gone. Thread-safe.
 */
final class BridgeDriver {
  private static final String FORWARD_IPV4 = "net/ipv4/ip_forward";
  private static final String FORWARD_IPV6 = "net/ipv6/conf/all/forwarding";
  private static final String BRIDGED_NETFILTER = "net/bridge/bridge-nf-call-iptables";
  private static final String BRIDGED_NETFILTER_IPV6 = "net/bridge/bridge-nf-call-ip6tables";
  private static final int NAME_TRIES = 5;
  private static final int VETH_DIGITS = 7;

  private final Netlink netlink;
  private final Paths paths;

  /**
   * A driver for the bridges of one namespace.
   *
   * @param netlink of the namespace that has the bridges, left open
   */
  BridgeDriver(Netlink netlink, Paths paths) {
    this.netlink = netlink;
    this.paths = paths;
  }

  /** Lets the host forward packets between its links. */
  static void enableForwarding(boolean ipv6) {
    Sysctl.write(FORWARD_IPV4, "1");
    if (ipv6) {
      Sysctl.write(FORWARD_IPV6, "1");
    }
  }

  /** A bridge by its name; empty if there is no such link. */
  Optional<Netlink.Link> find(String name) {
    return netlink.link(name);
  }

  /**
   * Whether there is a bridge of this name, the host's or another program's, that can be used.
   *
   * @param gateway the address that it has to have
   * @throws EngineException.Internal if it is no bridge
   * @throws EngineException.InvalidParameter if it has another address
   */
  boolean isThere(String name, Optional<HostAddress> gateway) {
    Optional<Netlink.Link> present = netlink.link(name);
    if (present.isEmpty()) {
      return false;
    }
    if (!present.get().kind().equals("bridge")) {
      throw noBridge(name);
    }
    List<HostAddress> addresses = addresses(present.get());
    if (gateway.isPresent() && !addresses.contains(gateway.get())) {
      String own =
          addresses.stream()
              .filter(address -> address.subnet().isIpv4())
              .map(HostAddress::toString)
              .findFirst()
              .orElse("none");
      throw new EngineException.InvalidParameter(
          "bridge IPv4 (" + own + ") does not match requested configuration " + gateway.get());
    }
    return true;
  }

  private static EngineException noBridge(String name) {
    return new EngineException.Internal("existing interface " + name + " is not a bridge");
  }

  /** The addresses that a link has. */
  List<HostAddress> addresses(Netlink.Link link) {
    return netlink.addresses().stream()
        .filter(address -> address.link() == link.index())
        .map(address -> new HostAddress(address.address(), address.prefixLength()))
        .toList();
  }

  /** The subnets of the host's links and routes, but for those of one link. */
  List<Subnet> subnetsInUse(String exceptLink) {
    int except = netlink.link(exceptLink).map(Netlink.Link::index).orElse(-1);
    Stream<Subnet> onLinks =
        netlink.addresses().stream()
            .filter(address -> address.link() != except)
            .map(address -> Subnet.of(address.address(), address.prefixLength()));
    Stream<Subnet> routes =
        netlink.routes().stream()
            .filter(route -> route.prefixLength() > 0 && route.link() != except)
            .map(route -> new Subnet(route.destination(), route.prefixLength()));
    return Stream.concat(onLinks, routes).distinct().toList();
  }

  /**
   * Makes sure that a bridge of this name is up and has these addresses, and no other of the same
   * families.
   *
   * @return whether it was made
   * @throws EngineException.Internal if a link of that name is no bridge
   */
  boolean ensure(String name, List<HostAddress> wanted, int mtu) {
    Optional<Netlink.Link> present = netlink.link(name);
    if (present.isEmpty()) {
      netlink.execute(new NetlinkRequest.CreateBridge(name, randomMac(), mtu));
      useLinkLocalAtOnce(name);
    } else if (!present.get().kind().equals("bridge")) {
      throw noBridge(name);
    }
    try {
      setUp(name, wanted);
      return present.isEmpty();
    } catch (RuntimeException e) {
      if (present.isEmpty()) {
        remove(name);
      }
      throw e;
    }
  }

  private void setUp(String name, List<HostAddress> wanted) {
    Netlink.Link link = netlink.link(name).orElseThrow();
    List<HostAddress> present = addresses(link);
    List<NetlinkRequest> requests = new ArrayList<>();
    for (HostAddress address : present) {
      if (!wanted.contains(address) && !address.address().isLinkLocalAddress()) {
        requests.add(
            new NetlinkRequest.DeleteAddress(
                link.index(), address.address(), address.prefixLength()));
      }
    }
    for (HostAddress address : wanted) {
      if (!present.contains(address)) {
        requests.add(
            new NetlinkRequest.AddAddress(link.index(), address.address(), address.prefixLength()));
      }
    }
    requests.add(new NetlinkRequest.SetUp(name, true));
    netlink.execute(requests);
    acceptLoopback(name);
  }

  /**
   * Without it, neighbours are not asked for until the bridge's own address has been found to be no
   * duplicate, and packets to the containers of a fresh IPv6 network wait for up to two seconds
   * (ip-sysctl, accept_dad).
   */
  private static void useLinkLocalAtOnce(String bridge) {
    Sysctl.write("net/ipv6/conf/" + bridge + "/accept_dad", "0");
  }

  /** Lets answers to 127.0.0.1 come in by a bridge: a port is published there too. */
  void acceptLoopback(String bridge) {
    Sysctl.write("net/ipv4/conf/" + bridge + "/route_localnet", "1");
  }

  /** Removes a link; an absent one is fine. */
  void remove(String name) {
    try {
      netlink.execute(new NetlinkRequest.DeleteLink(name));
    } catch (LinuxException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  /**
   * Joins a namespace to a bridge with a link inside that is down.
   *
   * @param name of the link inside
   * @return the link's name on the host
   */
  String plug(Path pin, BridgeOptions options, String name, MacAddress mac) {
    String host = createLink(pin, options, name, mac);
    configurePort(host, options.icc());
    return host;
  }

  private String createLink(Path pin, BridgeOptions options, String name, MacAddress mac) {
    int bridge =
        netlink
            .link(options.name())
            .orElseThrow(
                () -> new EngineException.Internal("bridge " + options.name() + " is gone"))
            .index();
    try (Fd namespace = paths.open(pin, OpenFlags.O_RDONLY, 0)) {
      for (int i = 0; ; i++) {
        String host = "veth" + Ids.random().substring(0, VETH_DIGITS);
        try {
          netlink.execute(
              new NetlinkRequest.CreateVeth(host, bridge, namespace, name, mac, options.mtu()));
          return host;
        } catch (LinuxException e) {
          if (!e.is(Errno.EEXIST) || i == NAME_TRIES) {
            throw e;
          }
        }
      }
    }
  }

  /**
   * Where the kernel shows bridged packets to the firewall, the rules keep containers apart, and a
   * packet translated on the bridge may have to leave by the port it came in by. Where it does not,
   * the bridge itself keeps them apart.
   */
  private void configurePort(String host, boolean icc) {
    boolean filtered = isSet(BRIDGED_NETFILTER);
    boolean isolated = !icc && !(filtered && isSet(BRIDGED_NETFILTER_IPV6));
    if (filtered || isolated) {
      netlink.execute(new NetlinkRequest.SetBridgePort(host, filtered, isolated));
    }
  }

  private static boolean isSet(String parameter) {
    return Sysctl.read(parameter).filter("1"::equals).isPresent();
  }

  /** A bridge that takes its address from its ports would change it with each container. */
  static MacAddress randomMac() {
    return MacAddress.parse("02:42:" + Ids.random().substring(0, 8).replaceAll("..(?!$)", "$0:"));
  }

  /** dockerd's: made from the address, so that a neighbour's knowledge of it never goes stale. */
  static MacAddress macFor(InetAddress ipv4) {
    long bits = 0x0242;
    for (byte octet : ipv4.getAddress()) {
      bits = (bits << 8) | (octet & 0xFF);
    }
    return new MacAddress(bits);
  }
}
