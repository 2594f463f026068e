package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.Sysctl;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Networks of a host and the containers on them. */
@Tag("kernel")
class LocalNetworksTest extends NetworksFixture {
  @Test
  void the_predefined_networks_are_there() {
    assertThat(networks.list())
        .extracting(Network::name)
        .containsExactlyInAnyOrder("bridge", "host", "none");
    Network bridge = networks.get("bridge");
    assertThat(bridge.pools())
        .containsExactly(new Network.Pool("172.17.0.0/16", "", "172.17.0.1", Map.of()));
    assertThat(bridge.options()).containsEntry("com.docker.network.bridge.name", "wherry0");
    assertThat(networks.get(bridge.id().substring(0, 10))).isEqualTo(bridge);
    assertThat(networks.get("none").driver()).isEqualTo("null");
    assertThatThrownBy(() -> networks.get("nosuch"))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("network nosuch not found");
    assertThatThrownBy(() -> networks.remove("host"))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("host is a pre-defined network and cannot be removed");
  }

  @Test
  void a_container_reaches_the_world_with_the_hosts_address() {
    Sandbox sandbox = open(request("c", Map.of(), "bridge"));
    Attachment.Endpoint endpoint = sandbox.attachments().get("bridge").endpoint();
    assertThat(endpoint.ipAddress()).isEqualTo("172.17.0.2");
    assertThat(endpoint.ipPrefixLen()).isEqualTo(16);
    assertThat(endpoint.gateway()).isEqualTo("172.17.0.1");
    assertThat(endpoint.macAddress()).isEqualTo("02:42:ac:11:00:02");
    int port = host.serve(host.neighbour, 0);
    assertThat(host.ask(ns(sandbox), TestHost.NEIGHBOUR_ADDRESS, port)).isEqualTo(TestHost.ADDRESS);
    close(sandbox);
    assertThat(ns(sandbox)).doesNotExist();
    await().atMost(LONG).until(() -> hostLink(endpoint.hostInterface()).isEmpty());
    assertThat(journal.events)
        .extracting(event -> event.action() + event.attributes())
        .containsExactly(
            "connect{container=id-of-c, name=bridge, type=bridge}",
            "disconnect{container=id-of-c, name=bridge, type=bridge}");
    close(sandbox);
    assertThat(journal.events).hasSize(2);
  }

  @Test
  void without_masquerading_the_world_sees_the_containers_own_address() {
    createNetwork(
        "plain", false, Map.of("com.docker.network.bridge.enable_ip_masquerade", "false"));
    Sandbox sandbox = open(request("c", Map.of(), "plain"));
    int port = host.serve(host.neighbour, 0);
    assertThat(host.ask(ns(sandbox), TestHost.NEIGHBOUR_ADDRESS, port))
        .isEqualTo(ip(sandbox, "plain"));
    close(sandbox);
  }

