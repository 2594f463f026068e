package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefaultPoolsTest {
  private static DefaultPools pools(String base, int size) {
    return new DefaultPools(List.of(new DefaultPools.Pool(Subnet.parse(base), size)));
  }

  private static List<Subnet> all(DefaultPools pools) {
    List<Subnet> taken = new ArrayList<>();
    try {
      while (taken.size() < 1000) {
        taken.add(pools.free(taken));
      }
    } catch (EngineException.NotFound e) {
      return taken;
    }
    return taken;
  }

  @Test
  void dockerds_thirty_one_subnets_are_given_in_its_order() {
    List<Subnet> all = all(DefaultPools.STANDARD);
    assertThat(all).hasSize(31).doesNotHaveDuplicates();
    assertThat(all.getFirst()).hasToString("172.17.0.0/16");
    assertThat(all.get(4)).hasToString("172.21.0.0/16");
    assertThat(all.getLast()).hasToString("192.168.240.0/20");
  }

  @Test
  void what_is_in_use_is_stepped_over_whatever_its_size() {
    DefaultPools pools = pools("10.0.0.0/8", 24);
    assertThat(pools.free(List.of(Subnet.parse("10.0.0.0/9")))).hasToString("10.128.0.0/24");
    assertThat(pools.free(List.of(Subnet.parse("10.0.0.77/32")))).hasToString("10.0.1.0/24");
    assertThat(pools.free(List.of(Subnet.parse("10.0.0.0/24"), Subnet.parse("10.0.1.128/25"))))
        .hasToString("10.0.2.0/24");
  }

  @Test
  void exhausted_pools_are_told() {
    assertThat(all(pools("10.9.0.0/24", 26))).hasSize(4);
    assertThatThrownBy(() -> pools("10.9.0.0/24", 26).free(List.of(Subnet.parse("10.0.0.0/8"))))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageContaining("non-overlapping IPv4 address pool");
  }

  @Test
  void ipv6_has_pools_of_its_own() {
    DefaultPools pools = pools("fd12:3456::/48", 64);
    assertThat(pools.freeIpv6(List.of(Subnet.parse("fd12:3456::/64"))).orElseThrow())
        .hasToString("fd12:3456:0:1::/64");
    assertThat(DefaultPools.STANDARD.freeIpv6(List.of())).isEmpty();
  }
}
