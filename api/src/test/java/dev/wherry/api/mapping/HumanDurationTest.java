package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanDurationTest {

  @ParameterizedTest
  @CsvSource({
    "PT0S,Less than a second",
    "PT0.45S,Less than a second",
    "PT-5S,Less than a second",
    "PT1S,1 second",
    "PT45S,45 seconds",
    "PT59.9S,59 seconds",
    "PT60S,About a minute",
    "PT119S,About a minute",
    "PT3M,3 minutes",
    "PT59M59S,59 minutes",
    "PT1H,About an hour",
    "PT1H29M,About an hour",
    "PT1H30M,2 hours",
    "PT35H,35 hours",
    "PT47H,47 hours",
    "PT48H,2 days",
    "P13D,13 days",
    "P14D,2 weeks",
    "P59D,8 weeks",
    "P60D,2 months",
    "P729D,24 months",
    "P730D,2 years",
    "P1095D,3 years",
  })
  void durations_are_told_in_the_words_of_docker_ps(Duration duration, String text) {
    assertThat(HumanDuration.of(duration)).isEqualTo(text);
  }
}
