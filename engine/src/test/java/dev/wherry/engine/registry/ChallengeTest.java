package dev.wherry.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {

  @Test
  void a_bearer_challenge_has_its_parameters() {
    assertThat(
            Challenge.parse(
                List.of(
                    "Bearer realm=\"https://auth.example/token\",service=\"reg\","
                        + "scope=\"repository:a/b:pull,push\"")))
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of(
                    "realm",
                    "https://auth.example/token",
                    "service",
                    "reg",
                    "scope",
                    "repository:a/b:pull,push")));
  }

  @Test
  void several_challenges_may_share_a_header() {
    List<Challenge> all =
        Challenge.parse(List.of("Negotiate, Basic realm=\"a \\\"b\\\"\" , BEARER Realm = x,y=z"));
    assertThat(all).extracting(Challenge::scheme).containsExactly("negotiate", "basic", "bearer");
    assertThat(all.get(1).parameter("realm")).isEqualTo("a \"b\"");
    assertThat(all.get(2).parameter("realm")).isEqualTo("x");
    assertThat(Challenge.find(all, Challenge.BASIC)).contains(all.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "=", "\"", "Basic =", "Basic realm=\"never ends", "a b c d"})
  void what_is_malformed_does_no_harm(String header) {
    assertThat(Challenge.parse(List.of(header))).hasSizeLessThan(5);
  }
}
