package dev.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "32,32",
    "32b,32",
    "32k,32768",
    "32 KiB,32768",
    "32Kb,32768",
    "1.5m,1572864",
    "1T,1099511627776"
  })
  void sizes_are_powers_of_1024(String text, long bytes) throws ConfigException {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "x", "1x", "1  k", "0x10", "1e3", "9000P0"})
  void what_is_no_size_is_refused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(ConfigException.class);
  }
}
