package dev.wherry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogPolicyTest {

  @Test
  void without_options_no_log_grows_without_end() {
    assertThat(LogPolicy.of(LogDriver.JSON_FILE, Map.of()))
        .isEqualTo(new LogPolicy(LogDriver.JSON_FILE, true, 20_000_000, 5, true));
    assertThat(LogPolicy.of(LogDriver.LOCAL, Map.of()))
        .isEqualTo(new LogPolicy(LogDriver.LOCAL, true, 20_000_000, 5, true));
  }

  @Test
  void a_size_alone_means_one_file_with_json_file_and_five_with_local() {
    Map<String, String> size = Map.of("max-size", "10k");
    assertThat(LogPolicy.of(LogDriver.JSON_FILE, size))
        .isEqualTo(new LogPolicy(LogDriver.JSON_FILE, true, 10_000, 1, false));
    assertThat(LogPolicy.of(LogDriver.LOCAL, size).maxFiles()).isEqualTo(5);
  }

  @Test
  void minus_one_is_no_limit() {
    assertThat(LogPolicy.of(LogDriver.JSON_FILE, Map.of("max-size", "-1")).rotates()).isFalse();
  }

  @Test
  void none_and_a_journal_without_a_copy_keep_nothing() {
    assertThat(LogPolicy.of(LogDriver.NONE, Map.of()).kept()).isFalse();
    assertThat(LogPolicy.of(LogDriver.JOURNALD, Map.of("cache-disabled", "true")).kept()).isFalse();
    assertThat(LogPolicy.of(LogDriver.JOURNALD, Map.of("cache-max-size", "1m")).maxSize())
        .isEqualTo(1_000_000);
  }

  @ParameterizedTest
  @CsvSource({
    "max-size, zz, invalid size: 'zz'",
    "max-size, 0, max-size must be a positive number",
    "max-file, 0, max-file cannot be less than 1",
    "max-file, x, 'strconv.Atoi: parsing \"x\": invalid syntax'",
    "compress, maybe, 'strconv.ParseBool: parsing \"maybe\": invalid syntax'",
    "mode, eager, logger: logging mode not supported: eager",
    "max-buffer-size, 4m, logger: max-buffer-size option is only supported with 'mode=non-blocking'"
  })
  void wrong_values_are_refused_as_by_dockerd(String option, String value, String message) {
    assertThatThrownBy(() -> LogPolicy.of(LogDriver.JSON_FILE, Map.of(option, value)))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageStartingWith(message.replace("''", "'"));
  }

  @Test
  void drivers_we_do_not_have_are_refused_by_name() {
    assertThatThrownBy(() -> LogDriver.of("gelf"))
        .isInstanceOf(EngineException.NotImplemented.class)
        .hasMessageContaining("gelf");
    assertThatThrownBy(() -> LogDriver.of("nosuch"))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("error looking up logging plugin nosuch: plugin \"nosuch\" not found");
    assertThatThrownBy(() -> LogDriver.LOCAL.checkOption("tag"))
        .hasMessage("unknown log opt 'tag' for log driver local");
    assertThatThrownBy(() -> LogDriver.JOURNALD.checkOption("max-size"))
        .hasMessage("unknown log opt 'max-size' for journald log driver");
  }

  @Test
  void attributes_come_from_labels_environment_and_tag() {
    ContainerFixture fixture = new ContainerFixture();
    fixture.labels.putAll(Map.of("k", "v", "com.x", "1", "other", "2"));
    fixture.env.addAll(List.of("E=1", "HOME=/"));
    fixture.logOptions =
        Map.of(
            "labels", "k,none", "labels-regex", "^com", "env", "E", "tag", "{{.Name}}/{{ .ID }}");
    assertThat(LogAttributes.of(fixture.build()))
        .isEqualTo(Map.of("k", "v", "com.x", "1", "E", "1", "tag", "box/0123456789ab"));
  }

  @Test
  void a_tag_with_more_than_fields_is_refused() {
    ContainerFixture fixture = new ContainerFixture();
    for (String tag : List.of("{{.Nope}}", "{{if .ID}}x{{end}}")) {
      assertThatThrownBy(() -> LogAttributes.tag(tag, fixture.build()))
          .isInstanceOf(EngineException.InvalidParameter.class)
          .hasMessageContaining("log-tag");
    }
  }
}
