package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException.InvalidParameter;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoTimeTest {
  private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "1136073845,2006-01-01T00:04:05Z",
    "1136073845.000000001,2006-01-01T00:04:05.000000001Z",
    "1136073845.5,2006-01-01T00:04:05.5Z",
    "0,1970-01-01T00:00:00Z",
    "2006-01-02T15:04:05Z,2006-01-02T15:04:05Z",
    "2006-01-02T15:04:05.999+02:00,2006-01-02T13:04:05.999Z",
    "2006-01-02T15:04:05,2006-01-02T15:04:05Z",
    "2006-01-02T15:04,2006-01-02T15:04:00Z",
    "2006-01-02,2006-01-02T00:00:00Z",
    "1h30m,2026-01-02T10:30:00Z",
    "90s,2026-01-02T11:58:30Z",
  })
  void a_moment_is_given_in_seconds_or_as_a_date_or_as_how_long_ago(String text, Instant moment) {
    assertThat(GoTime.parse(text, NOW)).isEqualTo(moment);
  }

  @Test
  void nothing_is_no_moment() {
    assertThat(GoTime.parse("", NOW)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "2006-99-99", "1x", "--", "99999999999999999999"})
  void anything_else_is_refused_in_gos_words(String text) {
    assertThatThrownBy(() -> GoTime.parse(text, NOW))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-02T12:00:00Z,2026-01-02T12:00:00Z",
    "2026-01-02T12:00:00.500Z,2026-01-02T12:00:00.5Z",
    "2026-01-02T12:00:00.000000010Z,2026-01-02T12:00:00.00000001Z",
  })
  void decimals_are_written_as_far_as_they_are_needed(Instant time, String text) {
    assertThat(GoTime.nano(time)).isEqualTo(text);
  }
}
