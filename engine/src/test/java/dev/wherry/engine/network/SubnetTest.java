package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubnetTest {
  @Test
  void bits_after_the_prefix_are_dropped() {
    assertThat(Subnet.parse("10.79.0.5/24")).hasToString("10.79.0.0/24");
    assertThat(Subnet.parse("255.255.255.255/1")).hasToString("128.0.0.0/1");
    assertThat(Subnet.parse("1.2.3.4/0")).hasToString("0.0.0.0/0");
    assertThat(Subnet.parse("fd00:77::5/64")).hasToString("fd00:77::/64");
    assertThat(Subnet.parse("::1/128")).hasToString("::1/128");
  }

  @Test
  void something_else_is_refused_in_dockerds_words() {
    assertThatThrownBy(() -> Subnet.parse("zz"))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("Invalid subnet zz : invalid CIDR address: zz");
    for (String text :
        List.of(
            "", "1.2.3.4", "1.2.3/24", "1.2.3.4/33", "1.2.3.4/-1", "::/129", "a.b/8", "1.2.3.4/")) {
      assertThatThrownBy(() -> Subnet.parse(text))
          .isInstanceOf(EngineException.InvalidParameter.class);
    }
  }

  @Test
  void names_are_never_looked_up() {
    for (String text : List.of("localhost", "1", "1.2", "0x7f.0.0.1", "::ffff:1.2.3.4", "")) {
      assertThatThrownBy(() -> Subnet.literal(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void subnets_contain_and_overlap() {
    Subnet subnet = Subnet.parse("172.17.0.0/16");
    assertThat(subnet.contains(Subnet.literal("172.17.255.255"))).isTrue();
    assertThat(subnet.contains(Subnet.literal("172.18.0.0"))).isFalse();
    assertThat(subnet.contains(Subnet.literal("fd00::1"))).isFalse();
    assertThat(subnet.overlaps(Subnet.parse("172.17.9.0/24"))).isTrue();
    assertThat(subnet.overlaps(Subnet.parse("172.0.0.0/8"))).isTrue();
    assertThat(subnet.overlaps(Subnet.parse("172.16.0.0/16"))).isFalse();
    assertThat(subnet.overlaps(Subnet.parse("::/0"))).isFalse();
    assertThat(subnet.contains(Subnet.parse("172.0.0.0/8"))).isFalse();
    assertThat(subnet.size()).isEqualTo(65536);
    assertThat(Subnet.text(subnet.at(258))).isEqualTo("172.17.1.2");
  }

  @Test
  void ipv6_is_written_short() {
    assertThat(Subnet.text(Subnet.literal("fd00:0:0:0:1:0:0:1"))).isEqualTo("fd00::1:0:0:1");
    assertThat(Subnet.text(Subnet.literal("::"))).isEqualTo("::");
    assertThat(Subnet.text(Subnet.literal("1:0:2:3:4:5:6:7"))).isEqualTo("1:0:2:3:4:5:6:7");
    assertThat(Subnet.text(Subnet.literal("1:2:3:4:5:6:0:0"))).isEqualTo("1:2:3:4:5:6::");
  }
}
