package dev.wherry.engine.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.forward.SyslogOptions.Address;
import dev.wherry.engine.log.LogDriver;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyslogOptionsTest {
  private @TempDir Path dir;

  private static Address address(String text) {
    return SyslogOptions.of(Map.of("syslog-address", text)).address();
  }

  @Test
  void addresses_are_dockerds() {
    assertThat(SyslogOptions.of(Map.of()).address()).isEqualTo(new Address.Local());
    assertThat(address("udp://logs.example")).isEqualTo(new Address.Udp("logs.example", 514));
    assertThat(address("tcp://10.0.0.1:601")).isEqualTo(new Address.Tcp("10.0.0.1", 601, false));
    assertThat(address("tcp+tls://[fd00::1]:6514"))
        .isEqualTo(new Address.Tcp("fd00::1", 6514, true));
    assertThat(address("unix://" + dir)).isEqualTo(new Address.Unix(dir, false));
    assertThat(address("unixgram://" + dir)).isEqualTo(new Address.Unix(dir, true));
  }

  @Test
  void facilities_go_by_name_or_number() {
    assertThat(SyslogOptions.of(Map.of()).facility()).isEqualTo(3);
    assertThat(SyslogOptions.of(Map.of("syslog-facility", "local3")).facility()).isEqualTo(19);
    assertThat(SyslogOptions.of(Map.of("syslog-facility", "23")).facility()).isEqualTo(23);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "syslog-address  | nonsense       | syslog-address should be in form proto://address, got nonsense",
        "syslog-address  | foo://x        | syslog-address should be in form proto://address, got foo://x",
        "syslog-address  | unix:///nosuch | stat /nosuch: no such file or directory",
        "syslog-facility | foo            | invalid syslog facility",
        "syslog-facility | 25             | invalid syslog facility",
        "syslog-format   | x              | Invalid syslog format",
      })
  void what_is_wrong_is_told_in_dockerds_words(String option, String value, String message) {
    assertThatThrownBy(() -> SyslogOptions.of(Map.of(option, value)))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void an_option_of_another_driver_is_refused_by_name() {
    LogDriver.SYSLOG.checkOption("syslog-tls-skip-verify");
    LogDriver.SYSLOG.checkOption("cache-max-size");
    assertThatThrownBy(() -> LogDriver.SYSLOG.checkOption("max-size"))
        .hasMessage("unknown log opt 'max-size' for syslog log driver");
  }
}
