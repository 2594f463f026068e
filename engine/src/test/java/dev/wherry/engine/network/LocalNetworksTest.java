package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.Sysctl;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
  void a_published_port_is_reached_from_everywhere() {
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "bridge"));
    Sandbox other = open(request("other", Map.of(), "bridge"));
    Network net = createNetwork("net", false, Map.of());
    Sandbox far = open(request("far", Map.of(), "net"));
    host.serve(ns(web), 80);
    assertThat(web.ports()).isEqualTo(everywhere("80/tcp", "8080"));
    assertThat(host.ask(host.neighbour, TestHost.ADDRESS, 8080))
        .isEqualTo(TestHost.NEIGHBOUR_ADDRESS);
    assertThat(host.ask(host.pin, "127.0.0.1", 8080)).isEqualTo("172.17.0.1");
    assertThat(host.ask(host.pin, "127.0.0.7", 8080)).isEqualTo("172.17.0.1");
    assertThat(host.reaches(host.pin, TestHost.ADDRESS, 8080)).isTrue();
    assertThat(host.reaches(host.pin, "172.17.0.1", 8080)).isTrue();
    assertThat(host.ask(ns(web), TestHost.ADDRESS, 8080)).isEqualTo("172.17.0.1");
    assertThat(host.ask(ns(other), TestHost.ADDRESS, 8080)).isEqualTo("172.17.0.1");
    assertThat(host.ask(ns(other), "172.17.0.1", 8080)).isEqualTo("172.17.0.1");
    assertThat(host.reaches(ns(far), TestHost.ADDRESS, 8080)).isTrue();
    assertThat(net.id()).hasSize(64);
  }

  @Test
  void a_port_that_is_not_published_is_reached_by_neighbours_on_the_network_alone() {
    Sandbox web = open(request("web", published("80/tcp", "127.0.0.1", "8080"), "bridge"));
    Sandbox near = open(request("near", Map.of(), "bridge"));
    createNetwork("net", false, Map.of());
    Sandbox far = open(request("far", Map.of(), "net"));
    host.serve(ns(web), 80);
    String address = ip(web, "bridge");
    assertThat(host.ask(ns(near), address, 80)).isEqualTo(ip(near, "bridge"));
    assertThat(host.reaches(host.pin, address, 80)).isTrue();
    assertThat(host.reaches(host.pin, "127.0.0.1", 8080)).isTrue();
    assertThat(host.reaches(ns(far), address, 80)).isFalse();
    assertThat(host.reaches(host.neighbour, address, 80)).isFalse();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isFalse();
    assertThat(host.reaches(ns(near), TestHost.ADDRESS, 8080)).isFalse();
  }

  @Test
  void the_hosts_loopback_stays_its_own() {
    Sandbox sandbox = open(request("c", Map.of(), "bridge"));
    int port =
        host.call(
            () -> {
              ServerSocket server = new ServerSocket();
              server.bind(new InetSocketAddress("127.0.0.1", 0));
              return server.getLocalPort();
            });
    host.namespaces.callInNetwork(
        ns(sandbox),
        () -> {
          // a hostile container sends the host's loopback addresses to its gateway
          try (Netlink netlink = LinuxNetlink.open()) {
            int lo = netlink.link("lo").orElseThrow().index();
            netlink.execute(new NetlinkRequest.DeleteAddress(lo, Subnet.literal("127.0.0.1"), 8));
            Sysctl.write("net/ipv4/conf/eth0/route_localnet", "1");
            Sysctl.write("net/ipv4/conf/all/route_localnet", "1");
          }
          return true;
        });
    assertThat(host.reaches(ns(sandbox), "127.0.0.1", port)).isFalse();
  }

  @Test
  void udp_is_published_too() {
    Sandbox dns = open(request("dns", published("53/udp", "", "5353"), "bridge"));
    host.serveUdp(ns(dns), 53);
    assertThat(host.askUdp(host.neighbour, TestHost.ADDRESS, 5353))
        .isEqualTo(TestHost.NEIGHBOUR_ADDRESS);
    assertThat(host.askUdp(host.pin, "127.0.0.1", 5353)).isEqualTo("172.17.0.1");
  }

  @Test
  void a_client_that_keeps_sending_reaches_the_container_of_the_moment() {
    try (TestHost.UdpClient client = host.udpClient(host.neighbour, TestHost.ADDRESS, 5353)) {
      assertThat(client.ask()).isEmpty();
      Sandbox first = open(request("first", published("53/udp", "", "5353"), "bridge"));
      host.serveUdp(ns(first), 53);
      assertThat(client.ask()).contains(TestHost.NEIGHBOUR_ADDRESS);
      close(first);
      Sandbox second = open(request("second", published("53/udp", "", "5353"), "bridge"));
      host.serveUdp(ns(second), 53);
      assertThat(client.ask()).contains(TestHost.NEIGHBOUR_ADDRESS);
    }
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
  void without_bridged_packets_in_the_firewall_published_ports_are_still_reached() {
    host.call(() -> Sysctl.write("net/bridge/bridge-nf-call-iptables", "0"));
    a_published_port_is_reached_from_everywhere();
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

  @Test
  void a_taken_port_is_refused_and_nothing_is_left() throws IOException {
    Sandbox first = open(request("first", published("80/tcp", "", "8080"), "bridge"));
    Sandbox same =
        open(request("udp", published("80/udp", "", "8080"), "bridge")); // another protocol
    SandboxRequest second = request("second", published("80/tcp", "127.0.0.1", "8080"), "bridge");
    long pins = pins();
    assertThatThrownBy(() -> open(second))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessageMatching(
            "driver failed programming external connectivity on endpoint second \\([0-9a-f]{64}\\):"
                + " Bind for 127.0.0.1:8080 failed: port is already allocated");
    await().atMost(LONG).until(() -> pins() <= pins);
    assertThat(nft("list map inet wherry port4")).doesNotContain("elements");
    close(first);
    Sandbox again = open(second);
    close(again);
    close(same);
    ServerSocket program =
        host.call(
            () -> {
              ServerSocket server = new ServerSocket();
              server.bind(new InetSocketAddress("0.0.0.0", 8080));
              return server;
            });
    assertThatThrownBy(() -> open(second))
        .hasMessageEndingWith("listen tcp4 127.0.0.1:8080: bind: address already in use");
    program.close();
    close(open(second));
  }

  private long pins() throws IOException {
    try (var files = Files.list(temp.resolve("pins"))) {
      return files.count();
    }
  }

  /** As a port is told that was published without an address. */
  private static Map<String, List<PortBinding>> everywhere(String port, String hostPort) {
    return Map.of(
        port, List.of(new PortBinding("0.0.0.0", hostPort), new PortBinding("::", hostPort)));
  }

  @Test
  void a_protocol_the_kernel_lacks_is_refused_and_its_ports_are_held_where_it_has_it() {
    SandboxRequest request = request("c", published("80/sctp", "", "8080"), "bridge");
    boolean there =
        host.call(
            () -> {
              try (Fd socket =
                  new LinuxSockets().listenSctp(new InetSocketAddress("0.0.0.0", 0), 0)) {
                return socket.isOpen();
              } catch (LinuxException e) {
                return false;
              }
            });
    if (there) {
      assertThat(open(request).ports()).isEqualTo(published("80/sctp", "0.0.0.0", "8080"));
    } else {
      assertThatThrownBy(() -> open(request))
          .hasMessageEndingWith("listen sctp4 0.0.0.0:8080: socket: protocol not supported");
    }
  }

  @Test
  void a_port_nobody_names_is_chosen() {
    Map<String, List<PortBinding>> any =
        Map.of("80/tcp", List.of(new PortBinding("", ""), new PortBinding("127.0.0.1", "")));
    Sandbox sandbox = open(request("c", any, "bridge"));
    List<PortBinding> given = sandbox.ports().get("80/tcp");
    assertThat(given).hasSize(3).doesNotHaveDuplicates();
    assertThat(given.get(1)).isEqualTo(new PortBinding("::", given.getFirst().hostPort()));
    Sandbox ranged = open(request("r", published("80/tcp", "", "9000-9001"), "bridge"));
    Sandbox next = open(request("s", published("80/tcp", "", "9000-9001"), "bridge"));
    assertThat(ranged.ports()).isEqualTo(everywhere("80/tcp", "9000"));
    assertThat(next.ports()).isEqualTo(everywhere("80/tcp", "9001"));
    assertThatThrownBy(() -> open(request("t", published("80/tcp", "", "9000-9001"), "bridge")))
        .hasMessageEndingWith("all ports are allocated");
    assertThatThrownBy(() -> open(request("u", published("80/tcp", "", "abc"), "bridge")))
        .hasMessage("invalid port specification: \"abc\"");
    assertThatThrownBy(() -> open(request("v", published("80/tcp", "9.9.9.9", "80"), "bridge")))
        .hasMessageEndingWith("listen tcp4 9.9.9.9:80: bind: cannot assign requested address");
  }

  @Test
  void the_rules_come_back_when_somebody_flushes_them() {
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "bridge"));
    host.serve(ns(web), 80);
    nft("flush ruleset");
    await().atMost(LONG).until(() -> nft("list tables").contains("table inet wherry"));
    assertThat(host.ask(host.neighbour, TestHost.ADDRESS, 8080))
        .isEqualTo(TestHost.NEIGHBOUR_ADDRESS);
    nft("flush table inet wherry\ndelete table inet wherry");
    close(web);
    await().atMost(LONG).until(() -> nft("list tables").contains("table inet wherry"));
    assertThat(nft("list map inet wherry anyport4")).doesNotContain("elements");
  }

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
    Sandbox sandbox = open(new SandboxRequest("i", "n", attachments, Set.of(), Map.of(), false));
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
