package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        .containsExactly(pool("172.18.0.0/16", "", "172.18.0.1"));
    assertThat(plan("bridge", false, pool("10.79.0.5/24", "", "")).pools())
        .containsExactly(pool("10.79.0.5/24", "", "10.79.0.1"));
    assertThat(plan("bridge", false, pool("10.79.0.0/24", "10.79.0.128/25", "")).pools())
        .containsExactly(pool("10.79.0.0/24", "10.79.0.128/25", "10.79.0.128"));
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
    assertThatThrownBy(() -> plan("bridge", false, pool("", "", "10.78.0.1")))
        .hasMessage("Invalid subnet  : invalid CIDR address: ");
    assertThatThrownBy(() -> plan("bridge", false, pool("10.78.0.0/24", "", "1.2.3.4")))
        .hasMessage("failed to allocate gateway (1.2.3.4): Requested address is out of range");
    assertThatThrownBy(() -> plan("bridge", false, pool("10.78.0.0/24", "10.0.0.0/8", "")))
        .isInstanceOf(EngineException.InvalidParameter.class);
    assertThatThrownBy(() -> plan("bridge", false, pool("fd00::/64", "", "")))
        .isInstanceOf(EngineException.InvalidParameter.class);
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

  @Test
  void pools_of_one_request_may_not_overlap_each_other_either() {
    assertThatThrownBy(
            () -> plan("bridge", false, pool("10.1.0.0/16", "", ""), pool("10.1.0.0/16", "", "")))
        .isInstanceOf(EngineException.Forbidden.class);
  }
}
