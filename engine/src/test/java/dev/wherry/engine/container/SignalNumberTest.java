package dev.wherry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException.InvalidParameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalNumberTest {

  @ParameterizedTest
  @CsvSource({
    "SIGTERM,15",
    "term,15",
    "sigcont,18",
    "KILL,9",
    "9,9",
    "RTMIN+3,37",
    "SIGRTMAX-14,50",
    "POLL,29",
    "SYS,31",
    "64,64"
  })
  void a_signal_is_known_by_its_name_in_any_case_and_by_its_number(String text, int number) {
    assertThat(SignalNumber.parse(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOPE", "0", "", "1.5"})
  void anything_else_is_refused_by_name(String text) {
    assertThatThrownBy(() -> SignalNumber.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid signal: " + text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"999", "-1"})
  void a_number_linux_does_not_have_is_refused(String text) {
    assertThatThrownBy(() -> SignalNumber.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("the linux daemon does not support signal " + text);
  }
}
