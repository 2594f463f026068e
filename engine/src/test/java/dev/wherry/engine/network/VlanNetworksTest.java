package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Networks whose containers stand on a link of the host, with real packets. */
@Tag("kernel")
class VlanNetworksTest extends NetworksFixture {
  private static final List<Network.Pool> LAN =
      List.of(new Network.Pool("10.200.0.0/24", "10.200.0.128/25", "10.200.0.2", Map.of()));

  private Network macvlan(String name, String mode, List<Network.Pool> pools) {
    return create(
        Specs.spec(
            name, "macvlan", false, pools, Map.of("parent", "uplink", "macvlan_mode", mode)));
  }

  private Sandbox open(String name, String network) {
    return open(request(name, Map.of(), network));
  }

  private Optional<Netlink.Link> inside(Sandbox sandbox, String link) {
    return host.namespaces.callInNetwork(
        ns(sandbox),
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            return netlink.link(link);
          }
        });
  }

  @Test
  void containers_are_neighbours_of_the_hosts_neighbours() {
    macvlan("lan", "bridge", LAN);
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "lan"));
    Sandbox two = open("two", "lan");
    host.serve(ns(one), 80);
    int port = host.serve(host.neighbour, 0);
    assertThat(ip(one, "lan")).isEqualTo("10.200.0.128");
    assertThat(host.ask(ns(two), ip(one, "lan"), 80)).isEqualTo(ip(two, "lan"));
    assertThat(host.ask(host.neighbour, ip(one, "lan"), 80)).isEqualTo(TestHost.NEIGHBOUR_ADDRESS);
    assertThat(host.ask(ns(two), TestHost.NEIGHBOUR_ADDRESS, port)).isEqualTo(ip(two, "lan"));
    assertThat(one.ports()).isEqualTo(Map.of("80/tcp", List.of()));
    Attachment.Endpoint endpoint = one.attachments().get("lan").endpoint();
    assertThat(endpoint.macAddress()).isEqualTo("02:42:0a:c8:00:80");
    assertThat(endpoint.gateway()).isEqualTo("10.200.0.2");
    assertThat(inside(one, "eth0").orElseThrow().address())
        .hasToString("Optional[02:42:0a:c8:00:80]");
  }

  @Test
  void in_mode_private_containers_do_not_meet() {
    macvlan("lan", "private", LAN);
    Sandbox one = open("one", "lan");
    Sandbox two = open("two", "lan");
    host.serve(ns(one), 80);
    assertThat(host.reaches(ns(two), ip(one, "lan"), 80)).isFalse();
    assertThat(host.reaches(host.neighbour, ip(one, "lan"), 80)).isTrue();
  }

  @Test
  void in_mode_vepa_packets_leave_and_come_back_only_if_the_switch_reflects_them() {
    macvlan("lan", "vepa", LAN);
    Sandbox one = open("one", "lan");
    Sandbox two = open("two", "lan");
    host.serve(ns(one), 80);
    assertThat(host.reaches(ns(two), ip(one, "lan"), 80)).isFalse();
    assertThat(host.reaches(host.neighbour, ip(one, "lan"), 80)).isTrue();
  }

  @Test
  void in_mode_passthru_there_is_room_for_one_and_it_has_the_parents_address() {
    macvlan("lan", "passthru", LAN);
    Sandbox one = open("one", "lan");
    host.serve(ns(one), 80);
    assertThat(host.reaches(host.neighbour, ip(one, "lan"), 80)).isTrue();
    String parents = hostLink("uplink").flatMap(Netlink.Link::address).orElseThrow().toString();
    assertThat(one.attachments().get("lan").endpoint().macAddress()).isEqualTo(parents);
    assertThatThrownBy(() -> open("two", "lan"))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("network lan in mode passthru has room for one container");
    close(one);
    Sandbox two = open("two", "lan");
    assertThat(inside(two, "eth0")).isPresent();
    List<Network.Pool> other = List.of(Specs.pool("10.9.0.0/24", ""));
    assertThatThrownBy(() -> macvlan("more", "bridge", other))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessageEndingWith("is already using parent interface uplink");
  }

  @Test
  void a_network_without_a_parent_leads_nowhere() {
    create(Specs.spec("quiet", "macvlan", true, List.of(), Map.of()));
    Network quiet = networks.get("quiet");
    String parent = "dm-" + quiet.id().substring(0, 12);
    assertThat(hostLink(parent)).isPresent();
    Sandbox one = open("one", "quiet");
    Sandbox two = open("two", "quiet");
    host.serve(ns(one), 80);
    assertThat(host.ask(ns(two), ip(one, "quiet"), 80)).isEqualTo(ip(two, "quiet"));
    assertThat(one.attachments().get("quiet").endpoint().gateway()).isEmpty();
    assertThat(host.reaches(host.neighbour, ip(one, "quiet"), 80)).isFalse();
    close(one);
    close(two);
    host.call(() -> remove("quiet"));
    assertThat(hostLink(parent)).isEmpty();
  }

  private boolean remove(String network) {
    networks.remove(network);
    return true;
  }

  @Test
  void addresses_come_from_one_pool_after_the_other_with_the_gateway_of_each() {
    macvlan(
        "lan",
        "bridge",
        List.of(
            new Network.Pool("10.1.0.0/30", "", "", Map.of()),
            new Network.Pool("10.2.0.0/29", "", "10.2.0.6", Map.of("switch", "10.2.0.1")),
            new Network.Pool("fd00:1::/64", "", "", Map.of())));
    Attachment.Endpoint first = open("one", "lan").attachments().get("lan").endpoint();
    Attachment.Endpoint second = open("two", "lan").attachments().get("lan").endpoint();
    assertThat(first.ipAddress()).isEqualTo("10.1.0.2");
    assertThat(first.gateway()).isEqualTo("10.1.0.1");
    assertThat(first.globalIpv6Address()).isEqualTo("fd00:1::2");
    assertThat(first.ipv6Gateway()).isEqualTo("fd00:1::1");
    assertThat(second.ipAddress()).isEqualTo("10.2.0.2");
    assertThat(second.ipPrefixLen()).isEqualTo(29);
    assertThat(second.gateway()).isEqualTo("10.2.0.6");
    assertThat(second.globalIpv6Address()).isEqualTo("fd00:1::3");
  }

  @Test
  void networks_share_a_parent_but_no_subnet() {
    macvlan("lan", "bridge", LAN);
    macvlan("other", "private", List.of(Specs.pool("10.9.0.0/24", "")));
    assertThatThrownBy(() -> macvlan("third", "bridge", LAN))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("Pool overlaps with other one on this address space");
    List<Network.Pool> pools = List.of(Specs.pool("10.8.0.0/24", ""));
    assertThatThrownBy(() -> macvlan("third", "passthru", pools))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessageEndingWith("is already using parent interface uplink");
  }

  @Test
  void a_container_that_runs_joins_and_leaves() {
    macvlan("lan", "bridge", LAN);
    Sandbox one = open("one", "bridge");
    Sandbox both = host.call(() -> networks.connect(one, request("one", Map.of(), "lan")));
    host.serve(ns(both), 80);
    assertThat(host.reaches(host.neighbour, ip(both, "lan"), 80)).isTrue();
    assertThat(inside(both, "eth1")).isPresent();
    Sandbox left =
        host.call(() -> networks.disconnect(both, request("one", Map.of(), "bridge"), "lan"));
    assertThat(inside(left, "eth1")).isEmpty();
    assertThat(host.reaches(host.neighbour, ip(both, "lan"), 80)).isFalse();
    host.call(() -> remove("lan"));
    assertThat(hostLink("uplink")).isPresent();
  }

  @Test
  void containers_outlive_the_daemon_and_links_it_did_not_live_to_note_are_removed() {
    macvlan("lan", "bridge", LAN);
    Sandbox one = open("one", "lan");
    host.call(() -> networks.connect(one, request("one", Map.of(), "bridge")));
    assertThat(inside(one, "eth1")).isPresent();
    Sandbox two = open("two", "bridge");
    host.call(() -> networks.connect(two, request("two", Map.of(), "lan")));
    networks.close();
    networks = startNetworks();
    host.call(
        () -> {
          networks.adopt(List.of(one, two));
          return true;
        });
    assertThat(inside(one, "eth0")).isPresent();
    assertThat(inside(one, "eth1")).isEmpty();
    assertThat(inside(two, "eth0")).isPresent();
    assertThat(inside(two, "eth1")).isEmpty();
    Sandbox three = open("three", "lan");
    assertThat(ip(three, "lan")).isEqualTo("10.200.0.129");
    host.serve(ns(one), 80);
    assertThat(host.ask(ns(three), ip(one, "lan"), 80)).isEqualTo(ip(three, "lan"));
  }

  @Test
  void impossible_wishes_are_refused_and_leave_nothing() {
    List<String> before = links();
    refused("loopback interface is not a valid macvlan parent link", Map.of("parent", "lo"));
    refused(
        "invalid subinterface vlan name nosuch, example formatting is eth0.10",
        Map.of("parent", "nosuch"));
    refused(
        "unable to parse a valid vlan id from: x (ex. eth0.10 for vlan 10)",
        Map.of("parent", "uplink.x"));
    refused("-o parent interface was not found on the host: nosuch", Map.of("parent", "nosuch.10"));
    refused("vlan id must be between 1-4094, received: 4095", Map.of("parent", "uplink.4095"));
    refused(
        "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received"
            + " uplink.1.2",
        Map.of("parent", "uplink.1.2"));
    refused(
        "requested macvlan mode 'zz' is not valid, 'bridge' mode is the macvlan driver default",
        Map.of("parent", "uplink", "macvlan_mode", "zz"));
    refused(
        "driver option ipvlan_mode is not supported by the macvlan driver",
        Map.of("parent", "uplink", "ipvlan_mode", "l2"));
    refused("invalid parent interface name: a b", Map.of("parent", "a b"));
    createNetwork("mine", false, Map.of("com.docker.network.bridge.name", "mine0"));
    refusedPattern(".* is already using parent interface mine0", Map.of("parent", "mine0"));
    host.call(() -> remove("mine"));
    assertThat(networks.list()).hasSize(3);
    assertThat(links()).isEqualTo(before);
  }

  private void refused(String message, Map<String, String> options) {
    refusedPattern(java.util.regex.Pattern.quote(message), options);
  }

  private void refusedPattern(String pattern, Map<String, String> options) {
    assertThatThrownBy(() -> create(Specs.spec("x", "macvlan", false, List.of(), options)))
        .isInstanceOf(EngineException.class)
        .hasMessageMatching(pattern);
  }

  private List<String> links() {
    return host.call(
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            return netlink.links().stream().map(Netlink.Link::name).sorted().toList();
          }
        });
  }

  @Test
  void a_kernel_without_the_links_is_told_at_once() {
    List<String> before = links();
    for (Map<String, String> options :
        List.of(Map.of("parent", "uplink"), Map.of("parent", "uplink", "ipvlan_mode", "l3"))) {
      try {
        create(Specs.spec("x", "ipvlan", false, List.of(), options));
        host.call(() -> remove("x"));
      } catch (EngineException.NotImplemented e) {
        assertThat(e)
            .hasMessage(
                "the network driver ipvlan is not supported: this host's kernel has no ipvlan links");
      }
      try {
        create(Specs.spec("x", "macvlan", false, List.of(), Map.of("parent", "uplink.10")));
        assertThat(hostLink("uplink.10")).isPresent();
        host.call(() -> remove("x"));
      } catch (EngineException.NotImplemented e) {
        assertThat(e)
            .hasMessage(
                "failed to create uplink.10 vlan link: this host's kernel has no VLANs (802.1Q)");
      }
    }
    assertThat(links()).isEqualTo(before);
  }
}
