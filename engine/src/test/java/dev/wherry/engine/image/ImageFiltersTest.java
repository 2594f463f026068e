package dev.wherry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageFiltersTest {
  private static final Instant MADE = Instant.parse("2026-01-02T00:00:00Z");

  private static Image image(Map<String, String> labels, String... tags) {
    ImageConfig config =
        new ImageConfig(
            "", null, null, null, null, null, "", labels, null, null, null, null, null, false);
    return new Image(
        "sha256:1",
        List.of(tags),
        List.of(),
        "",
        "",
        MADE,
        "",
        "amd64",
        null,
        "linux",
        null,
        "",
        config,
        "",
        ImageConfig.EMPTY,
        1,
        List.of(),
        null,
        List.of(),
        null);
  }

  private static ImageFilters references(String... patterns) {
    return new ImageFilters(null, null, null, List.of(), List.of(patterns));
  }

  @Test
  void an_image_without_names_is_dangling() {
    ImageFilters dangling = new ImageFilters(true, null, null, List.of(), List.of());

    assertThat(dangling.matches(image(Map.of()))).isTrue();
    assertThat(dangling.matches(image(Map.of(), "a:1"))).isFalse();
  }

  @Test
  void labels_match_by_key_or_by_key_and_value() {
    Image image = image(Map.of("a", "b"), "x:1");

    assertThat(labelled("a").matches(image)).isTrue();
    assertThat(labelled("a=b").matches(image)).isTrue();
    assertThat(labelled("a=c").matches(image)).isFalse();
    assertThat(labelled("a", "z").matches(image)).isFalse();
  }

  private static ImageFilters labelled(String... labels) {
    return new ImageFilters(null, null, null, List.of(labels), List.of());
  }

  @Test
  void references_are_patterns_in_which_a_star_stops_at_a_slash() {
    Image image = image(Map.of(), "busybox:latest", "user/app:1");

    assertThat(references("busy*").matches(image)).isTrue();
    assertThat(references("busybox:latest").matches(image)).isTrue();
    assertThat(references("*").matches(image(Map.of(), "user/app:1"))).isFalse();
    assertThat(references("*/*").matches(image)).isTrue();
    assertThat(references("nosuch").matches(image)).isFalse();
    assertThat(references("**").matches(image(Map.of(), "user/app:1"))).isFalse();
    assertThat(references("[^a]usybox").matches(image)).isTrue();
    assertThat(references("{busybox,x}").matches(image)).isFalse();
  }

  @Test
  void of_an_image_only_the_names_that_were_asked_for_are_shown() {
    Image image = image(Map.of(), "busybox:latest", "user/app:1");

    assertThat(references("user/*").shown(image).repoTags()).containsExactly("user/app:1");
    assertThat(references().shown(image)).isSameAs(image);
  }

  @Test
  void times_are_compared_strictly() {
    Image image = image(Map.of(), "a:1");

    assertThat(new ImageFilters(null, MADE, null, List.of(), List.of()).matches(image)).isFalse();
    assertThat(
            new ImageFilters(null, MADE.plusNanos(1), MADE.minusNanos(1), List.of(), List.of())
                .matches(image))
        .isTrue();
  }
}
