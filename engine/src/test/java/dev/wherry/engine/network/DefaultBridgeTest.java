package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.DefaultBridgeOptions.Family;
import dev.wherry.engine.network.HostBridge.HostAddress;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the network named bridge is like, where an administrator says so. */
@Tag("kernel")
class DefaultBridgeTest extends NetworksFixture {
  private static final InetAddress ALL = Subnet.literal("0.0.0.0");
  private static final Family ANY =
      new Family(Optional.empty(), Optional.empty(), Optional.empty());

  private void restart(DefaultBridgeOptions options) {
    networks.close();
    networks = startNetworks(new NetworkDefaults(DefaultPools.STANDARD, options, Map.of()));
    host.call(
        () -> {
          networks.adopt(List.of());
          return true;
        });
  }

  private static Family family(String range, String gateway) {
    return new Family(
        Optional.empty(),
        Optional.of(Subnet.parse(range)),
        gateway.isEmpty() ? Optional.empty() : Optional.of(Subnet.literal(gateway)));
  }

  @Test
  void its_containers_may_be_kept_apart_and_are_masqueraded_only_if_wanted() {
    restart(new DefaultBridgeOptions(ALL, false, false, 1400, ANY, Optional.empty()));
    assertThat(networks.get("bridge").options())
        .containsEntry("com.docker.network.bridge.enable_icc", "false")
        .containsEntry("com.docker.network.bridge.enable_ip_masquerade", "false")
        .containsEntry("com.docker.network.driver.mtu", "1400");
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "bridge"));
    Sandbox two = open(request("two", Map.of(), "bridge"));
    host.serve(ns(one), 80);
    host.serve(host.neighbour, 90);
    assertThat(host.reaches(ns(two), ip(one, "bridge"), 80)).isFalse();
    assertThat(host.ask(host.neighbour, TestHost.ADDRESS, 8080)).isNotEmpty();
    assertThat(host.ask(ns(two), TestHost.NEIGHBOUR_ADDRESS, 90)).isEqualTo(ip(two, "bridge"));
  }

  @Test
  void addresses_are_given_from_a_part_of_its_subnet_and_another_gateway_can_be_named() {
    restart(
        new DefaultBridgeOptions(
            ALL, true, true, 0, family("172.17.9.0/24", "172.17.0.9"), Optional.empty()));
    Sandbox one = open(request("one", Map.of(), "bridge"));
    assertThat(ip(one, "bridge")).startsWith("172.17.9.");
    Attachment.Endpoint endpoint = one.attachments().get("bridge").endpoint();
    assertThat(endpoint.gateway()).isEqualTo("172.17.0.9");
    assertThat(endpoint.ipPrefixLen()).isEqualTo(16);
    close(one);
    restart(
        new DefaultBridgeOptions(ALL, true, true, 0, family("10.55.0.0/24", ""), Optional.empty()));
    assertThat(networks.get("bridge").pools())
        .containsExactly(new Network.Pool("10.55.0.0/24", "10.55.0.0/24", "10.55.0.1", Map.of()));
    networks.close();
    DefaultBridgeOptions beside =
        new DefaultBridgeOptions(
            ALL, true, true, 0, family("10.55.0.0/24", "10.56.0.1"), Optional.empty());
    assertThatThrownBy(
            () -> startNetworks(new NetworkDefaults(DefaultPools.STANDARD, beside, Map.of())))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining("invalid auxiliary address DefaultGatewayIPv4");
  }

  @Test
  void it_has_ipv6_if_wanted_in_a_subnet_of_its_own_choice_or_the_administrators() {
    restart(new DefaultBridgeOptions(ALL, true, true, 0, ANY, Optional.of(ANY)));
    Network bridge = networks.get("bridge");
    assertThat(bridge.enableIpv6()).isTrue();
    assertThat(bridge.pools().get(1).subnet()).startsWith("fd").endsWith("::/64");
    restart(new DefaultBridgeOptions(ALL, true, true, 0, ANY, Optional.of(ANY)));
    assertThat(networks.get("bridge")).isEqualTo(bridge);
    HostAddress address = new HostAddress(Subnet.literal("fd00:7::5"), 64);
    Family six = new Family(Optional.of(address), Optional.empty(), Optional.empty());
    restart(new DefaultBridgeOptions(ALL, true, true, 0, ANY, Optional.of(six)));
    Sandbox one = open(request("one", published("80/tcp", "", "8080"), "bridge"));
    Sandbox two = open(request("two", Map.of(), "bridge"));
    Attachment.Endpoint endpoint = one.attachments().get("bridge").endpoint();
    assertThat(endpoint.globalIpv6Address()).startsWith("fd00:7::");
    assertThat(endpoint.ipv6Gateway()).isEqualTo("fd00:7::5");
    host.serve(ns(one), "::", 80);
    assertThat(host.ask(ns(two), endpoint.globalIpv6Address(), 80)).isNotEmpty();
    assertThat(host.ask(host.pin, "fd00:7::5", 8080)).isNotEmpty();
  }
}
