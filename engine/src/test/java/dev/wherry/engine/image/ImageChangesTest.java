package dev.wherry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageChangesTest {
  private static ImageConfig apply(String... changes) {
    return ImageChanges.apply(ImageConfig.EMPTY, List.of(changes));
  }

  @Test
  void commands_are_taken_in_exec_form_or_put_behind_a_shell() {
    assertThat(apply("CMD [\"a\", \"b c\"]").cmd()).containsExactly("a", "b c");
    assertThat(apply("cmd echo  \"$HOME\"").cmd())
        .containsExactly("/bin/sh", "-c", "echo  \"$HOME\"");
    assertThat(apply("ENTRYPOINT [\"/init\"]").entrypoint()).containsExactly("/init");
    assertThat(apply("CMD [not json").cmd()).containsExactly("/bin/sh", "-c", "[not json");
  }

  @Test
  void variables_are_quoted_expanded_and_replaced() {
    ImageConfig config =
        apply("ENV A=1 B=\"two words\" C='$A'", "ENV D $A and ${B}", "ENV A=3", "ENV E=${X:-def}");

    assertThat(config.env())
        .containsExactly("A=3", "B=two words", "C=$A", "D=1 and two words", "E=def");
  }

  @Test
  void labels_ports_volumes_and_the_rest_are_set() {
    ImageConfig config =
        apply(
            "LABEL a=b \"c d\"='e f'",
            "EXPOSE 80 53/UDP 8000-8001",
            "VOLUME /data /logs",
            "VOLUME [\"/more\"]",
            "USER app:staff",
            "WORKDIR /srv",
            "WORKDIR www/../html",
            "STOPSIGNAL SIGQUIT",
            "ONBUILD RUN make");

    assertThat(config.labels()).isEqualTo(Map.of("a", "b", "c d", "e f"));
    assertThat(config.exposedPorts())
        .containsExactlyInAnyOrder("80/tcp", "53/udp", "8000/tcp", "8001/tcp");
    assertThat(config.volumes()).containsExactlyInAnyOrder("/data", "/logs", "/more");
    assertThat(config.user()).isEqualTo("app:staff");
    assertThat(config.workingDir()).isEqualTo("/srv/html");
    assertThat(config.stopSignal()).isEqualTo("SIGQUIT");
    assertThat(config.onBuild()).containsExactly("RUN make");
  }

  @Test
  void a_healthcheck_has_options_and_a_command() {
    long second = Duration.ofSeconds(1).toNanos();

    assertThat(apply("HEALTHCHECK --interval=1m30s --retries=3 CMD curl -f http://x").healthcheck())
        .isEqualTo(
            new Healthcheck(List.of("CMD-SHELL", "curl -f http://x"), 90 * second, 0, 0, 0, 3));
    assertThat(apply("HEALTHCHECK CMD [\"true\"]").healthcheck())
        .isEqualTo(new Healthcheck(List.of("CMD", "true"), 0, 0, 0, 0, 0));
    assertThat(apply("HEALTHCHECK NONE").healthcheck())
        .isEqualTo(new Healthcheck(List.of("NONE"), 0, 0, 0, 0, 0));
  }

  @Test
  void what_was_there_before_stays() {
    ImageConfig base = apply("ENV A=1", "LABEL x=y", "CMD [\"a\"]");

    ImageConfig changed = ImageChanges.apply(base, List.of("ENV B=2"));

    assertThat(changed.env()).containsExactly("A=1", "B=2");
    assertThat(changed.labels()).isEqualTo(Map.of("x", "y"));
    assertThat(changed.cmd()).containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource({
    "FOO x, FOO is not a valid change command",
    "run make, RUN is not a valid change command",
    "ENV A, ENV must have two arguments",
    "EXPOSE 99999, invalid containerPort: 99999",
    "EXPOSE x, invalid containerPort: x",
    "USER, USER requires exactly one argument",
    "ENV A='b, unterminated single quote in: A='b",
    "HEALTHCHECK --retries=x CMD true, '--retries must be a number, not \"x\"'",
    "HEALTHCHECK --colour=x CMD true, unknown flag: colour",
    "ONBUILD FROM x, FROM isn't allowed as an ONBUILD trigger",
  })
  void mistakes_are_named(String change, String message) {
    assertThatThrownBy(() -> apply(change))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
  }
}
