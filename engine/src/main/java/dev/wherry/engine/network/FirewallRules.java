package dev.wherry.engine.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The text of our rules, nft(8): one table, whose chains never change and whose sets and maps say
 * which bridges, subnets and ports there are. So each change is a few elements in one transaction,
 * and what a packet costs does not grow with their number.
 *
 * <ul>
 *   <li>Published ports are translated for packets that come in and for those of the host's own
 *       programs, also to 127.0.0.1; a reply to the loopback needs {@code route_localnet} on the
 *       bridge, so packets from a bridge that claim or seek 127.0.0.0/8 are dropped first.
 *   <li>What a relay carries is not translated, but for internal networks it is closed as well.
 *   <li>A container that reaches a published port of its own network, or of itself, is masqueraded,
 *       so that the answer comes back through the host.
 *   <li>What belongs to a connection passes, which comes first since it is most of all packets:
 *       what may not pass does not become one.
 *   <li>To a bridge pass: its own containers if they may, and what was translated by a published
 *       port; where the network is routed, or trusts the link, also what comes to one at the
 *       container's own address. Everything else is dropped, above all other networks' containers.
 *   <li>From a bridge everything passes, unless its network is internal; the host's other tables
 *       may still refuse it. What begins with a source address that does not lead back to the
 *       bridge gets neither to the host nor through it, unless the bridge has no address of the
 *       host's, and so no route, and it stays there. On the bridge itself containers may have
 *       addresses of their own choice, but not those of another network or of the host: the
 *       kernel's table of connections is one for all bridges.
 * </ul>
 *
 * <p>Protocols whose names are no words of nft(8) itself stand by their numbers: a small host has
 * no protocols(5) to look names up in.
 */
final class FirewallRules {
  private static final String CHAINS =
      """
        chain spoofed {
          type filter hook prerouting priority raw; policy accept;
          ip saddr 127.0.0.0/8 iifname @bridges drop
          ip daddr 127.0.0.0/8 iifname @bridges drop
          meta nfproto ipv6 iifname @internal jump relayed
        }
        chain relayed {
          ip6 daddr . meta l4proto . th dport @relay6 drop
          meta l4proto . th dport @anyrelay6 drop
        }
        chain incoming {
          type nat hook prerouting priority dstnat; policy accept;
          ip daddr 127.0.0.0/8 accept
          fib daddr type local jump publish
        }
        chain own {
          type nat hook output priority -100; policy accept;
          fib daddr type local jump publish
        }
        chain publish {
          meta nfproto ipv4 meta l4proto { tcp, udp, sctp } dnat ip to ip daddr . meta l4proto . th dport map @port4
          meta nfproto ipv4 meta l4proto { tcp, udp, sctp } dnat ip to meta l4proto . th dport map @anyport4
          ip6 daddr ::1 accept
          meta nfproto ipv6 meta l4proto { tcp, udp, sctp } dnat ip6 to ip6 daddr . meta l4proto . th dport map @port6
          meta nfproto ipv6 meta l4proto { tcp, udp, sctp } dnat ip6 to meta l4proto . th dport map @anyport6
        }
        chain outgoing {
          type nat hook postrouting priority srcnat; policy accept;
          oifname @bridges ip saddr 127.0.0.0/8 masquerade
          ct status dnat ip saddr . oifname @own4 masquerade
          ct status dnat ip6 saddr . oifname @own6 masquerade
          ip saddr @masquerade4 ip saddr . oifname != @own4 masquerade
          ip6 saddr @masquerade6 ip6 saddr . oifname != @own6 masquerade
        }
        chain input {
          type filter hook input priority filter; policy accept;
          iifname @bridges ct state != { established, related } fib saddr . iif oif missing drop
        }
        chain forward {
          type filter hook forward priority filter; policy accept;
          ct state established,related accept
          iifname @bridges fib saddr . iif oif missing jump strange
          oifname @bridges jump to_bridge
          iifname @internal drop
        }
        chain strange {
          ip saddr . iifname @own4 iifname . oifname @together accept
          ip6 saddr . iifname @own6 iifname . oifname @together accept
          ip saddr @subnets4 drop
          ip6 saddr @subnets6 drop
          fib saddr type local drop
          iifname . oifname @together accept
          drop
        }
        chain to_bridge {
          iifname . oifname @together accept
          iifname @internal drop
          oifname @internal drop
          ct status dnat accept
          iifname . oifname @apart drop
          oifname @routed4 meta l4proto 1 accept
          oifname @routed6 meta l4proto 58 accept
          oifname @routed4 ip daddr . meta l4proto . th dport @direct4 accept
          oifname @routed6 ip6 daddr . meta l4proto . th dport @direct6 accept
          iifname . oifname @trusted ip daddr . meta l4proto . th dport @direct4 accept
          iifname . oifname @trusted ip6 daddr . meta l4proto . th dport @direct6 accept
          iifname @bridges drop
          oifname @open4 meta nfproto ipv4 accept
          oifname @open6 meta nfproto ipv6 accept
          drop
        }
      """;

