package dev.wherry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageReferenceTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "busybox, docker.io/library/busybox:latest, busybox:latest",
    "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
    "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
    "index.docker.io/library/busybox, docker.io/library/busybox:latest, busybox:latest",
    "user/app, docker.io/user/app:latest, user/app:latest",
    "library/a/b, docker.io/library/a/b:latest, library/a/b:latest",
    "localhost/app, localhost/app:latest, localhost/app:latest",
    "localhost:5000/app:v1, localhost:5000/app:v1, localhost:5000/app:v1",
    "reg.example.com/a/b-c__d.e:t, reg.example.com/a/b-c__d.e:t, reg.example.com/a/b-c__d.e:t",
    "[::1]:5000/app, [::1]:5000/app:latest, [::1]:5000/app:latest",
  })
  void names_are_normalised_and_shown_short(String written, String full, String familiar) {
    ImageReference reference = ImageReference.parse(written).withDefaultTag();

    assertThat(reference).hasToString(full);
    assertThat(reference.familiar()).isEqualTo(familiar);
    assertThat(ImageReference.parse(full)).isEqualTo(reference);
  }

  @Test
  void a_digest_is_kept_and_needs_no_tag() {
    ImageReference reference = ImageReference.parse("busybox@sha256:" + HEX).withDefaultTag();

    assertThat(reference.tag()).isNull();
    assertThat(reference.familiar()).isEqualTo("busybox@sha256:" + HEX);
  }

  @ParameterizedTest
  @CsvSource({
    "'a b', invalid reference format",
    "'', invalid reference format",
    "a::b, invalid reference format",
    "a:, invalid reference format",
    "/a, invalid reference format",
    "a/../b, invalid reference format",
    "-a, invalid reference format",
    "a@sha256:12, invalid reference format",
    "UPPER, invalid reference format: repository name (library/UPPER) must be lowercase",
    "host:5000/UPPER, invalid reference format: repository name (UPPER) must be lowercase",
  })
  void malformed_names_are_refused_in_dockerds_words(String written, String message) {
    assertThatThrownBy(() -> ImageReference.parse(written))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void an_image_id_is_no_name() {
    assertThatThrownBy(() -> ImageReference.parse(HEX))
        .hasMessage(
            "invalid repository name (" + HEX + "), cannot specify 64-byte hexadecimal strings");
  }

  @Test
  void a_very_long_name_is_refused() {
    assertThatThrownBy(() -> ImageReference.parse("a/" + "b".repeat(300)))
        .hasMessage("repository name must not be more than 255 characters");
  }

  @Test
  void a_bad_tag_is_refused() {
    ImageReference reference = ImageReference.parse("x");

    assertThatThrownBy(() -> reference.withTag("a b")).hasMessage("invalid tag format");
    assertThat(reference.withTag("1").familiar()).isEqualTo("x:1");
  }
}
