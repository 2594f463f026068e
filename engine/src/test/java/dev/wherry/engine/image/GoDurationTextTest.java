package dev.wherry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoDurationTextTest {

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "1000000,1ms",
    "1500000,1.5ms",
    "250000000,250ms",
    "1000000000,1s",
    "1500000000,1.5s",
    "60000000000,1m0s",
    "3605000000000,1h0m5s"
  })
  void a_duration_is_written_as_go_writes_it(long nanos, String text) {
    assertThat(GoDuration.text(Duration.ofNanos(nanos))).isEqualTo(text);
    assertThat(GoDuration.parse(text)).hasValue(nanos);
  }
}