  private static final String SETS =
      """
        set bridges { type ifname; }
        set internal { type ifname; }
        set together { type ifname . ifname; }
        set apart { type ifname . ifname; }
        set trusted { type ifname . ifname; }
        set routed4 { type ifname; }
        set routed6 { type ifname; }
        set open4 { type ifname; }
        set open6 { type ifname; }
        set own4 { type ipv4_addr . ifname; flags interval; }
        set own6 { type ipv6_addr . ifname; flags interval; }
        set subnets4 { type ipv4_addr; flags interval; }
        set subnets6 { type ipv6_addr; flags interval; }
        set masquerade4 { type ipv4_addr; flags interval; }
        set masquerade6 { type ipv6_addr; flags interval; }
        map port4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
        map port6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
        map anyport4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
        map anyport6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
        set direct4 { type ipv4_addr . inet_proto . inet_service; }
        set direct6 { type ipv6_addr . inet_proto . inet_service; }
        set relay6 { type ipv6_addr . inet_proto . inet_service; }
        set anyrelay6 { type inet_proto . inet_service; }
      """;

  private final String table;

  /**
   * Rules in a table of a name of one's own.
   *
   * @param name one word of letters, digits and underscores
   */
  FirewallRules(String name) {
    if (!name.matches("[A-Za-z][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException("not a table's name: " + name);
    }
    this.table = "inet " + name;
  }

  /** The table's name with its family. */
  String table() {
    return table;
  }

  /** Makes the table anew, whatever it held before. */
  String everything(Collection<BridgeRules> bridges, Collection<? extends PortRule> ports) {
    StringBuilder script = new StringBuilder();
    script.append("table ").append(table).append('\n').append(delete());
    script.append("table ").append(table).append(" {\n").append(SETS).append(CHAINS).append("}\n");
    bridges.forEach(bridge -> script.append(add(bridge)));
    return script.append(publish(ports)).toString();
  }

  /** Removes the table. */
  String delete() {
    return "delete table " + table + "\n";
  }

  /** Adds a bridge. */
  String add(BridgeRules bridge) {
    return change("add", elements(bridge));
  }

  /** Removes a bridge. */
  String remove(BridgeRules bridge) {
    return change("delete", elements(bridge).reversed());
  }

  /** Adds published ports. */
  String publish(Collection<? extends PortRule> ports) {
    return change("add", ports.stream().map(FirewallRules::element).toList());
  }

  /** Removes published ports. */
  String unpublish(Collection<? extends PortRule> ports) {
    return change("delete", ports.stream().map(FirewallRules::key).toList());
  }

  /** An element of a set or map. */
  private record Element(String set, String value) {}

  private String change(String verb, Collection<Element> elements) {
    StringBuilder script = new StringBuilder();
    for (Element element : elements) {
      script.append(verb).append(" element ").append(table).append(' ').append(element.set);
      script.append(" { ").append(element.value).append(" }\n");
    }
    return script.toString();
  }

  private static List<Element> elements(BridgeRules rules) {
    String bridge = quoted(rules.bridge());
    List<Element> elements = new ArrayList<>();
    elements.add(new Element("bridges", bridge));
    elements.add(new Element(rules.icc() ? "together" : "apart", bridge + " . " + bridge));
    if (rules.internal()) {
      elements.add(new Element("internal", bridge));
    }
    for (String link : rules.trusted()) {
      elements.add(new Element("trusted", quoted(link) + " . " + bridge));
    }
    for (BridgeRules.Family family : rules.families()) {
      String subnet = family.subnet().toString();
      String number = family.subnet().isIpv4() ? "4" : "6";
      elements.add(new Element("own" + number, subnet + " . " + bridge));
      elements.add(new Element("subnets" + number, subnet));
      if (family.masquerade() && !rules.internal()) {
        elements.add(new Element("masquerade" + number, subnet));
      }
      switch (family.mode()) {
        case NAT, ISOLATED -> {}
        case NAT_UNPROTECTED -> elements.add(new Element("open" + number, bridge));
        case ROUTED -> elements.add(new Element("routed" + number, bridge));
      }
    }
    return elements;
  }

  private static String quoted(String link) {
    return '"' + link + '"';
  }

  /** With where it leads, if a map leads on. */
  private static Element element(PortRule rule) {
    Element key = key(rule);
    return rule instanceof PublishedPort port && !port.isRelayed()
        ? new Element(
            key.set,
            key.value + " : " + Subnet.text(port.containerIp()) + " . " + port.containerPort())
        : key;
  }

  private static Element key(PortRule rule) {
    return switch (rule) {
      case PublishedPort port -> {
        boolean any = port.hostIp().isAnyLocalAddress();
        String kind = (any ? "any" : "") + (port.isRelayed() ? "relay" : "port");
        Optional<InetAddress> named = any ? Optional.empty() : Optional.of(port.hostIp());
        yield key(kind, port.hostIp(), named, port.protocol(), port.hostPort());
      }
      case DirectPort port ->
          key(
              "direct",
              port.containerIp(),
              Optional.of(port.containerIp()),
              port.protocol(),
              port.containerPort());
    };
  }

  private static Element key(
      String kind, InetAddress family, Optional<InetAddress> named, Protocol protocol, int port) {
    Stream<String> address = named.stream().map(Subnet::text);
    Stream<String> rest = Stream.of(protocol.text(), Integer.toString(port));
    return new Element(
        kind + (family instanceof Inet4Address ? "4" : "6"),
        String.join(" . ", Stream.concat(address, rest).toList()));
  }
}
