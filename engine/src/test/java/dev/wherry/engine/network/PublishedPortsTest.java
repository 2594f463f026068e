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
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ports of containers that are reached from outside, and those that are not. */
@Tag("kernel")
class PublishedPortsTest extends NetworksFixture {
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
  void without_bridged_packets_in_the_firewall_published_ports_are_still_reached() {
    host.call(() -> Sysctl.write("net/bridge/bridge-nf-call-iptables", "0"));
    a_published_port_is_reached_from_everywhere();
  }
}
