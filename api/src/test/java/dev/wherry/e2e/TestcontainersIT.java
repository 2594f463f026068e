package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Testcontainers without its reaper, and what the reaper asks of an engine. */
@EndToEnd
class TestcontainersIT {
  private static final String SESSION = "org.testcontainers.sessionId=4711";
  private static final String FILTER =
      URLEncoder.encode(
          "{\"label\":{\"org.testcontainers=true\":true,\"" + SESSION + "\":true}}",
          StandardCharsets.UTF_8);

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  TestcontainersIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @Test
  void a_suite_starts_its_containers_and_talks_to_them() {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder user =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-cp",
            classes,
            TestcontainersUser.class.getName());
    user.environment().put("DOCKER_HOST", "unix://" + daemon.socket());
    user.environment().put("TESTCONTAINERS_RYUK_DISABLED", "true");
    user.environment().put("TESTCONTAINERS_HOST_OVERRIDE", daemon.address());
    try (CliSession session = new CliSession(user)) {
      CliResult result = session.endInput().exit(Duration.ofSeconds(100));
      assertThat(result.exitCode()).as(result.stdout() + result.stderr()).isZero();
    }
    docker.removeAllContainers();
    assertThat(docker.ok("network", "ls", "-q", "--filter", "label=org.testcontainers")).isEmpty();
  }

  private JsonNode list(String path) {
    RawHttp.Answer answer = RawHttp.get(daemon.socket(), path + "filters=" + FILTER);
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return Json.tree(answer.body());
  }

  /** The reaper finds everything of a session by its labels and removes it, whatever its state. */
  @Test
  void everything_of_a_session_is_found_by_its_labels_and_removed() {
    String since = Instant.now().minusSeconds(1).toString();
    String[] labels = {"--label", "org.testcontainers=true", "--label", SESSION};
    session(labels, "network", "create", "reaped");
    session(labels, "volume", "create", "reaped");
    session(labels, "create", TestImages.BUSYBOX);
    session(
        labels, "run", "-d", "--net=reaped", "-v=reaped:/v", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("run", "-d", "--name", "other", "--label", SESSION, TestImages.BUSYBOX, "sleep", "9");
    docker.ok("commit", "-c", "LABEL org.testcontainers=true " + SESSION, "other", "reaped-image");

    JsonNode containers = list("/v1.32/containers/json?all=1&");
    assertThat(containers).hasSize(2);
    for (JsonNode container : containers) {
      String id = container.at("/Id").asText();
      assertThat(delete("/v1.32/containers/" + id + "?force=1&v=1")).isEqualTo(204);
      assertThat(delete("/v1.32/containers/" + id + "?force=1&v=1")).isEqualTo(404);
    }
    for (JsonNode network : list("/v1.32/networks?")) {
      assertThat(delete("/v1.32/networks/" + network.at("/Id").asText())).isEqualTo(204);
    }
    for (JsonNode volume : list("/v1.32/volumes?").at("/Volumes")) {
      assertThat(delete("/v1.32/volumes/" + volume.at("/Name").asText() + "?force=1"))
          .isEqualTo(204);
    }
    assertThat(list("/v1.32/images/json?")).hasSize(1);
    for (JsonNode image : list("/v1.32/images/json?")) {
      assertThat(delete("/v1.32/images/" + image.at("/Id").asText() + "?force=1")).isEqualTo(200);
    }
    assertThat(list("/v1.32/containers/json?all=1&")).isEmpty();
    assertThat(list("/v1.32/networks?")).isEmpty();
    assertThat(list("/v1.32/volumes?").at("/Volumes")).isEmpty();
    assertThat(list("/v1.32/images/json?")).isEmpty();
    assertThat(docker.ok("ps", "--format", "{{.Names}}")).isEqualTo("other");
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    since,
                    "--until",
                    Instant.now().toString(),
                    "--filter",
                    "label=" + SESSION,
                    "--filter",
                    "label=org.testcontainers=true",
                    "--format",
                    "{{.Type}} {{.Action}}")
                .lines())
        .contains("container create", "container start", "container destroy")
        .doesNotContain("container exec_start");
  }

  private void session(String[] labels, String... command) {
    List<String> line = new ArrayList<>(List.of(command));
    int at = command[0].equals("create") || command[0].equals("run") ? 1 : 2;
    line.addAll(at, List.of(labels));
    docker.ok(line.toArray(String[]::new));
  }

  private int delete(String path) {
    return RawHttp.send(daemon.socket(), "DELETE", path, "").status();
  }
}
