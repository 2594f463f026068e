package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who reaches whom, with real packets; and what bad wishes leave behind, which is nothing. */
@Tag("kernel")
class NetworkIsolationTest extends NetworksFixture {

  @Test
  void containers_of_two_networks_do_not_reach_each_other_but_by_published_ports() {
    createNetwork("east", false, Map.of());
    createNetwork("west", false, Map.of());
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "east"));
    Sandbox two = open(request("two", Map.of(), "west"));
    Sandbox both = open(request("both", Map.of(), "east", "west"));
    host.serve(ns(one), 80);
    host.serve(ns(one), 81);
    assertThat(host.reaches(ns(two), ip(one, "east"), 80)).isFalse();
    assertThat(host.reaches(ns(two), ip(one, "east"), 81)).isFalse();
    assertThat(host.reaches(ns(two), TestHost.ADDRESS, 8080)).isTrue();
    assertThat(host.reaches(ns(both), ip(one, "east"), 81)).isTrue();
    // The neighbour has a route to the containers' subnet by way of the host.
    assertThat(host.reaches(host.neighbour, ip(one, "east"), 80)).isFalse();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isTrue();
  }

  private Network six(String name, int number, boolean internal, Map<String, String> options) {
    return create(
        Specs.spec(
            name,
            "bridge",
            internal,
            List.of(
                Specs.pool("10.8" + number + ".0.0/24", ""),
                Specs.pool("fd00:" + number + "::/64", "")),
            options));
  }

  private static String ip6(Sandbox sandbox, String network) {
    return sandbox.attachments().get(network).endpoint().globalIpv6Address();
  }

  /** The uplink and the neighbour speak IPv6 too, and the neighbour knows the way to containers. */
  private void giveNeighbourIpv6() {
    host.address6(host.pin, "uplink", "fd00:200::1");
    host.address6(host.neighbour, "eth0", "fd00:200::2");
    host.namespaces.callInNetwork(
        host.neighbour,
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            int eth0 = netlink.link("eth0").orElseThrow().index();
            netlink.execute(
                new NetlinkRequest.AddRoute(
                    Subnet.literal("fd00::"),
                    16,
                    Optional.of(Subnet.literal("fd00:200::1")),
                    eth0));
          }
          return true;
        });
  }

  @Test
  void all_of_that_holds_for_ipv6() {
    giveNeighbourIpv6();
    six("east", 1, false, Map.of());
    six("west", 2, false, Map.of());
    six("inner", 3, true, Map.of());
    six("apart", 4, false, Map.of("com.docker.network.bridge.enable_icc", "false"));
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "east"));
    Sandbox two = open(request("two", Map.of(), "west"));
    Sandbox friend = open(request("friend", Map.of(), "east"));
    Sandbox in = open(request("in", published("80/tcp", "", "8081"), "inner"));
    Sandbox beside = open(request("beside", Map.of(), "inner"));
    Sandbox alone = open(request("alone", published("80/tcp", "", "8082"), "apart"));
    Sandbox near = open(request("near", Map.of(), "apart"));
    for (Sandbox server : List.of(one, in, alone)) {
      host.serve(ns(server), "::", 80);
    }
    host.serve(host.neighbour, "::", 90);
    assertThat(host.reaches(ns(friend), ip6(one, "east"), 80)).isTrue();
    assertThat(host.reaches(ns(two), ip6(one, "east"), 80)).isFalse();
    assertThat(host.reaches(host.neighbour, ip6(one, "east"), 80)).isFalse();
    await().atMost(LONG).until(() -> host.reaches(host.neighbour, "fd00:200::1", 8080));
    assertThat(host.reaches(ns(two), "fd00:200::1", 8080)).isTrue();
    assertThat(host.ask(ns(two), "fd00:200::2", 90)).isEqualTo("fd00:200:0:0:0:0:0:1");

    assertThat(host.reaches(ns(beside), ip6(in, "inner"), 80)).isTrue();
    host.route6(ns(beside), "eth0", "fd00:3::1");
    assertThat(host.reaches(ns(beside), "fd00:200::2", 90)).isFalse();
    assertThat(host.reaches(ns(beside), ip6(one, "east"), 80)).isFalse();
    assertThat(host.reaches(ns(beside), "fd00:200::1", 8080)).isFalse();
    assertThat(host.reaches(ns(one), ip6(in, "inner"), 80)).isFalse();
    assertThat(host.reaches(host.neighbour, ip6(in, "inner"), 80)).isFalse();
    assertThat(in.ports()).isEqualTo(Map.of("80/tcp", List.of()));

    assertThat(host.reaches(ns(near), ip6(alone, "apart"), 80)).isFalse();
    assertThat(host.reaches(host.neighbour, "fd00:200::1", 8082)).isTrue();
  }

  @Test
  void a_container_cannot_pretend_to_be_the_hosts_loopback_or_reach_it() {
    Sandbox evil = open(request("evil", Map.of(), "bridge"));
    int port = host.call(() -> loopbackServer());
    host.namespaces.callInNetwork(
        ns(evil),
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            int eth0 = netlink.link("eth0").orElseThrow().index();
            // 127.0.0.0/9 by way of the host, and a source address of the loopback's other half.
            netlink.execute(
                List.of(
                    new NetlinkRequest.AddAddress(eth0, Subnet.literal("127.200.0.1"), 32),
                    new NetlinkRequest.AddRoute(
                        Subnet.literal("127.0.0.1"),
                        32,
                        Optional.of(Subnet.literal("172.17.0.1")),
                        eth0)));
          }
          return true;
        });
    assertThat(host.reaches(ns(evil), "127.0.0.1", port)).isFalse();
    assertThat(reachesFrom(ns(evil), "127.200.0.1", TestHost.ADDRESS, port)).isFalse();
  }

  private final List<ServerSocket> loopback = new ArrayList<>();

  private int loopbackServer() throws IOException {
    ServerSocket server = new ServerSocket(0, 5, Subnet.literal("127.0.0.1"));
    loopback.add(server);
    return server.getLocalPort();
  }

  private boolean reachesFrom(Path namespace, String source, String address, int port) {
    return host.namespaces.callInNetwork(
        namespace,
        () -> {
          try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(Subnet.literal(source), 0));
            socket.connect(new InetSocketAddress(Subnet.literal(address), port), 300);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  @Test
  void a_restart_of_the_daemon_and_a_flush_leave_established_connections_alone() throws Exception {
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "bridge"));
    echo(ns(web), 80);
    try (Socket socket =
        host.namespaces.callInNetwork(host.neighbour, () -> new Socket(TestHost.ADDRESS, 8080))) {
      socket.setSoTimeout(5000);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(said(socket, in, "before")).isEqualTo("before");
      networks.close();
      assertThat(said(socket, in, "without a daemon")).isEqualTo("without a daemon");
      networks = startNetworks();
      host.call(
          () -> {
            networks.adopt(List.of(web));
            return true;
          });
      assertThat(said(socket, in, "after")).isEqualTo("after");
      nft("flush ruleset");
      await().atMost(LONG).until(() -> nft("list tables").contains("table inet wherry"));
      assertThat(said(socket, in, "anew")).isEqualTo("anew");
    }
  }

  @Test
  void a_connection_that_never_rests_lives_through_many_flushes() throws Exception {
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "bridge"));
    echo(ns(web), 80);
    try (Socket socket =
        host.namespaces.callInNetwork(host.neighbour, () -> new Socket(TestHost.ADDRESS, 8080))) {
      socket.setSoTimeout(5000);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<Integer> talk =
          CompletableFuture.supplyAsync(
              () -> {
                int rounds = 0;
                while (!done.get()) {
                  assertThat(said(socket, in, "round " + rounds)).isEqualTo("round " + rounds);
                  rounds++;
                }
                return rounds;
              });
      for (int i = 0; i < 20; i++) {
        nft("flush ruleset");
        await().atMost(LONG).until(() -> nft("list tables").contains("table inet wherry"));
      }
      done.set(true);
      assertThat(talk.join()).isGreaterThan(20);
    }
  }

  private static String said(Socket socket, BufferedReader in, String line) {
    try {
      socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      return String.valueOf(in.readLine());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void echo(Path namespace, int port) {
    ServerSocket server = host.namespaces.callInNetwork(namespace, () -> new ServerSocket(port));
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (server;
                  Socket client = server.accept()) {
                client.getInputStream().transferTo(client.getOutputStream());
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  @Test
  void other_tables_are_left_alone_and_can_restrict_published_ports() {
    String mine =
        """
        table inet mine {
          chain forward {
            type filter hook forward priority filter - 5; policy accept;
            ct status dnat ct direction original meta l4proto tcp ct original proto-dst 8080 ip saddr != 192.0.2.0/24 drop
          }
        }
        table ip nat {
          chain DOCKER { }
          chain PREROUTING {
            type nat hook prerouting priority dstnat; policy accept;
            fib daddr type local counter packets 0 bytes 0 jump DOCKER
          }
        }
        table ip filter {
          chain DOCKER-USER { return; }
          chain DOCKER-ISOLATION-STAGE-1 { return; }
        }
        table ip6 filter {
          chain DOCKER-USER { return; }
        }
        """;
    nft(mine);
    List<String> before = others();
    Sandbox web =
        open(
            request(
                "web",
                Map.of("80/tcp", List.of(new PortBinding("", "8080"), new PortBinding("", "8081"))),
                "bridge"));
    host.serve(ns(web), 80);
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8080)).isFalse();
    assertThat(host.reaches(host.neighbour, TestHost.ADDRESS, 8081)).isTrue();
    close(web);
    networks.close();
    networks = startNetworks();
    host.call(
        () -> {
          networks.adopt(List.of());
          return true;
        });
    createNetwork("net", true, Map.of());
    assertThat(others()).isEqualTo(before);
  }

  /** The rules that are not ours; what they have counted left out. */
  private List<String> others() {
    return Stream.of("inet mine", "ip nat", "ip filter", "ip6 filter")
        .map(table -> nft("list table " + table).replaceAll("packets \\d+ bytes \\d+", ""))
        .toList();
  }

  @Test
  void bad_wishes_are_refused_and_leave_neither_links_rules_nor_namespaces() throws IOException {
    Network small = create("small", Specs.pool("10.77.0.0/29", ""), Map.of());
    host.call(
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            MacAddress mac = MacAddress.parse("02:00:00:00:00:09");
            netlink.execute(new NetlinkRequest.CreateBridge("virbr7", mac, 0));
            return true;
          }
        });
    List<Sandbox> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(open(request("c" + i, Map.of(), "small")));
    }
    await().atMost(LONG).until(() -> pins().size() == 2 + all.size());
    State before = state();

    assertThatThrownBy(() -> open(request("sixth", Map.of(), "small")))
        .isInstanceOf(EngineException.Unavailable.class)
        .hasMessageContaining("no available IPv4 addresses on this network's address pools: small");
    assertThatThrownBy(() -> create("x", Specs.pool("10.77.0.0/24", ""), Map.of()))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("Pool overlaps with other one on this address space");
    assertThatThrownBy(() -> create("x", Specs.pool("10.78.0.0/24", "10.79.0.1"), Map.of()))
        .hasMessageContaining("parent subnet 10.78.0.0/24 doesn't contain this address");
    assertThatThrownBy(() -> create("x", Specs.pool("10.78.0.0/33", ""), Map.of()))
        .hasMessageContaining("invalid subnet 10.78.0.0/33: invalid CIDR block notation");
    String name = "com.docker.network.bridge.name";
    assertThatThrownBy(() -> create("x", Specs.pool("10.78.0.0/24", ""), Map.of(name, "uplink")))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessage("existing interface uplink is not a bridge");
    assertThatThrownBy(() -> create("x", Specs.pool("10.78.0.0/24", ""), Map.of(name, "virbr7")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("bridge IPv4 (none) does not match requested configuration 10.78.0.1/24");
    for (String odd : List.of("a b", "a/b", "a\"b", "sixteen-letters-", "..", "\n")) {
      assertThatThrownBy(() -> create("x", Specs.pool("10.78.0.0/24", ""), Map.of(name, odd)))
          .as(odd)
          .isInstanceOf(EngineException.InvalidParameter.class);
    }
    assertThatThrownBy(
            () ->
                create(
                    "x", Specs.pool("10.78.0.0/24", ""), Map.of("com.docker.network.nosuch", "1")))
        .hasMessage(
            "driver option com.docker.network.nosuch is not supported by the bridge driver");

    assertThat(networks.list()).hasSize(4).contains(small);
    await().atMost(LONG).untilAsserted(() -> assertThat(state()).isEqualTo(before));
  }

  private record State(List<String> links, String rules, int namespaces, long mounts) {}

  private State state() {
    List<String> links =
        host.call(
            () -> {
              try (Netlink netlink = LinuxNetlink.open()) {
                return netlink.links().stream().map(Netlink.Link::name).sorted().toList();
              }
            });
    return new State(links, nft("list ruleset"), pins().size(), mounts());
  }

  private long mounts() {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return mounts.filter(mount -> mount.contains(temp.toString())).count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private List<Path> pins() {
    List<Path> pins = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(temp.resolve("pins"))) {
      stream.forEach(pins::add);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return pins;
  }

  private Network create(String name, Network.Pool pool, Map<String, String> options) {
    return create(Specs.spec(name, "bridge", false, List.of(pool), options));
  }
}
