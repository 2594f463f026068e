package dev.wherry.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformChoiceTest {
  private static final List<Descriptor> ALL =
      List.of(
          of(null),
          of(new Platform("windows", "amd64", "")),
          of(new Platform("linux", "arm", "v5")),
          of(new Platform("linux", "arm", "v7")),
          of(new Platform("linux", "arm64", "v8")),
          of(new Platform("linux", "amd64", "v3")),
          of(new Platform("linux", "amd64", "")),
          of(new Platform("unknown", "unknown", "")));

  private static Descriptor of(Platform platform) {
    return new Descriptor("", Digest.sha256(new byte[0]), 1, Map.of(), platform);
  }

  @ParameterizedTest
  @CsvSource({
    "amd64,'',''",
    "amd64,v3,v3",
    "arm64,'',v8",
    "arm64,v8,v8",
    "arm,v7,v7",
    "arm,v6,v5",
    "arm,'',v5",
  })
  void the_nearest_is_chosen(String architecture, String variant, String chosen) {
    Platform wanted = new Platform("linux", architecture, variant);
    assertThat(PlatformChoice.choose(ALL, wanted).platform())
        .isEqualTo(new Platform("linux", architecture, chosen));
  }

  @Test
  void none_is_said_in_dockerds_words() {
    assertThatThrownBy(() -> PlatformChoice.choose(ALL, new Platform("linux", "arm", "v4")))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("no matching manifest for linux/arm/v4 in the manifest list entries");
  }
}
