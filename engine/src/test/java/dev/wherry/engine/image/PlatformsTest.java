package dev.wherry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.error.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformsTest {
  @ParameterizedTest
  @CsvSource({
    "linux/x86_64, linux, amd64, ''",
    "LINUX/AMD64, linux, amd64, ''",
    "linux/aarch64, linux, arm64, ''",
    "linux/arm64/v8, linux, arm64, v8",
    "arm64, linux, arm64, ''",
    "linux/foo, linux, foo, ''",
  })
  void a_platform_is_read_in_all_its_spellings(
      String text, String os, String architecture, String variant) {
    assertThat(Platforms.parse(text)).isEqualTo(new Platform(os, architecture, variant));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo|\"foo\": unknown operating system or architecture: invalid argument",
        "a/b/c/d|\"a/b/c/d\": cannot parse platform specifier: invalid argument",
        "linux/|\"\" is an invalid component of \"linux/\": platform specifier component must"
            + " match \"^[A-Za-z0-9_-]+$\": invalid argument",
        "windows/amd64|operating system is not supported",
      })
  void what_is_no_platform_is_refused_in_dockerds_words(String text, String message) {
    assertThatThrownBy(() -> Platforms.parse(text))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void without_one_it_is_the_hosts() {
    assertThat(Platforms.parse("")).isEqualTo(Platforms.host());
    assertThat(Platforms.parse("linux")).isEqualTo(Platforms.host());
  }

  /** As dockerd 20.10 answered for images with these platforms. */
  @ParameterizedTest
  @CsvSource({
    "amd64, '', amd64, '', true",
    "amd64, v2, amd64, '', true",
    "amd64, '', amd64, v3, false",
    "amd64, '', 386, '', true",
    "386, '', amd64, '', false",
    "amd64, '', arm64, '', false",
    "arm64, '', arm64, v8, true",
    "arm64, v7, arm64, '', true",
    "arm64, v7, arm64, v8, false",
    "arm64, '', arm, v6, true",
    "arm64, v7, arm, v8, false",
    "arm, '', arm, v6, true",
    "arm, v5, arm, v6, false",
    "arm, v7, arm, v8, false",
    "arm, '', arm64, '', false",
    "s390x, '', s390x, '', true",
  })
  void lower_variants_and_the_same_familys_32_bits_run_too(
      String own, String variant, String image, String imageVariant, boolean runs) {
    assertThat(
            Platforms.runs(
                new Platform("linux", own, variant), new Platform("linux", image, imageVariant)))
        .isEqualTo(runs);
  }
}
