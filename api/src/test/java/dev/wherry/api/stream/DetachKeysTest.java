package dev.wherry.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException.InvalidParameter;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetachKeysTest {
  private static final String P = "\20";
  private static final String Q = "\21";

  /** What passes of input that arrives in these pieces; {@code !} for the detach. */
  private static String type(String keys, String... pieces) {
    DetachKeys detach = DetachKeys.parse(keys);
    var passed = new StringBuilder();
    for (String piece : pieces) {
      DetachKeys.Typed typed = detach.accept(Buffer.buffer(piece));
      passed.append(typed.passed().toString());
      if (typed.detach()) {
        return passed.append('!').toString();
      }
    }
    return passed.toString();
  }

  @Test
  void the_default_is_control_p_control_q() {
    assertThat(type("", "ls\r" + P + Q)).isEqualTo("ls\r!");
    assertThat(type(null, P, Q)).isEqualTo("!");
  }

  @Test
  void a_sequence_that_is_broken_off_is_passed_on() {
    assertThat(type("", P + "x")).isEqualTo(P + "x");
    assertThat(type("", P, "x")).isEqualTo(P + "x");
    assertThat(type("", "a" + P, "b")).isEqualTo("a" + P + "b");
  }

  @Test
  void a_sequence_may_begin_where_another_broke_off() {
    assertThat(type("", P + P + Q)).isEqualTo(P + "!");
    assertThat(type("a,b,c", "ab", "abc")).isEqualTo("ab!");
  }

  @Test
  void what_follows_the_sequence_is_not_passed_on() {
    assertThat(type("", P + Q + "more")).isEqualTo("!");
  }

  @ParameterizedTest
  @CsvSource({
    "a,'a'",
    "'ctrl-a','\1'",
    "'ctrl-@','\0'",
    "'ctrl-[','\33'",
    "'ctrl-_','\37'",
    "'x,y',xy"
  })
  void keys_are_characters_or_control_characters(String keys, String typed) {
    assertThat(type(keys, typed)).isEqualTo("!");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zzz-", "ctrl-", "ctrl-1", "a,", "ü", "ctrl-aa"})
  void other_keys_are_refused(String keys) {
    assertThatThrownBy(() -> DetachKeys.parse(keys))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("Invalid detach keys (" + keys + ") provided");
  }
}
