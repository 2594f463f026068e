package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which addresses networks and containers get. */
@Tag("kernel")
class NetworkAddressesTest extends NetworksFixture {
  /** IFA_F_TENTATIVE of rtnetlink(7). */
  private static final int TENTATIVE = 0x40;

  @Test
  void an_ipv6_network_gives_addresses_of_both_families() throws IOException {
    Network six =
        create(
            Specs.spec("six", "bridge", false, List.of(Specs.pool("fd00:77::/64", "")), Map.of()));
    assertThat(six.pools()).extracting(Network.Pool::gateway).contains("172.18.0.1", "fd00:77::1");
    Sandbox web = open(request("web", published("80/tcp", "", "8080"), "six"));
    Sandbox other = open(request("other", Map.of(), "six"));
    Attachment.Endpoint endpoint = web.attachments().get("six").endpoint();
    assertThat(endpoint.globalIpv6Address()).isEqualTo("fd00:77::2");
    assertThat(endpoint.ipv6Gateway()).isEqualTo("fd00:77::1");
    assertThat(web.ports().get("80/tcp"))
        .containsExactly(new PortBinding("0.0.0.0", "8080"), new PortBinding("::", "8080"));
    try (ServerSocket server = host.namespaces.callInNetwork(ns(web), () -> new ServerSocket(80))) {
      assertThat(server.isBound()).isTrue();
      boolean reached =
          host.namespaces.callInNetwork(
              ns(other),
              () -> {
                try (Socket socket = new Socket()) {
                  socket.connect(new InetSocketAddress("fd00:77::1", 8080), 3000);
                  return socket.isConnected();
                }
              });
      assertThat(reached).isTrue();
    }
  }

  @Test
  void a_fresh_ipv6_bridge_waits_for_no_duplicate_of_its_addresses() {
    create(Specs.spec("six", "bridge", false, List.of(Specs.pool("fd00:77::/64", "")), Map.of()));
    open(request("web", Map.of(), "six"));
    String bridge = "br-" + networks.get("six").id().substring(0, 12);
    // The kernel gives the bridge its own address when it notices the container's link.
    List<String> flags =
        await()
            .atMost(LONG)
            .until(() -> host.call(() -> flagsOfAddresses(bridge)), all -> all.size() == 2);
    assertThat(flags).allMatch(each -> (Integer.parseInt(each, 16) & TENTATIVE) == 0);
  }

  /** The flags column of proc_net_if_inet6 for a link of the calling thread's namespace. */
  private static List<String> flagsOfAddresses(String link) throws IOException {
    return Files.readAllLines(Path.of("/proc/thread-self/net/if_inet6")).stream()
        .map(line -> line.trim().split(" +"))
        .filter(columns -> columns[5].equals(link))
        .map(columns -> columns[4])
        .toList();
  }

