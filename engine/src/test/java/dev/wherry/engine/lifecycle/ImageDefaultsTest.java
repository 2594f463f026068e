package dev.wherry.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.image.ImageConfig;
import dev.wherry.engine.lifecycle.ImageDefaults.Merged;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImageDefaultsTest {
  private static final ImageConfig IMAGE =
      new ImageConfig(
          "33:33",
          Set.of("80/tcp"),
          List.of("PATH=/bin", "FOO=bar", "EMPTY="),
          List.of("/bin/echo", "entry"),
          List.of("cmd"),
          Set.of("/vol1"),
          "/data",
          Map.of("a.b", "c", "k", "v"),
          "SIGQUIT",
          null,
          new Healthcheck(List.of("CMD", "true"), 5, 6, 7, 8, 9),
          null,
          null,
          false);

  private static NewContainer request(
      @Nullable List<String> entrypoint,
      @Nullable List<String> cmd,
      List<String> env,
      @Nullable Healthcheck health) {
    return new NewContainer(
        "",
        "",
        "img",
        "",
        "",
        "",
        false,
        false,
        false,
        Set.of("99/tcp"),
        false,
        false,
        false,
        env,
        cmd,
        health,
        Set.of("/vol2"),
        "",
        entrypoint,
        false,
        "",
        Map.of("k", "mine"),
        null,
        null,
        null,
        List.of("RUN make"),
        new ContainerFixture().hostConfig(),
        Map.of());
  }

  private static Merged merge(@Nullable List<String> entrypoint, @Nullable List<String> cmd) {
    return ImageDefaults.merge(request(entrypoint, cmd, List.of(), null), IMAGE, "host");
  }

  @Test
  void what_the_request_leaves_open_is_the_images() {
    Merged merged =
        ImageDefaults.merge(request(null, null, List.of("FOO=mine", "NEW=1"), null), IMAGE, "host");
    assertThat(merged.path()).isEqualTo("/bin/echo");
    assertThat(merged.args()).containsExactly("entry", "cmd");
    assertThat(merged.config().env()).containsExactly("FOO=mine", "NEW=1", "PATH=/bin", "EMPTY=");
    assertThat(merged.config().user()).isEqualTo("33:33");
    assertThat(merged.config().onBuild()).containsExactly("RUN make");
    assertThat(merged.config().workingDir()).isEqualTo("/data");
    assertThat(merged.config().stopSignal()).isEqualTo("SIGQUIT");
    assertThat(merged.config().labels()).isEqualTo(Map.of("a.b", "c", "k", "mine"));
    assertThat(merged.config().exposedPorts()).containsExactlyInAnyOrder("80/tcp", "99/tcp");
    assertThat(merged.config().volumes()).containsExactlyInAnyOrder("/vol1", "/vol2");
    assertThat(merged.config().hostname()).isEqualTo("host");
    assertThat(merged.config().healthcheck()).isEqualTo(IMAGE.healthcheck());
  }

  @Test
  void a_command_keeps_the_images_entrypoint() {
    assertThat(merge(null, List.of("a", "b")).args()).containsExactly("entry", "a", "b");
  }

  @Test
  void an_entrypoint_makes_the_images_command_void() {
    Merged merged = merge(List.of("echo"), null);
    assertThat(merged.path()).isEqualTo("echo");
    assertThat(merged.args()).isEmpty();
    assertThat(merged.config().cmd()).isNull();
  }

  @Test
  void an_empty_entrypoint_takes_the_images_away() {
    Merged merged = merge(List.of(""), List.of("true"));
    assertThat(merged.path()).isEqualTo("true");
    assertThat(merged.config().entrypoint()).isNull();
  }

  @Test
  void a_health_check_is_filled_in_member_by_member() {
    Healthcheck own = new Healthcheck(List.of(), 1, 0, 0, 0, 2);
    assertThat(
            ImageDefaults.merge(request(null, null, List.of(), own), IMAGE, "h")
                .config()
                .healthcheck())
        .isEqualTo(new Healthcheck(List.of("CMD", "true"), 1, 6, 7, 8, 2));
  }

  @Test
  void something_must_be_executed() {
    assertThatThrownBy(
            () -> ImageDefaults.merge(request(null, null, List.of(), null), ImageConfig.EMPTY, "h"))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("no command specified");
  }
}
