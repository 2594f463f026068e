package dev.wherry.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException.InvalidParameter;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiltersTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":{\"paused\":true,\"exited\":true}}",
        "{\"status\":[\"paused\",\"exited\"]}"
      })
  void both_forms_mean_the_same(String text) {
    Filters filters = Filters.parse(text);
    assertThat(filters.get("status")).containsExactlyInAnyOrder("paused", "exited");
    assertThat(filters.exact("status", "paused")).isTrue();
    assertThat(filters.exact("status", "running")).isFalse();
    assertThat(filters.exact("other", "anything")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "{\"name\":null}", "{\"name\":[]}"})
  void nothing_asked_lets_everything_through(String text) {
    assertThat(Filters.parse(text).exact("name", "x")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{bad", "[]", "{\"a\":1}", "{\"a\":[1]}", "{\"a\":{\"b\":1}}"})
  void what_is_of_neither_form_is_refused(String text) {
    assertThatThrownBy(() -> Filters.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid filter");
  }

  @Test
  void an_unknown_filter_is_refused_by_name() {
    assertThatThrownBy(() -> Filters.parse("{\"nosuch\":[\"x\"]}").requireOnly(Set.of("name")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid filter 'nosuch'");
  }

  @Test
  void a_name_matches_as_a_regular_expression_and_a_broken_one_only_itself() {
    assertThat(Filters.parse("{\"name\":[\"^/s-ex\"]}").matches("name", "/s-exit0")).isTrue();
    assertThat(Filters.parse("{\"name\":[\"^s-ex\"]}").matches("name", "/s-exit0")).isFalse();
    assertThat(Filters.parse("{\"name\":[\"[\"]}").matches("name", "/x")).isFalse();
    assertThat(Filters.parse("{\"name\":[\"[\"]}").matches("name", "[")).isTrue();
  }

  @Test
  void labels_must_all_be_there_and_none_of_the_unwanted() {
    Map<String, String> labels = Map.of("a", "1", "b", "2");
    assertThat(Filters.parse("{\"label\":[\"a\",\"b=2\"]}").labels(labels)).isTrue();
    assertThat(Filters.parse("{\"label\":[\"a\",\"b=3\"]}").labels(labels)).isFalse();
    assertThat(Filters.parse("{\"label!\":[\"a=1\"]}").labelsOrNot(labels)).isFalse();
    assertThat(Filters.parse("{\"label!\":[\"a=2\"]}").labelsOrNot(labels)).isTrue();
  }

  @Test
  void a_flag_is_true_or_false_and_nothing_else() {
    assertThat(Filters.parse("{\"dangling\":[\"1\"]}").flag("dangling", false)).isTrue();
    assertThat(Filters.parse("{\"dangling\":[\"false\"]}").flag("dangling", true)).isFalse();
    assertThat(Filters.NONE.flag("dangling", true)).isTrue();
    assertThatThrownBy(() -> Filters.parse("{\"dangling\":[\"x\"]}").flag("dangling", true))
        .hasMessage("invalid filter 'dangling=[x]'");
  }
}