  @Test
  void a_users_address_is_given_where_the_user_named_the_subnet() {
    create(
        Specs.spec(
            "gn2",
            "bridge",
            false,
            List.of(
                new Network.Pool(
                    "10.77.0.0/24", "10.77.0.128/25", "10.77.0.1", Map.of("a", "10.77.0.5"))),
            Map.of()));
    Sandbox any = open(request("any", Map.of(), "gn2"));
    assertThat(ip(any, "gn2")).isEqualTo("10.77.0.128");
    assertThat(ip(open(wishing("gn2", "10.77.0.200", "02:42:0a:4d:00:c8")), "gn2"))
        .isEqualTo("10.77.0.200");
    assertThatThrownBy(() -> open(wishing("gn2", "10.77.0.200", "")))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("Address already in use");
    assertThatThrownBy(() -> open(wishing("gn2", "10.77.0.5", "")))
        .hasMessage("Address already in use");
    assertThatThrownBy(() -> open(wishing("bridge", "172.17.0.99", "")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining(
            "* user specified IP address is supported on user defined networks only\n");
    assertThatThrownBy(() -> open(wishing("gn2", "", "zz"))).hasMessage("invalid MAC address: zz");
  }

  private SandboxRequest wishing(String network, String address, String mac) {
    Attachment.Request wish =
        new Attachment.Request(address, "", List.of(), mac, List.of(), List.of(), Map.of(), 0);
    Attachment attachment = new Attachment(networks.get(network).id(), wish, null);
    return new SandboxRequest(
        "id", "name", Map.of(network, attachment), Set.of(), Map.of(), false, NamespaceOwner.HOST);
  }

  @Test
  void a_network_of_ipv6_alone_has_no_ipv4_at_all() {
    Network six =
        create(
            Specs.spec(
                "six",
                "bridge",
                false,
                true,
                false,
                List.of(Specs.pool("fd00:6::/64", "")),
                Map.of()));
    assertThat(six.pools()).extracting(Network.Pool::gateway).containsExactly("fd00:6::1");
    Sandbox web = open(request("web", published("80/tcp", "::", "8080"), "six"));
    Sandbox other = open(request("other", Map.of(), "six"));
    host.serve(ns(web), "::", 80);
    Attachment.Endpoint endpoint = web.attachments().get("six").endpoint();
    assertThat(endpoint.ipAddress()).isEmpty();
    assertThat(endpoint.macAddress()).startsWith("02:42:");
    assertThat(host.reaches(ns(other), endpoint.globalIpv6Address(), 80)).isTrue();
    assertThat(host.reaches(host.pin, "fd00:6::1", 8080)).isTrue();
    assertThatThrownBy(
            () -> create(Specs.spec("x", "bridge", false, false, false, List.of(), Map.of())))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("IPv4 or IPv6 must be enabled");
  }

  @Test
  void a_subnet_of_a_family_that_the_network_does_not_have_is_kept_and_means_nothing() {
    List<Network.Pool> pools =
        List.of(Specs.pool("10.1.0.0/24", ""), Specs.pool("fd00:1::/64", ""));
    Network network = create(Specs.spec("four", "bridge", true, false, false, pools, Map.of()));
    assertThat(network.pools()).extracting(Network.Pool::gateway).containsExactly("10.1.0.1", "");
    Sandbox on = open(request("on", Map.of(), "four"));
    assertThat(on.attachments().get("four").endpoint().globalIpv6Address()).isEmpty();
    Network other =
        create(Specs.spec("six", "bridge", false, true, false, List.of(pools.get(1)), Map.of()));
    assertThat(other.usedPools()).hasSize(1);
  }

  @Test
  void a_configuration_is_what_other_networks_are_made_from_and_has_nothing_itself() {
    Network plan =
        create(
            Specs.configuration(
                "plan",
                List.of(Specs.pool("10.7.0.0/24", "")),
                Map.of("com.docker.network.bridge.name", "plan0")));
    assertThat(hostLink("plan0")).isEmpty();
    Network built = create(Specs.from("plan", "built", "bridge"));
    assertThat(hostLink("plan0")).isPresent();
    assertThat(built.pools()).extracting(Network.Pool::gateway).containsExactly("10.7.0.1");
    assertThat(built.labels()).isEqualTo(plan.labels());
    assertThat(ip(open(wishing("built", "10.7.0.9", "")), "built")).isEqualTo("10.7.0.9");
    assertThatThrownBy(() -> open(request("x", Map.of(), "plan")))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("cannot create endpoint on configuration-only network");
    assertThatThrownBy(() -> networks.remove("plan"))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessageEndingWith("configuration network \"plan\" is in use");
    assertThatThrownBy(() -> create(Specs.from("built", "x", "bridge")))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("configuration network \"built\" does not exist");
    networks.close();
    networks = startNetworks();
    assertThat(networks.get("plan")).isEqualTo(plan);
    assertThat(networks.get("built")).isEqualTo(built);
  }

  @Test
  void pools_that_are_used_up_are_told_and_nothing_is_left() {
    networks.close();
    DefaultPools two =
        new DefaultPools(List.of(new DefaultPools.Pool(Subnet.parse("10.66.0.0/28"), 29)));
    networks = startNetworks(new NetworkDefaults(two, Subnet.literal("0.0.0.0"), Map.of()));
    createNetwork("first", false, Map.of());
    createNetwork("second", false, Map.of());
    assertThatThrownBy(() -> createNetwork("third", false, Map.of()))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageContaining("could not find an available, non-overlapping IPv4 address pool");
    assertThat(networks.list()).hasSize(5);
    create(
        Specs.spec(
            "ranged",
            "bridge",
            false,
            List.of(new Network.Pool("10.67.0.0/24", "10.67.0.8/30", "10.67.0.1", Map.of())),
            Map.of()));
    for (String address : List.of("10.67.0.8", "10.67.0.9", "10.67.0.10", "10.67.0.11")) {
      assertThat(ip(open(request(address, Map.of(), "ranged")), "ranged")).isEqualTo(address);
    }
    assertThatThrownBy(() -> open(request("fifth", Map.of(), "ranged")))
        .isInstanceOf(EngineException.Unavailable.class)
        .hasMessageContaining(
            "no available IPv4 addresses on this network's address pools: ranged");
    assertThat(ip(open(wishing("ranged", "10.67.0.77", "")), "ranged")).isEqualTo("10.67.0.77");
    assertThatThrownBy(() -> open(wishing("ranged", "10.68.0.77", "")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining("10.68.0.77");
  }
}
