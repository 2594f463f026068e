package dev.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

  @ParameterizedTest
  @CsvSource({
    "unix:///a b/c.sock, unix:///a b/c.sock",
    "unix://, unix:///run/wherry.sock",
    "'', unix:///run/wherry.sock",
    "tcp://, tcp://127.0.0.1:2375",
    "tcp://:7777, tcp://127.0.0.1:7777",
    ":6666, tcp://127.0.0.1:6666",
    "localhost:1, tcp://127.0.0.1:1",
    "127.9.9.9:80, tcp://127.9.9.9:80",
    "tcp://[::1]:80, tcp://[0:0:0:0:0:0:0:1]:80",
  })
  void dockerds_forms_are_read(String given, String meant) throws ConfigException {
    assertThat(ListenAddress.parse(given)).hasToString(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://0.0.0.0:2375", "tcp://192.168.0.1", "10.0.0.1:1", "tcp://[::]:1"})
  void tcp_beyond_loopback_is_refused_without_tls(String given) {
    assertThatThrownBy(() -> ListenAddress.parse(given))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(given)
        .hasMessageContaining("without TLS");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:65536",
        "tcp://example.org:1",
        "tcp://127.0.0.1:1/path",
        "npipe:////./pipe/x",
        "tcp://::1:80",
      })
  void malformed_addresses_are_refused(String given) {
    assertThatThrownBy(() -> ListenAddress.parse(given))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(given);
  }

  @Test
  void socket_activation_is_refused_by_name() {
    assertThatThrownBy(() -> ListenAddress.parse("fd://")).hasMessageContaining("fd://");
  }
}
