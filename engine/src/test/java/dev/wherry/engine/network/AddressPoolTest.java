package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressPoolTest {
  private static AddressPool pool(String subnet, String range, String... reserved) {
    return new AddressPool(
        Subnet.parse(subnet),
        Subnet.parse(range),
        List.of(reserved).stream().map(Subnet::literal).toList());
  }

  private static String next(AddressPool pool) {
    return pool.take().map(Subnet::text).orElse("none");
  }

  @Test
  void addresses_are_given_in_turn_and_rest_when_given_back() {
    AddressPool pool = pool("10.0.0.0/29", "10.0.0.0/29", "10.0.0.1");
    assertThat(next(pool)).isEqualTo("10.0.0.2");
    assertThat(next(pool)).isEqualTo("10.0.0.3");
    pool.release(Subnet.literal("10.0.0.2"));
    assertThat(next(pool)).isEqualTo("10.0.0.4");
    assertThat(next(pool)).isEqualTo("10.0.0.5");
    assertThat(next(pool)).isEqualTo("10.0.0.6");
    assertThat(next(pool)).isEqualTo("10.0.0.2");
    assertThat(next(pool)).isEqualTo("none");
    pool.release(Subnet.literal("10.0.0.5"));
    assertThat(next(pool)).isEqualTo("10.0.0.5");
  }

  @Test
  void a_range_limits_what_is_given_but_not_what_may_be_asked_for() {
    AddressPool pool = pool("10.77.0.0/24", "10.77.0.128/31", "10.77.0.1");
    pool.take(Subnet.literal("10.77.0.5"));
    assertThat(next(pool)).isEqualTo("10.77.0.128");
    assertThat(next(pool)).isEqualTo("10.77.0.129");
    assertThat(next(pool)).isEqualTo("none");
  }

  @Test
  void an_address_is_taken_once() {
    AddressPool pool = pool("10.77.0.0/24", "10.77.0.0/24", "10.77.0.1");
    pool.take(Subnet.literal("10.77.0.2"));
    for (String taken : List.of("10.77.0.0", "10.77.0.1", "10.77.0.2", "10.77.0.255")) {
      assertThatThrownBy(() -> pool.take(Subnet.literal(taken)))
          .isInstanceOf(EngineException.Forbidden.class)
          .hasMessage("Address already in use");
    }
    assertThatThrownBy(() -> pool.take(Subnet.literal("9.9.9.9")))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("invalid address 9.9.9.9: It does not belong to any of this network's subnets");
    assertThat(next(pool)).isEqualTo("10.77.0.3");
  }

  @Test
  void a_huge_pool_of_ipv6_works_too() {
    AddressPool pool = pool("fd00::/64", "fd00::/64", "fd00::1");
    assertThat(next(pool)).isEqualTo("fd00::2");
    pool.take(Subnet.literal("fd00::ffff:0:0:1"));
  }
}
