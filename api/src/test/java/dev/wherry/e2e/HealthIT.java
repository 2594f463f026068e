package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@EndToEnd
class HealthIT {
  private final DockerCli docker;

  HealthIT(DockerCli docker) {
    this.docker = docker;
  }

  private void run(String... options) {
    List<String> line = new ArrayList<>(List.of("run", "-d", "--name", "boat"));
    line.addAll(List.of(options));
    line.addAll(List.of(TestImages.BUSYBOX, "sleep", "600"));
    docker.ok(line.toArray(String[]::new));
  }

  private String inspect(String format) {
    return docker.ok("inspect", "-f", format, "boat");
  }

  private void awaitHealth(String status) {
    await().until(() -> inspect("{{.State.Health.Status}}").equals(status));
  }

  @Test
  void a_container_becomes_healthy_and_says_so_everywhere() {
    String since = Instant.now().toString();
    run(
        "--health-cmd",
        "echo fine; test -e /tmp/ok",
        "--health-interval",
        "300ms",
        "--health-retries",
        "5");
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).endsWith("(health: starting)");
    docker.ok("exec", "boat", "touch", "/tmp/ok");
    awaitHealth("healthy");
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).endsWith("(healthy)");
    assertThat(docker.ok("ps", "-q", "--filter", "health=healthy")).isNotEmpty();
    assertThat(docker.ok("ps", "-q", "--filter", "health=unhealthy")).isEmpty();
    await()
        .until(
            () ->
                inspect("{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}{{end}}")
                    .contains("0 fine"));
    docker.ok("exec", "boat", "rm", "/tmp/ok");
    awaitHealth("unhealthy");
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).endsWith("(unhealthy)");
    assertThat(inspect("{{len .State.Health.Log}}")).isEqualTo("5");
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    since,
                    "--until",
                    Instant.now().toString(),
                    "--filter",
                    "event=health_status",
                    "--format",
                    "{{.Action}}")
                .lines())
        .containsExactly("health_status: healthy", "health_status: unhealthy");
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    since,
                    "--until",
                    Instant.now().toString(),
                    "--format",
                    "{{.Action}}")
                .lines())
        .contains("exec_create: /bin/sh -c echo fine; test -e /tmp/ok", "exec_die");
    docker.ok("stop", "-t", "0", "boat");
    assertThat(inspect("{{.State.Health.Status}}")).isEqualTo("unhealthy");
  }

  @Test
  void a_probe_that_takes_too_long_has_failed_and_is_ended() {
    run(
        "--health-cmd",
        "sleep 555",
        "--health-interval",
        "200ms",
        "--health-timeout",
        "300ms",
        "--health-retries",
        "1");
    awaitHealth("unhealthy");
    assertThat(inspect("{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}"))
        .isEqualTo("-1 Health check exceeded timeout (300ms)");
    docker.ok("pause", "boat");
    docker.ok("unpause", "boat");
    await()
        .until(() -> docker.ok("top", "boat").lines().filter(l -> l.contains("555")).count() <= 2);
  }

  @Test
  void failures_in_the_start_period_do_not_count() {
    DockerCli.needs(25);
    run(
        "--health-cmd",
        "exit 3",
        "--health-interval",
        "100ms",
        "--health-retries",
        "1",
        "--health-start-period",
        "100s",
        "--health-start-interval",
        "100ms");
    await().until(() -> inspect("{{len .State.Health.Log}}").equals("5"));
    assertThat(inspect("{{.State.Health.Status}} {{.State.Health.FailingStreak}}"))
        .isEqualTo("starting 0");
  }

  @Test
  void a_check_of_the_image_holds_unless_it_is_switched_off() {
    docker.okWithInput(
        TestImages.temporary(TestImages.busyboxRoot()),
        "import",
        "-c",
        "HEALTHCHECK --interval=200ms CMD true",
        "-c",
        "ENV PATH=/bin",
        "-",
        "probed");
    try {
      docker.ok("run", "-d", "--name", "boat", "probed", "sleep", "600");
      awaitHealth("healthy");
      docker.ok("run", "-d", "--name", "off", "--no-healthcheck", "probed", "sleep", "600");
      assertThat(docker.ok("inspect", "-f", "{{json .State.Health}}", "off")).isEqualTo("null");
      assertThat(docker.ok("ps", "-q", "--filter", "health=none").lines()).hasSize(1);
    } finally {
      docker.removeAllContainers();
      docker.run("rmi", "probed");
    }
  }
}
