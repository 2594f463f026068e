package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FirewallRulesTest {
  private static final BridgeRules BRIDGE =
      new BridgeRules(
          "wherry0",
          List.of(
              family("172.17.0.0/16", GatewayMode.NAT, true),
              family("fd00::/64", GatewayMode.NAT, true)),
          true,
          false,
          List.of());
  private static final PublishedPort ANY = port(Protocol.TCP, "0.0.0.0", 8080, "172.17.0.2", 80);
  private static final PublishedPort ONE = port(Protocol.UDP, "127.0.0.1", 53, "172.17.0.2", 5353);
  private static final PublishedPort SIX = port(Protocol.TCP, "fd01::1", 80, "fd00::2", 80);

  private final FirewallRules rules = new FirewallRules("mine");

  private static final PublishedPort RELAYED = port(Protocol.TCP, "::", 8080, "172.17.0.2", 80);

  private static BridgeRules.Family family(String subnet, GatewayMode mode, boolean masquerade) {
    return new BridgeRules.Family(Subnet.parse(subnet), mode, masquerade);
  }

  private static PublishedPort port(
      Protocol protocol, String hostIp, int hostPort, String containerIp, int containerPort) {
    return new PublishedPort(
        protocol, Subnet.literal(hostIp), hostPort, Subnet.literal(containerIp), containerPort);
  }

  @Test
  void a_port_is_one_element_of_a_map() {
    assertThat(rules.publish(List.of(ANY, ONE, SIX, RELAYED)))
        .isEqualTo(
            """
            add element inet mine anyport4 { tcp . 8080 : 172.17.0.2 . 80 }
            add element inet mine port4 { 127.0.0.1 . udp . 53 : 172.17.0.2 . 5353 }
            add element inet mine port6 { fd01::1 . tcp . 80 : fd00::2 . 80 }
            add element inet mine anyrelay6 { tcp . 8080 }
            """);
    assertThat(rules.unpublish(List.of(ANY, ONE)))
        .isEqualTo(
            """
            delete element inet mine anyport4 { tcp . 8080 }
            delete element inet mine port4 { 127.0.0.1 . udp . 53 }
            """);
  }

  @Test
  void a_bridge_is_a_few_elements_of_sets() {
    assertThat(rules.add(BRIDGE))
        .isEqualTo(
            """
            add element inet mine bridges { "wherry0" }
            add element inet mine together { "wherry0" . "wherry0" }
            add element inet mine own4 { 172.17.0.0/16 . "wherry0" }
            add element inet mine subnets4 { 172.17.0.0/16 }
            add element inet mine masquerade4 { 172.17.0.0/16 }
            add element inet mine own6 { fd00::/64 . "wherry0" }
            add element inet mine subnets6 { fd00::/64 }
            add element inet mine masquerade6 { fd00::/64 }
            """);
    BridgeRules internal =
        new BridgeRules(
            "br-1", List.of(family("10.0.0.0/8", GatewayMode.NAT, true)), false, true, List.of());
    assertThat(rules.add(internal))
        .isEqualTo(
            """
            add element inet mine bridges { "br-1" }
            add element inet mine apart { "br-1" . "br-1" }
            add element inet mine internal { "br-1" }
            add element inet mine own4 { 10.0.0.0/8 . "br-1" }
            add element inet mine subnets4 { 10.0.0.0/8 }
            """);
    assertThat(rules.remove(internal).lines().toList())
        .hasSize(5)
        .allMatch(line -> line.startsWith("delete element inet mine "));
  }

  @Test
  void a_network_whose_containers_are_reached_at_their_own_addresses_says_how() {
    BridgeRules open =
        new BridgeRules(
            "br-2",
            List.of(
                family("10.0.0.0/8", GatewayMode.NAT_UNPROTECTED, true),
                family("fd00::/64", GatewayMode.ROUTED, false)),
            true,
            false,
            List.of("eth3"));
    assertThat(rules.add(open))
        .isEqualTo(
            """
            add element inet mine bridges { "br-2" }
            add element inet mine together { "br-2" . "br-2" }
            add element inet mine trusted { "eth3" . "br-2" }
            add element inet mine own4 { 10.0.0.0/8 . "br-2" }
            add element inet mine subnets4 { 10.0.0.0/8 }
            add element inet mine masquerade4 { 10.0.0.0/8 }
            add element inet mine open4 { "br-2" }
            add element inet mine own6 { fd00::/64 . "br-2" }
            add element inet mine subnets6 { fd00::/64 }
            add element inet mine routed6 { "br-2" }
            """);
    PortRule direct = new DirectPort(Protocol.TCP, Subnet.literal("fd00::2"), 80);
    assertThat(rules.publish(List.of(direct)))
        .isEqualTo("add element inet mine direct6 { fd00::2 . tcp . 80 }\n");
  }

  @Test
  void everything_is_one_script_that_starts_from_nothing() {
    String script = rules.everything(List.of(BRIDGE), List.of(ANY));
    assertThat(script)
        .startsWith("table inet mine\ndelete table inet mine\ntable inet mine {\n")
        .endsWith(rules.add(BRIDGE) + rules.publish(List.of(ANY)));
  }

  @Test
  void a_table_is_named_by_one_word() {
    for (String name : List.of("", "a b", "a;b", "1a", "x{")) {
      assertThatThrownBy(() -> new FirewallRules(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
