package dev.wherry.engine.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
 *       port. Everything else is dropped, above all other networks' containers.
 *   <li>From a bridge everything passes, unless its network is internal; the host's other tables
 *       may still refuse it. What begins with a source address that does not lead back to the
 *       bridge gets neither to the host nor through it. On the bridge itself containers may have
 *       addresses of their own choice, but not those of another network or of the host: the
 *       kernel's table of connections is one for all bridges.
 * </ul>
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
          drop
        }
      """;

  private static final String SETS =
      """
        set bridges { type ifname; }
        set internal { type ifname; }
        set together { type ifname . ifname; }
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
  String everything(Collection<BridgeRules> bridges, Collection<PublishedPort> ports) {
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
  String publish(Collection<PublishedPort> ports) {
    return change("add", ports.stream().map(port -> element(port, target(port))).toList());
  }

  /** Removes published ports. */
  String unpublish(Collection<PublishedPort> ports) {
    return change("delete", ports.stream().map(port -> element(port, "")).toList());
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
    String bridge = '"' + rules.bridge() + '"';
    List<Element> elements = new ArrayList<>();
    elements.add(new Element("bridges", bridge));
    if (rules.icc()) {
      elements.add(new Element("together", bridge + " . " + bridge));
    }
    if (rules.internal()) {
      elements.add(new Element("internal", bridge));
    }
    for (Subnet subnet : rules.subnets()) {
      String family = subnet.isIpv4() ? "4" : "6";
      elements.add(new Element("own" + family, subnet + " . " + bridge));
      elements.add(new Element("subnets" + family, subnet.toString()));
      if (rules.masquerade() && !rules.internal()) {
        elements.add(new Element("masquerade" + family, subnet.toString()));
      }
    }
    return elements;
  }

  private static Element element(PublishedPort port, String target) {
    boolean any = port.hostIp().isAnyLocalAddress();
    String map =
        (any ? "any" : "")
            + (port.isRelayed() ? "relay" : "port")
            + (port.hostIp().getAddress().length == 4 ? "4" : "6");
    Stream<String> key = Stream.of(port.protocol().text(), Integer.toString(port.hostPort()));
    Stream<String> address = any ? Stream.of() : Stream.of(Subnet.text(port.hostIp()));
    return new Element(map, String.join(" . ", Stream.concat(address, key).toList()) + target);
  }

  /** Nothing for what no map leads on. */
  private static String target(PublishedPort port) {
    return port.isRelayed()
        ? ""
        : " : " + Subnet.text(port.containerIp()) + " . " + port.containerPort();
  }
}
