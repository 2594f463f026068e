package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** docker-compose 1.29 on a project of two services, two networks and a volume. */
@EndToEnd
class ComposeIT {
  private static final Path PROJECT =
      Path.of(System.getProperty("basedir", "."), "src/test/clients/compose");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  ComposeIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private CliResult compose(Map<String, String> environment, String... args) {
    List<String> line = new ArrayList<>(List.of("docker-compose", "-p", "sail", "--ansi", "never"));
    line.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(line).directory(PROJECT.toFile());
    builder.environment().put("DOCKER_HOST", "unix://" + daemon.socket());
    builder.environment().putAll(environment);
    try (CliSession session = new CliSession(builder)) {
      return session.endInput().exit(PATIENCE);
    }
  }

  private String ok(String... args) {
    CliResult result = compose(Map.of(), args);
    assertThat(result.exitCode()).as(String.join(" ", args) + "\n" + result.stderr()).isZero();
    return result.text();
  }

  @AfterEach
  void down() {
    compose(Map.of(), "down", "-v", "-t", "0", "--remove-orphans");
  }

  @Test
  void a_project_lives_from_up_to_down() {
    ok("up", "-d");
    assertThat(docker.ok("ps", "--format", "{{.Names}} {{.Status}}").lines())
        .anyMatch(line -> line.matches("sail_web_1 Up .* \\(healthy\\)"))
        .anyMatch(line -> line.startsWith("sail_reader_1 Up"));
    String pages = "reader_1 *\\| a page of the project";
    await()
        .untilAsserted(
            () ->
                assertThat(ok("logs", "--no-color", "reader").lines())
                    .filteredOn(line -> line.matches(pages))
                    .hasSize(1));
    String port = ok("port", "web", "80").replaceFirst(".*:", "");
    assertThat(DockerCli.host("curl", "-s", "http://" + daemon.address() + ":" + port).text())
        .isEqualTo("a page of the project");
    CliResult exec = compose(Map.of(), "exec", "-T", "web", "sh", "-c", "echo $GREETING; exit 3");
    assertThat(exec.exitCode()).isEqualTo(3);
    assertThat(exec.stdout()).isEqualTo("hello\n");
    assertThat(ok("run", "--rm", "reader", "cat", "/proc/1/comm")).isEqualTo("cat");
    assertThat(ok("top", "web")).contains("httpd");
    assertThat(ok("ps", "-q").lines()).hasSize(2);
    ok("pause", "reader");
    ok("unpause", "reader");
    ok("stop", "-t", "1");
    ok("start");
    ok("restart", "-t", "1", "reader");
    ok("up", "-d", "--scale", "reader=2");
    assertThat(ok("ps", "-q", "reader").lines()).hasSize(2);
    ok("down", "-v", "-t", "1");
    assertThat(docker.ok("ps", "-aq")).isEmpty();
    assertThat(docker.ok("network", "ls", "-q", "--filter", "name=sail")).isEmpty();
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=sail")).isEmpty();
  }

  @Test
  void a_changed_service_is_made_anew_with_its_volumes() {
    ok("up", "-d", "web");
    String before = ok("ps", "-q", "web");
    docker.ok("exec", before, "sh", "-c", "echo kept > /srv/kept");
    ok("up", "-d", "web");
    assertThat(ok("ps", "-q", "web")).isEqualTo(before);
    CliResult changed = compose(Map.of("GREETING", "bye"), "up", "-d", "web");
    assertThat(changed.exitCode()).as(changed.stderr()).isZero();
    String after = ok("ps", "-q", "web");
    assertThat(after).isNotEqualTo(before);
    assertThat(docker.ok("exec", after, "sh", "-c", "echo $GREETING; cat /srv/kept"))
        .isEqualTo("bye\nkept");
  }
}
