package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Restart policies while the daemon runs; see {@link DaemonRestartIT} for when it does not. */
@EndToEnd
class RestartIT {
  private static final long MILLISECOND = 1_000_000;

  private final DockerCli docker;

  RestartIT(DockerCli docker) {
    this.docker = docker;
  }

  private void run(String policy, String script) {
    docker.ok(
        "run", "-d", "--name", "boat", "--restart", policy, TestImages.BUSYBOX, "sh", "-c", script);
  }

  private String inspect(String format) {
    return docker.ok("inspect", "-f", format, "boat");
  }

  private int restarts() {
    return Integer.parseInt(inspect("{{.RestartCount}}"));
  }

  /** When it happened to the container, in nanoseconds. */
  private List<Long> times(String since, String event) {
    return docker
        .ok(
            "events",
            "--since",
            since,
            "--until",
            DockerCli.now(),
            "--filter",
            "container=boat",
            "--filter",
            "event=" + event,
            "--format",
            "{{.TimeNano}}")
        .lines()
        .map(Long::valueOf)
        .toList();
  }

  @Test
  void what_ends_again_and_again_is_started_later_and_later() {
    String since = DockerCli.now();
    run("always", "exit 3");
    await().until(() -> restarts() >= 4);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        inspect(
                            "{{.State.Status}} {{.State.Running}} {{.State.Restarting}}"
                                + " {{.State.ExitCode}} {{.State.Pid}}"))
                    .isEqualTo("restarting true true 3 0"));
    assertThat(docker.ok("ps", "--format", "{{.Status}}"))
        .startsWith("Restarting (3) ")
        .endsWith(" ago");
    assertThat(docker.ok("ps", "-q", "--filter", "status=restarting")).isNotEmpty();
    assertThat(docker.refused("exec", "boat", "true")).contains("is restarting");
    await().until(() -> restarts() >= 5);
    docker.ok("stop", "boat");
    List<Long> ends = times(since, "die");
    List<Long> starts = times(since, "start");
    List<Long> waits = new ArrayList<>();
    for (int i = 1; i < starts.size(); i++) {
      waits.add((starts.get(i) - ends.get(i - 1)) / MILLISECOND);
    }
    for (int i = 0; i < 5 && i < waits.size(); i++) {
      assertThat(waits.get(i)).as("wait %d of %s", i, waits).isGreaterThanOrEqualTo(100L << i);
    }
    assertThat(waits).hasSizeBetween(4, 6);
    assertThat(waits.get(3)).as("begins with 100 ms and doubles: %s", waits).isLessThan(3000);
  }

  @Test
  void a_restart_that_is_due_is_given_up_where_its_container_is_stopped() {
    run("always", "exit 3");
    await().until(() -> inspect("{{.State.Restarting}}").equals("true") && restarts() >= 3);
    int before = restarts();
    docker.ok("stop", "boat");
    assertThat(inspect("{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 3");
    assertThat(restarts()).isLessThanOrEqualTo(before + 1);
    docker.ok("start", "boat");
    await().until(() -> restarts() >= 1);
    docker.ok("rm", "-f", "boat");
  }

  @Test
  void on_failure_counts_and_gives_up() {
    String since = DockerCli.now();
    run("on-failure:2", "exit 7");
    await().until(() -> inspect("{{.State.Status}} {{.RestartCount}}").equals("exited 2"));
    assertThat(inspect("{{.State.ExitCode}} {{.State.Restarting}}")).isEqualTo("7 false");
    assertThat(times(since, "start")).hasSize(3);
    docker.ok("start", "boat");
    await().until(() -> times(since, "start").size() == 6);
  }

  @Test
  void on_failure_leaves_what_succeeds_and_always_does_not() {
    run("on-failure", "test -e /again && exit 0; touch /again; exit 1");
    await().until(() -> inspect("{{.State.Status}} {{.RestartCount}}").equals("exited 1"));
    assertThat(inspect("{{.State.ExitCode}}")).isEqualTo("0");
    docker.ok("rm", "boat");
    run("always", "exit 0");
    await().until(() -> restarts() >= 2);
  }

  @Test
  void a_policy_taken_away_holds_from_the_next_end() {
    run("always", "exit 0");
    await().until(() -> restarts() >= 2);
    docker.ok("update", "--restart", "no", "boat");
    await().until(() -> inspect("{{.State.Status}}").equals("exited"));
    assertThat(docker.ok("wait", "boat")).isEqualTo("0");
  }

  @Test
  void what_a_user_kills_stays_ended_and_what_kills_itself_does_not() {
    run("unless-stopped", "test -e /again || { touch /again; kill -9 1; exit 9; }; sleep 600");
    await().until(() -> restarts() == 1 && inspect("{{.State.Status}}").equals("running"));
    docker.ok("kill", "boat");
    assertThat(docker.ok("wait", "boat")).isEqualTo("137");
    assertThat(inspect("{{.State.Status}} {{.State.Restarting}}")).isEqualTo("exited false");
  }
}
