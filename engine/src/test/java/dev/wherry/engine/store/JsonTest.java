package dev.wherry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.PortBinding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {
  private static final Instant TIME = Instant.parse("2026-02-03T04:05:06.123456789Z");

  @NullMarked
  record Sample(
      String text, @Nullable List<String> maybe, List<String> list, int number, Instant time) {}

  static List<ContainerState> states() {
    ContainerState.Running running = new ContainerState.Running(7, 99, TIME);
    ContainerState.Exited exited = new ContainerState.Exited(137, true, "", TIME, TIME);
    return List.of(
        ContainerState.Created.FRESH,
        running,
        new ContainerState.Paused(running),
        new ContainerState.Restarting(exited),
        exited,
        new ContainerState.Removing(exited),
        new ContainerState.Dead(new ContainerState.Removing(exited), "busy"));
  }

  @ParameterizedTest
  @MethodSource("states")
  void a_container_in_any_state_survives_the_way_to_disk_and_back(ContainerState state)
      throws JsonProcessingException {
    Container container = container(state);
    String json = Json.mapper().writeValueAsString(container);
    assertThat(Json.mapper().readValue(json, Container.class)).isEqualTo(container);
  }

  @Test
  void a_sealed_type_says_its_kind_once_and_methods_are_not_stored()
      throws JsonProcessingException {
    ContainerState state = new ContainerState.Running(7, 99, TIME);
    assertThat(Json.mapper().writerFor(ContainerState.class).writeValueAsString(state))
        .isEqualTo(
            "{\"kind\":\"Running\",\"pid\":7,\"pidStartTime\":99,"
                + "\"startedAt\":\"2026-02-03T04:05:06.123456789Z\"}");
  }

  @Test
  void a_nullable_list_keeps_null_and_empty_apart() throws JsonProcessingException {
    for (Sample sample :
        List.of(
            new Sample("a", null, List.of(), 1, TIME),
            new Sample("a", List.of(), List.of("x"), 1, TIME))) {
      String json = Json.mapper().writeValueAsString(sample);
      assertThat(Json.mapper().readValue(json, Sample.class)).isEqualTo(sample);
    }
  }

  @Test
  void a_missing_text_or_list_is_empty_and_a_missing_number_is_zero()
      throws JsonProcessingException {
    Sample sample = Json.mapper().readValue("{\"time\":\"" + TIME + "\"}", Sample.class);
    assertThat(sample).isEqualTo(new Sample("", null, List.of(), 0, TIME));
  }

  @Test
  void a_missing_member_that_has_no_empty_value_is_an_error() {
    assertThatThrownBy(() -> Json.mapper().readValue("{}", Sample.class))
        .isInstanceOf(InvalidNullException.class)
        .hasMessageContaining("time");
  }

  @Test
  void an_unknown_kind_a_bad_time_and_trailing_text_are_errors() {
    for (String json : List.of("{\"kind\":\"Sleeping\"}", "{\"kind\":\"Created\"} x")) {
      assertThatThrownBy(() -> Json.mapper().readValue(json, ContainerState.class))
          .isInstanceOf(JsonProcessingException.class);
    }
    assertThatThrownBy(() -> Json.mapper().readValue("{\"time\":\"noon\"}", Sample.class))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("RFC 3339");
  }

  private static Container container(ContainerState state) {
    return new Container(
        "c".repeat(64),
        "name",
        TIME,
        "/bin/sh",
        List.of("-c", "echo \"\u0000é\""),
        config(),
        hostConfig(),
        "sha256:" + "1".repeat(64),
        null,
        "linux",
        state,
        Map.of(
            "bridge",
            new Attachment(
                "net",
                new Attachment.Request(
                    "", "", List.of(), "", List.of("alias"), List.of(), Map.of("k", "v"), 3),
                new Attachment.Endpoint(
                    "ep", "veth1", "eth0", "172.17.0.1", "172.17.0.2", 16, "", "", 0, "02:42"))),
        new Container.NetworkSandbox(
            "s", "/run/x", Map.of("80/tcp", List.of(new PortBinding("0.0.0.0", "8080")))),
        List.of(
            new MountPoint(
                MountSpec.Type.VOLUME, "v", "/v", "/data", "local", "z", true, "", true)),
        "overlay2",
        2,
        true,
        false);
  }

  private static ContainerConfig config() {
    return new ContainerConfig(
        "host",
        "",
        "0:0",
        false,
        true,
        true,
        Set.of("80/tcp"),
        false,
        false,
        false,
        List.of("PATH=/bin"),
        null,
        new Healthcheck(List.of("NONE"), 1, 2, 3, 4, 5),
        "busybox",
        Set.of(),
        "/",
        List.of(),
        false,
        "",
        null,
        Map.of("a", "b"),
        null,
        10,
        null);
  }

  private static HostConfig hostConfig() {
    return new HostConfig(
        List.of("/a:/b:ro"),
        List.of(
            new MountSpec(
                MountSpec.Type.TMPFS,
                "",
                "/t",
                false,
                "",
                null,
                null,
                new MountSpec.TmpfsOptions(1024, 0755, List.of()),
                null)),
        Map.of("/run", "size=1m"),
        List.of(),
        "",
        "",
        new HostConfig.LogConfig("json-file", Map.of()),
        new HostConfig.NetworkOptions(
            "default",
            Map.of("80/tcp", List.of(new PortBinding("", "8080"))),
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of()),
        RestartPolicy.NO,
        true,
        new HostConfig.SecurityOptions(
            false, false, List.of("NET_ADMIN"), List.of(), List.of(), List.of(), null, List.of()),
        new HostConfig.NamespaceModes("private", "", "", "", ""),
        resources(),
        67108864,
        Map.of(),
        Map.of(),
        Map.of(),
        "",
        null,
        "",
        new HostConfig.ConsoleSize(24, 80),
        Set.of("Dns"));
  }

  private static Resources resources() {
    return new Resources(
        0,
        1 << 20,
        500_000_000L,
        "",
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        0,
        0,
        0,
        "",
        "",
        List.of(new Resources.Device("/dev/null", "/dev/x", "rwm")),
        List.of(),
        0,
        -1,
        60L,
        false,
        0,
        null,
        List.of(new Resources.Ulimit("nofile", 1024, 2048)),
        null);
  }
}