  @Test
  void an_internal_network_has_no_way_in_or_out() {
    createNetwork("inner", true, Map.of());
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "inner"));
    Sandbox two = open(request("two", Map.of(), "inner"));
    Sandbox outer = open(request("outer", published("81/tcp", "", "8081"), "bridge"));
    host.serve(ns(one), 80);
    host.serve(ns(outer), 81);
    int port = host.serve(host.neighbour, 0);
    assertThat(one.ports()).isEqualTo(Map.of("80/tcp", List.of()));
    assertThat(one.attachments().get("inner").endpoint().gateway()).isEmpty();
    assertThat(host.reaches(ns(two), ip(one, "inner"), 80)).isTrue();
    assertThat(host.reaches(ns(two), TestHost.NEIGHBOUR_ADDRESS, port)).isFalse();
    assertThat(host.reaches(host.neighbour, ip(one, "inner"), 80)).isFalse();
    assertThat(host.reaches(ns(outer), ip(one, "inner"), 80)).isFalse();
    addDefaultRoute(two, "172.18.0.1");
    assertThat(host.reaches(ns(two), TestHost.NEIGHBOUR_ADDRESS, port)).isFalse();
    assertThat(host.reaches(ns(two), ip(outer, "bridge"), 81)).isFalse();
    assertThat(host.reaches(ns(two), TestHost.ADDRESS, 8081)).isFalse();
  }

  private void addDefaultRoute(Sandbox sandbox, String gateway) {
    host.namespaces.callInNetwork(
        ns(sandbox),
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            int eth0 = netlink.link("eth0").orElseThrow().index();
            netlink.execute(
                new NetlinkRequest.AddRoute(
                    Subnet.literal("0.0.0.0"), 0, Optional.of(Subnet.literal(gateway)), eth0));
          }
          return true;
        });
  }

  @Test
  void containers_that_may_not_meet_do_not() {
    createNetwork("apart", false, Map.of("com.docker.network.bridge.enable_icc", "false"));
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "apart"));
    Sandbox two = open(request("two", Map.of(), "apart"));
    host.serve(ns(one), 80);
    assertThat(host.reaches(ns(two), ip(one, "apart"), 80)).isFalse();
    assertThat(host.reaches(ns(two), TestHost.ADDRESS, 8080)).isTrue();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isTrue();
  }

  @Test
  void without_bridged_packets_in_the_firewall_containers_still_do_not_meet() {
    host.call(() -> Sysctl.write("net/bridge/bridge-nf-call-iptables", "0"));
    containers_that_may_not_meet_do_not();
  }

  @Test
  void the_default_bridge_follows_the_configuration() {
    networks.close();
    InetAddress address = Subnet.literal("10.50.0.1");
    HostBridge.HostAddress bip = new HostBridge.HostAddress(address, 24);
    networks = startNetworks(new HostBridge.Managed("wherry0", Optional.of(bip)));
    networks.adopt(List.of());
    Sandbox sandbox = open(request("c", Map.of(), "bridge"));
    assertThat(ip(sandbox, "bridge")).isEqualTo("10.50.0.2");
    close(sandbox);
    networks.close();
    networks = startNetworks(); // keeps the address that the bridge has
    assertThat(networks.get("bridge").pools())
        .containsExactly(new Network.Pool("10.50.0.0/24", "", "10.50.0.1", Map.of()));
    networks.close();
    networks = startNetworks(new HostBridge.Disabled());
    networks.adopt(List.of());
    assertThatThrownBy(() -> networks.get("bridge")).isInstanceOf(EngineException.NotFound.class);
    assertThatThrownBy(
            () -> createNetwork("own", false, Map.of("com.docker.network.bridge.name", "wherry0")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(
            "bridge IPv4 (10.50.0.1/24) does not match requested configuration 172.17.0.1/16");
    networks.close();
    assertThatThrownBy(() -> startNetworks(new HostBridge.Existing("nosuch")))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessageContaining("nosuch");
  }

  @Test
  void a_bridge_of_the_hosts_is_used_as_it_is() {
    networks.close();
    networks = startNetworks(new HostBridge.Existing("wherry0"));
    networks.adopt(List.of());
    Sandbox sandbox = open(request("c", Map.of(), "bridge"));
    assertThat(ip(sandbox, "bridge")).isEqualTo("172.17.0.2");
    close(sandbox);
  }

  /** As a port is told that was published without an address. */
  @Test
  void containers_outlive_the_daemon_with_their_ports() {
    Network net = createNetwork("net", false, Map.of());
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "net", "bridge"));
    host.serve(ns(web), 80);
    networks.close();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isTrue();
    networks = startNetworks();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isTrue();
    host.call(
        () -> {
          networks.adopt(List.of(web));
          networks.collectGarbage(Set.of(web.id()));
          return true;
        });
    assertThat(networks.get("net")).isEqualTo(net);
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isTrue();
    Sandbox other = open(request("other", Map.of(), "bridge"));
    assertThat(ip(other, "bridge")).isNotEqualTo(ip(web, "bridge"));
    assertThatThrownBy(() -> open(request("c", published("80/tcp", "", "8080"), "bridge")))
        .hasMessageEndingWith("port is already allocated");
    assertThatThrownBy(() -> networks.remove("net"))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessageEndingWith(" has active endpoints");
    close(web);
    close(open(request("c", published("80/tcp", "", "8080"), "bridge")));
    host.call(
        () -> {
          networks.remove("net");
          return true;
        });
    assertThat(hostLink("br-" + net.id().substring(0, 12))).isEmpty();
  }

  @Test
  void namespaces_of_a_former_daemon_that_nobody_knows_are_removed() throws IOException {
    Sandbox known = open(request("known", Map.of(), "bridge"));
    Sandbox unknown = open(request("unknown", Map.of(), "none"));
    networks.close();
    networks = startNetworks();
    networks.adopt(List.of(known));
    networks.collectGarbage(Set.of(known.id()));
    assertThat(ns(known)).exists();
    assertThat(ns(unknown)).doesNotExist();
  }

  @Test
  void a_container_on_several_networks_leaves_by_the_one_with_the_highest_priority() {
    createNetwork("net", false, Map.of());
    Map<String, Attachment> attachments = new LinkedHashMap<>();
    attachments.put("bridge", on(networks.get("bridge")));
    Attachment.Request first =
        new Attachment.Request("", "", List.of(), "", List.of(), List.of(), Map.of(), 5);
    attachments.put("net", new Attachment(networks.get("net").id(), first, null));
    Sandbox sandbox =
        open(
            new SandboxRequest(
                "i", "n", attachments, Set.of(), Map.of(), false, NamespaceOwner.HOST));
    assertThat(sandbox.attachments().get("bridge").endpoint().containerInterface())
        .isEqualTo("eth0");
    assertThat(sandbox.attachments().get("net").endpoint().containerInterface()).isEqualTo("eth1");
    List<Netlink.Route> routes =
        host.namespaces.callInNetwork(
            ns(sandbox),
            () -> {
              try (Netlink netlink = LinuxNetlink.open()) {
                return netlink.routes();
              }
            });
    assertThat(routes)
        .filteredOn(route -> route.prefixLength() == 0)
        .extracting(Netlink.Route::gateway)
        .containsExactly(Optional.of(Subnet.literal("172.18.0.1")));
  }

  @Test
  void users_networks_are_checked_in_dockerds_words() {
    createNetwork("gn1", false, Map.of("com.docker.network.bridge.name", "gbr1"));
    assertThat(hostLink("gbr1")).isPresent();
    assertThatThrownBy(() -> createNetwork("gn1", false, Map.of()))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage("network with name gn1 already exists");
    assertThatThrownBy(() -> createNetwork("bridge", false, Map.of()))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("operation is not permitted on predefined bridge network ");
    assertThatThrownBy(() -> createNetwork(" ", false, Map.of())).hasMessage("invalid name:  ");
    assertThatThrownBy(
            () -> createNetwork("x", false, Map.of("com.docker.network.driver.mtu", "zz")))
        .hasMessage(
            "failed to parse com.docker.network.driver.mtu value: zz"
                + " (strconv.Atoi: parsing \"zz\": invalid syntax)");
    assertThatThrownBy(
            () -> createNetwork("x", false, Map.of("com.docker.network.bridge.name", "gbr1")))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessageEndingWith("networks have same bridge name");
    assertThat(networks.list()).hasSize(4);
  }

  @Test
  void many_containers_start_at_once() throws Exception {
    List<Sandbox> sandboxes = new java.util.concurrent.CopyOnWriteArrayList<>();
    host.call(
        () -> {
          List<Thread> threads = new java.util.ArrayList<>();
          for (int i = 0; i < 8; i++) {
            int number = i;
            threads.add(
                Thread.ofPlatform()
                    .start(
                        () -> {
                          for (int j = 0; j < 5; j++) {
                            String port = Integer.toString(10000 + number * 10 + j);
                            sandboxes.add(
                                networks.open(
                                    request("c", published("80/tcp", "", port), "bridge")));
                          }
                        }));
          }
          for (Thread thread : threads) {
            thread.join();
          }
          return true;
        });
    assertThat(sandboxes).hasSize(40);
    assertThat(sandboxes).extracting(s -> ip(s, "bridge")).doesNotHaveDuplicates();
    sandboxes.forEach(this::close);
    assertThat(nft("list map inet wherry anyport4")).doesNotContain("elements");
  }
}
