package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How networks are reached whose creator asks for something else than the host's address. */
@Tag("kernel")
class GatewayModesTest extends NetworksFixture {
  private static final String BRIDGE = "com.docker.network.bridge.";
  private static final String MODE4 = BRIDGE + "gateway_mode_ipv4";
  private static final String MODE6 = BRIDGE + "gateway_mode_ipv6";
  private static final String TRUSTED = BRIDGE + "trusted_host_interfaces";

  private Network four(String name, String subnet, Map<String, String> options) {
    return create(Specs.spec(name, "bridge", false, List.of(Specs.pool(subnet, "")), options));
  }

  /** The neighbour knows the way to the containers' subnets. */
  private void leadNeighbour(String subnet) {
    Subnet to = Subnet.parse(subnet);
    String by = to.isIpv4() ? TestHost.ADDRESS : "fd00:200::1";
    host.namespaces.callInNetwork(
        host.neighbour,
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            int eth0 = netlink.link("eth0").orElseThrow().index();
            netlink.execute(
                new NetlinkRequest.AddRoute(
                    to.network(), to.prefixLength(), Optional.of(Subnet.literal(by)), eth0));
          }
          return true;
        });
  }

  @Test
  void published_ports_of_a_routed_network_are_open_at_the_containers_address_alone() {
    leadNeighbour("10.90.0.0/16");
    four("routed", "10.90.1.0/24", Map.of(MODE4, "routed"));
    four("usual", "10.90.2.0/24", Map.of());
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "routed"));
    Sandbox other = open(request("other", Map.of(), "usual"));
    host.serve(ns(web), 80);
    host.serve(ns(web), 81);
    host.serve(host.neighbour, 90);
    assertThat(web.ports()).isEqualTo(published("80/tcp", "0.0.0.0", ""));
    String ip = ip(web, "routed");
    assertThat(host.ask(host.neighbour, ip, 80)).isEqualTo(TestHost.NEIGHBOUR_ADDRESS);
    assertThat(host.ask(ns(other), ip, 80)).isNotEmpty();
    assertThat(host.ask(host.pin, ip, 80)).isNotEmpty();
    assertThat(host.reaches(host.neighbour, ip, 81)).isFalse();
    assertThat(host.reaches(ns(other), ip, 81)).isFalse();
    assertThat(host.reaches(host.pin, "127.0.0.1", 8080)).isFalse();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isFalse();
    assertThat(host.ask(ns(web), TestHost.NEIGHBOUR_ADDRESS, 90)).isEqualTo(ip);
    networks.close();
    networks = startNetworks();
    host.call(
        () -> {
          networks.adopt(List.of(web));
          return true;
        });
    assertThat(host.ask(host.neighbour, ip, 80)).isNotEmpty();
    close(web);
    assertThat(nft("list set inet wherry direct4")).doesNotContain("elements");
  }

  @Test
  void one_family_can_be_routed_and_the_other_translated() {
    host.address6(host.pin, "uplink", "fd00:200::1");
    host.address6(host.neighbour, "eth0", "fd00:200::2");
    leadNeighbour("fd00:90::/32");
    create(
        Specs.spec(
            "both",
            "bridge",
            false,
            List.of(Specs.pool("10.91.0.0/24", ""), Specs.pool("fd00:90::/64", "")),
            Map.of(MODE6, "routed")));
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "both"));
    host.serve(ns(web), "::", 80);
    assertThat(web.ports().get("80/tcp"))
        .containsExactly(new PortBinding("0.0.0.0", "8080"), new PortBinding("::", ""));
    String six = web.attachments().get("both").endpoint().globalIpv6Address();
    org.awaitility.Awaitility.await()
        .atMost(LONG)
        .until(() -> host.reaches(host.neighbour, six, 80));
    assertThat(host.ask(host.neighbour, TestHost.ADDRESS, 8080)).isNotEmpty();
    assertThat(host.reaches(host.pin, "::1", 8080)).isFalse();
  }

  @Test
  void an_unprotected_network_is_reached_by_all_who_have_a_route_but_not_by_other_networks() {
    leadNeighbour("10.92.0.0/16");
    four("open", "10.92.1.0/24", Map.of(MODE4, "nat-unprotected"));
    four("usual", "10.92.2.0/24", Map.of());
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "open"));
    Sandbox other = open(request("other", Map.of(), "usual"));
    host.serve(ns(web), 80);
    host.serve(ns(web), 81);
    assertThat(host.ask(host.neighbour, ip(web, "open"), 81)).isNotEmpty();
    assertThat(host.ask(host.neighbour, TestHost.ADDRESS, 8080)).isNotEmpty();
    assertThat(host.reaches(ns(other), ip(web, "open"), 81)).isFalse();
    assertThat(host.ask(ns(other), TestHost.ADDRESS, 8080)).isNotEmpty();
  }

  @Test
  void by_a_trusted_link_published_ports_are_reached_at_the_containers_address_too() {
    leadNeighbour("10.93.0.0/16");
    four("trusting", "10.93.1.0/24", Map.of(TRUSTED, "nolink0:uplink"));
    four("wary", "10.93.2.0/24", Map.of(TRUSTED, "nolink0"));
    Sandbox web = open(request("web", published("80/tcp", "127.0.0.1", "8080"), "trusting"));
    Sandbox shut = open(request("shut", published("80/tcp", "127.0.0.1", "8081"), "wary"));
    for (Sandbox sandbox : List.of(web, shut)) {
      host.serve(ns(sandbox), 80);
      host.serve(ns(sandbox), 81);
    }
    assertThat(host.ask(host.neighbour, ip(web, "trusting"), 80)).isNotEmpty();
    assertThat(host.reaches(host.neighbour, ip(web, "trusting"), 81)).isFalse();
    assertThat(host.reaches(host.neighbour, ip(shut, "wary"), 80)).isFalse();
    assertThat(host.reaches(ns(shut), ip(web, "trusting"), 80)).isFalse();
    assertThat(host.ask(host.pin, "127.0.0.1", 8080)).isNotEmpty();
    close(web);
    assertThat(host.call(() -> networks.list())).hasSize(5);
    host.call(
        () -> {
          networks.remove("trusting");
          return true;
        });
    assertThat(nft("list set inet wherry trusted")).doesNotContain("uplink");
  }

  private List<String> addresses(String link) {
    return host.call(
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            int index = netlink.link(link).orElseThrow().index();
            return netlink.addresses().stream()
                .filter(address -> address.link() == index)
                .filter(address -> !address.address().isLinkLocalAddress())
                .map(address -> Subnet.text(address.address()))
                .toList();
          }
        });
  }

  @Test
  void the_host_is_not_on_an_isolated_network() {
    Map<String, String> isolated = Map.of(MODE4, "isolated", BRIDGE + "name", "alone0");
    create(Specs.spec("alone", "bridge", true, List.of(), isolated));
    assertThat(networks.get("alone").pools()).extracting(Network.Pool::gateway).containsExactly("");
    assertThat(addresses("alone0")).isEmpty();
    Sandbox one = open(request("one", Map.of(), "alone"));
    Sandbox two = open(request("two", Map.of(), "alone"));
    host.serve(ns(one), 80);
    assertThat(host.ask(ns(two), ip(one, "alone"), 80)).isNotEmpty();
    assertThatThrownBy(() -> createNetwork("x", false, Map.of(MODE4, "isolated")))
        .hasMessage("gateway mode 'isolated' can only be used for an internal network");
    assertThatThrownBy(() -> createNetwork("x", false, Map.of(MODE6, "odd")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("failed to parse " + MODE6 + " value: odd (unknown gateway mode odd)");
  }

  @Test
  void a_bridge_need_not_have_the_address_that_containers_take_for_their_gateway() {
    four("own", "10.94.0.0/24", Map.of(BRIDGE + "inhibit_ipv4", "true", BRIDGE + "name", "own0"));
    assertThat(addresses("own0")).isEmpty();
    Sandbox router = open(request("router", Map.of(), "own"));
    Sandbox client = open(request("client", Map.of(), "own"));
    assertThat(client.attachments().get("own").endpoint().gateway()).isEqualTo("10.94.0.1");
    host.namespaces.callInNetwork(
        ns(router),
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            int eth0 = netlink.link("eth0").orElseThrow().index();
            netlink.execute(new NetlinkRequest.AddAddress(eth0, Subnet.literal("10.94.0.1"), 24));
          }
          return true;
        });
    host.serve(ns(router), 80);
    assertThat(host.ask(ns(client), "10.94.0.1", 80)).isNotEmpty();
  }
}
