package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@EndToEnd
class HealthIT {
  private static final String LOG_OF = ".*\"Log\":(.*)}";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  HealthIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
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
  void failures_in_the_start_period_do_not_count_and_it_has_an_interval_of_its_own() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd knows it since 25.0");
    DockerCli.needs(25);
    run(
        "--health-cmd",
        "echo x >> /probes; test -e /ok",
        "--health-interval",
        "100s",
        "--health-retries",
        "1",
        "--health-start-period",
        "90s",
        "--health-start-interval",
        "100ms");
    await().until(() -> inspect("{{len .State.Health.Log}}").equals("5"));
    assertThat(inspect("{{.State.Health.Status}} {{.State.Health.FailingStreak}}"))
        .isEqualTo("starting 0");
    docker.ok("exec", "boat", "touch", "/ok");
    awaitHealth("healthy");
    String probes = docker.ok("exec", "boat", "cat", "/probes");
    docker.ok("exec", "boat", "rm", "/ok");
    await()
        .during(Duration.ofSeconds(1))
        .until(() -> docker.ok("exec", "boat", "cat", "/probes").equals(probes));
    awaitHealth("healthy");
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

  @Test
  void a_paused_container_is_not_probed_and_a_probe_it_was_paused_in_does_not_count() {
    run(
        "--health-cmd",
        "echo x >> /probes; sleep 0.5",
        "--health-interval",
        "200ms",
        "--health-timeout",
        "1s",
        "--health-retries",
        "1");
    awaitHealth("healthy");
    await().until(() -> docker.ok("top", "boat").contains("sleep 0.5"));
    docker.ok("pause", "boat");
    String before = inspect("{{json .State.Health}}");
    await()
        .during(Duration.ofSeconds(2))
        .until(() -> inspect("{{json .State.Health.Log}}").equals(before.replaceAll(LOG_OF, "$1")));
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).endsWith("(Paused)");
    docker.ok("unpause", "boat");
    String last = inspect("{{(index .State.Health.Log 0).Start}}");
    await().until(() -> !inspect("{{(index .State.Health.Log 0).Start}}").equals(last));
    awaitHealth("healthy");
    assertThat(inspect("{{range .State.Health.Log}}{{.ExitCode}} {{end}}")).doesNotContain("-1");
  }

  @Test
  void much_output_is_cut() {
    run("--health-cmd", "head -c 5000 /dev/zero | tr '\\000' x", "--health-interval", "200ms");
    awaitHealth("healthy");
    assertThat(inspect("{{(index .State.Health.Log 0).Output}}"))
        .isEqualTo("x".repeat(4096) + "...");
  }

  @Test
  void a_probe_is_what_the_containers_user_would_run_where_he_would() {
    run(
        "--user",
        "1000",
        "--workdir",
        "/tmp",
        "-e",
        "WHO=me",
        "--health-cmd",
        "id -u; pwd; echo $WHO; exit 3",
        "--health-interval",
        "200ms");
    await().until(() -> !inspect("{{len .State.Health.Log}}").equals("0"));
    assertThat(inspect("{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}"))
        .isEqualTo("3 1000\n/tmp\nme\n");
  }

  @Test
  void what_has_ended_is_unhealthy_and_begins_again_with_its_log() {
    run("--health-cmd", "true", "--health-interval", "200ms");
    awaitHealth("healthy");
    docker.ok("stop", "-t", "0", "boat");
    assertThat(inspect("{{.State.Health.Status}}")).isEqualTo("unhealthy");
    assertThat(docker.ok("ps", "-a", "--format", "{{.Status}}")).matches("Exited .* ago");
    assertThat(docker.ok("ps", "-aq", "--filter", "health=unhealthy")).isNotEmpty();
    int before = Integer.parseInt(inspect("{{len .State.Health.Log}}"));
    docker.ok("start", "boat");
    assertThat(inspect("{{.State.Health.Status}}")).isIn("starting", "healthy");
    assertThat(Integer.parseInt(inspect("{{len .State.Health.Log}}")))
        .isBetween(before, before + 1);
    awaitHealth("healthy");
  }

  @Test
  void an_image_of_a_commit_brings_its_check_and_each_part_of_it_can_be_another() {
    run();
    docker.ok(
        "commit", "-c", "HEALTHCHECK --interval=200ms --retries=2 CMD exit 4", "boat", "probed");
    docker.ok("commit", "-c", "HEALTHCHECK NONE", "boat", "unprobed");
    try {
      docker.ok("run", "-d", "--name", "sick", "probed");
      docker.ok("run", "-d", "--name", "slow", "--health-interval", "9s", "probed");
      docker.ok(
          "run", "-d", "--name", "well", "--health-cmd", "true", "--health-retries", "7", "probed");
      docker.ok("run", "-d", "--name", "off", "--no-healthcheck", "probed");
      docker.ok("run", "-d", "--name", "none", "unprobed");
      assertThat(checks("slow", "well"))
          .isEqualTo("[CMD-SHELL exit 4] 9s 2\n[CMD-SHELL true] 200ms 7");
      assertThat(docker.ok("inspect", "-f", "{{json .State.Health}}", "off", "none"))
          .isEqualTo("null\nnull");
      await().until(() -> named("unhealthy").equals("sick") && named("healthy").equals("well"));
      assertThat(named("starting")).isEqualTo("slow");
      assertThat(named("none").lines()).containsExactlyInAnyOrder("none", "off", "boat");
      assertThat(docker.ok("ps", "--filter", "name=slow", "--format", "{{.Status}}"))
          .endsWith("(health: starting)");
    } finally {
      docker.removeAllContainers();
      docker.run("rmi", "probed", "unprobed");
    }
  }

  private String checks(String... names) {
    return docker.ok(
        DockerCli.line(
            List.of("inspect", "-f"),
            List.of("{{with .Config.Healthcheck}}{{.Test}} {{.Interval}} {{.Retries}}{{end}}"),
            List.of(names)));
  }

  private String named(String health) {
    return docker.ok("ps", "--filter", "health=" + health, "--format", "{{.Names}}");
  }
}
