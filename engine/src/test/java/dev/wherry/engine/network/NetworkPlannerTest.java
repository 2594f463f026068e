package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NetworkPlannerTest {
  private static final List<Subnet> TAKEN = List.of(Subnet.parse("10.77.0.0/24"));

  private final NetworkPlanner planner =
      new NetworkPlanner(NetworkDefaults.STANDARD, Clock.systemUTC());

  private Network plan(String driver, boolean ipv6, Network.Pool... pools) {
    NetworkSpec spec = Specs.spec("n", driver, true, ipv6, false, List.of(pools), Map.of());
    return planner.plan(
        spec,
        Optional.empty(),
        new NetworkPlanner.InUse(TAKEN, () -> List.of(Subnet.parse("172.17.0.0/16"))));
  }

  private static Network.Pool pool(String subnet, String range, String gateway) {
    return new Network.Pool(subnet, range, gateway, Map.of());
  }

  @Test
  void what_is_left_open_is_chosen() {
    assertThat(plan("bridge", false).pools())
        .containsExactly(
            new Network.Pool("172.18.0.0/16", "", "172.18.0.1", Map.of(), true, false));
    assertThat(plan("bridge", false, pool("10.79.0.0/24", "10.79.0.128/25", "")).pools())
        .containsExactly(
            new Network.Pool(
                "10.79.0.0/24", "10.79.0.128/25", "10.79.0.128", Map.of(), false, true));
    List<Network.Pool> both = plan("bridge", true).pools();
    assertThat(both).hasSize(2);
    assertThat(both.get(1).subnet()).startsWith("fd").endsWith("::/64");
    assertThat(both.get(1).gateway()).endsWith("::1");
  }

  @Test
  void ipv4_comes_first() {
    assertThat(plan("bridge", true, pool("fd00::/64", "", ""), pool("10.1.0.0/16", "", "")).pools())
        .extracting(Network.Pool::gateway)
        .containsExactly("10.1.0.1", "fd00::1");
  }

  @Test
  void impossible_wishes_are_refused_in_dockerds_words() {
    assertThatThrownBy(() -> plan("bridge", false, pool("10.77.0.0/25", "", "")))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("Pool overlaps with other one on this address space");
    assertThatThrownBy(
            () -> plan("bridge", false, pool("10.1.0.0/24", "", ""), pool("10.2.0.0/24", "", "")))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("bridge driver doesn't support multiple subnets");
    assertThatThrownBy(() -> plan("nosuch", false))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("plugin \"nosuch\" not found");
    assertThatThrownBy(() -> plan("host", false))
        .isInstanceOf(EngineException.Forbidden.class)
        .hasMessage("only one instance of \"host\" network is allowed");
  }

  private void refused(String text, Network.Pool... pools) {
    assertThatThrownBy(() -> plan("bridge", true, pools))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("invalid network config:\n" + text);
  }

  @Test
  void pools_that_are_none_are_refused_all_at_once_in_dockerds_words() {
    refused("invalid subnet : invalid CIDR block notation", pool("", "", "10.78.0.1"));
    refused("invalid subnet 10.0.0.0/33: invalid CIDR block notation", pool("10.0.0.0/33", "", ""));
    refused("invalid subnet 10.79.0.5/24: it should be 10.79.0.0/24", pool("10.79.0.5/24", "", ""));
    refused(
        "invalid gateway 1.2.3.4: parent subnet 10.78.0.0/24 doesn't contain this address",
        pool("10.78.0.0/24", "", "1.2.3.4"));
    refused("invalid gateway zz: invalid address", pool("10.78.0.0/24", "", "zz"));
    refused(
        "invalid gateway fd00::1: parent subnet is an IPv4 block",
        pool("10.78.0.0/24", "", "fd00::1"));
    refused(
        "invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.78.0.0/24",
        pool("10.78.0.0/24", "10.0.0.0/8", ""));
    refused(
        "invalid ip-range 10.79.0.0/25: parent subnet 10.78.0.0/24 doesn't contain ip-range",
        pool("10.78.0.0/24", "10.79.0.0/25", ""));
    refused(
        "invalid ip-range 10.78.0.130/25: it should be 10.78.0.128/25",
        pool("10.78.0.0/24", "10.78.0.130/25", ""));
    refused(
        "invalid ip-range fd00::/64: parent subnet is an IPv4 block",
        pool("10.78.0.0/24", "fd00::/64", ""));
    refused(
        "invalid auxiliary address a: invalid address",
        new Network.Pool("10.78.0.0/24", "", "", Map.of("a", "zz")));
    refused(
        "* invalid subnet zz: invalid CIDR block notation\n* invalid gateway yy: invalid address",
        pool("zz", "", ""),
        pool("10.78.0.0/24", "", "yy"));
  }

  @Test
  void an_address_is_reserved_once() {
    for (String gateway : List.of("10.78.0.0", "10.78.0.255")) {
      assertThatThrownBy(() -> plan("bridge", false, pool("10.78.0.0/24", "", gateway)))
          .hasMessage("failed to allocate gateway (" + gateway + "): Address already in use");
    }
    Network.Pool twice =
        new Network.Pool("10.78.0.0/24", "", "10.78.0.5", Map.of("a", "10.78.0.5"));
    assertThatThrownBy(() -> plan("bridge", false, twice))
        .hasMessage(
            "failed to allocate secondary ip address (a:10.78.0.5): Address already in use");
  }

  private boolean[] families(
      @Nullable Boolean ipv4, @Nullable Boolean ipv6, Map<String, String> options) {
    NetworkSpec spec =
        new NetworkSpec(
            "n", "bridge", ipv4, ipv6, false, false, false, "", List.of(), options, Map.of());
    Network planned =
        planner.plan(spec, Optional.empty(), new NetworkPlanner.InUse(TAKEN, List::of));
    return new boolean[] {planned.enableIpv4(), planned.enableIpv6()};
  }

  @Test
  void options_say_which_families_a_network_has_if_its_creator_does_not() {
    Map<String, String> six =
        Map.of("com.docker.network.enable_ipv4", "false", "com.docker.network.enable_ipv6", "true");
    assertThat(families(null, null, Map.of())).containsExactly(true, false);
    assertThat(families(null, null, six)).containsExactly(false, true);
    assertThat(families(true, false, six)).containsExactly(true, false);
    assertThatThrownBy(
            () -> families(null, null, Map.of("com.docker.network.enable_ipv6", "maybe")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("driver-opt \"com.docker.network.enable_ipv6\" is not a valid bool");
  }

  @Test
  void pools_of_one_request_may_not_overlap_each_other_either() {
    assertThatThrownBy(
            () -> plan("bridge", false, pool("10.1.0.0/16", "", ""), pool("10.1.0.0/16", "", "")))
        .isInstanceOf(EngineException.Forbidden.class);
  }
}
