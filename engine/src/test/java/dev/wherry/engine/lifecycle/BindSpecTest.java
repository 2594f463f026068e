package dev.wherry.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BindSpecTest {
  @Test
  void an_absolute_source_is_bound_and_anything_else_is_a_volume() {
    assertThat(BindSpec.parse("/a/../b:/c/:ro,z"))
        .isEqualTo(new BindSpec(MountSpec.Type.BIND, "/b", "/c", "ro,z"));
    assertThat(BindSpec.parse("name:/c"))
        .isEqualTo(new BindSpec(MountSpec.Type.VOLUME, "name", "/c", ""));
    assertThat(BindSpec.parse("/only"))
        .isEqualTo(new BindSpec(MountSpec.Type.VOLUME, "", "/only", ""));
  }

  @Test
  void the_mode_says_how_it_is_mounted() {
    MountPoint plain = BindSpec.parse("/a:/b").bindMount();
    assertThat(plain.readWrite()).isTrue();
    assertThat(plain.propagation()).isEqualTo("rprivate");
    MountPoint special = BindSpec.parse("/a:/b:ro,rslave,Z,cached").bindMount();
    assertThat(special.readWrite()).isFalse();
    assertThat(special.propagation()).isEqualTo("rslave");
    assertThat(special.mode()).isEqualTo("ro,rslave,Z,cached");
    assertThat(BindSpec.copies("nocopy")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tmp:", "", ":/x", "/a:/b:ro:x", "/x:ro"})
  void what_is_no_specification_is_named(String word) {
    assertThatThrownBy(() -> BindSpec.parse(word))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("invalid volume specification: '" + word + "'");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "/a:/b:zz|invalid mode: zz",
        "/a:/b:ro;rw|invalid mode: ro;rw",
        "v:/b:rslave|invalid volume specification: 'v:/b:rslave': invalid mount config for type"
            + " \"volume\": field BindOptions must not be specified",
        "/tmp:b|invalid volume specification: '/tmp:b': invalid mount config for type \"bind\":"
            + " invalid mount path: 'b' mount path must be absolute",
        "/tmp:/|invalid volume specification: '/tmp:/': invalid mount config for type \"bind\":"
            + " invalid specification: destination can't be '/'"
      },
      delimiter = '|')
  void refusals_are_dockerds(String word, String message) {
    assertThatThrownBy(() -> BindSpec.parse(word)).hasMessage(message);
  }

  @Test
  void two_words_on_one_matter_are_refused() {
    assertThat(BindSpec.isMode("ro,rw")).isFalse();
    assertThat(BindSpec.isMode("z,Z")).isFalse();
    assertThat(BindSpec.isMode("")).isTrue();
  }
}
