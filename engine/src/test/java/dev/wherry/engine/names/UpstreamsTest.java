package dev.wherry.engine.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.container.HostConfig.NetworkOptions;
import dev.wherry.engine.network.ResolvConf;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpstreamsTest {
  private static final ResolvConf NONE = conf();

  private static ResolvConf conf(String... servers) {
    return new ResolvConf(List.of(servers), List.of(), List.of());
  }

  private static List<String> of(
      ResolvConf host, ResolvConf daemon, boolean leadsOut, String... chosen) {
    NetworkOptions options =
        new NetworkOptions(
            "sea", Map.of(), false, List.of(chosen), List.of(), List.of(), List.of(), List.of());
    return Upstreams.of(host, daemon, options, leadsOut).stream()
        .map(one -> one.side() + " " + one.address().getAddress().getHostAddress())
        .toList();
  }

  @Test
  void the_users_servers_come_before_the_daemons_and_those_before_the_hosts() {
    assertThat(of(conf("192.0.2.1"), conf("192.0.2.2"), true, "192.0.2.3", "127.0.0.1"))
        .containsExactly("CONTAINER 192.0.2.3", "CONTAINER 127.0.0.1");
    assertThat(of(conf("192.0.2.1"), conf("192.0.2.2"), true))
        .containsExactly("CONTAINER 192.0.2.2");
    assertThat(of(conf("192.0.2.1"), NONE, true)).containsExactly("CONTAINER 192.0.2.1");
  }

  @Test
  void servers_on_the_hosts_loopback_are_asked_from_the_host_but_for_internal_networks() {
    ResolvConf host = conf("127.0.0.53", "192.0.2.1", "::1");
    assertThat(of(host, NONE, true))
        .containsExactly("HOST 127.0.0.53", "CONTAINER 192.0.2.1", "HOST 0:0:0:0:0:0:0:1");
    assertThat(of(host, NONE, false)).containsExactly("CONTAINER 192.0.2.1");
  }

  @Test
  void we_are_not_asked_ourselves_and_nonsense_is_left_out() {
    assertThat(of(NONE, NONE, true, "127.0.0.11", "nonsense", "192.0.2.1"))
        .containsExactly("CONTAINER 192.0.2.1");
  }

  @Test
  void no_more_than_three_are_asked_and_public_ones_if_the_host_has_none() {
    assertThat(of(conf("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"), NONE, true)).hasSize(3);
    assertThat(of(NONE, NONE, true)).containsExactly("CONTAINER 8.8.8.8", "CONTAINER 8.8.4.4");
  }
}
