package dev.wherry.api.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException.InvalidParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code repo} and {@code tag} name together. */
class NewNameTest {
  @ParameterizedTest
  @CsvSource({
    "boat, 1, boat:1",
    "boat, '', boat",
    "boat:2, '', boat:2",
    "boat:2, 1, boat:1",
    "host:5000/team/boat, 1, host:5000/team/boat:1",
    "docker.io/library/boat, 1, boat:1"
  })
  void a_tag_by_itself_counts_more_than_one_of_the_repositorys(
      String repository, String tag, String name) {
    assertThat(NewName.of(repository, tag)).isEqualTo(name);
  }

  @Test
  void digests_and_tags_that_are_none_are_refused_in_dockerds_words() {
    assertThatThrownBy(() -> NewName.of("boat@sha256:" + "1".repeat(64), ""))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("cannot import digest reference");
    assertThatThrownBy(() -> NewName.of("boat", "a:b"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid tag format");
  }
}
