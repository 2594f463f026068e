package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From created to removed, and every question one can ask on the way. */
@EndToEnd
class LifecycleIT {
  private static final String IGNORES_TERM =
      "trap '' TERM; echo ready; while :; do sleep 0.1; done";
  private static final String HEEDS_TERM =
      "trap 'exit 5' TERM; trap 'echo hup' HUP; echo ready; while :; do sleep 0.1; done";

  private final DockerCli docker;

  LifecycleIT(DockerCli docker) {
    this.docker = docker;
  }

  private String running(String name, String script) {
    String id = docker.ok("run", "-d", "--name", name, TestImages.BUSYBOX, "sh", "-c", script);
    await().until(() -> docker.ok("logs", name).contains("ready"));
    return id;
  }

  private String state(String name) {
    return docker.ok(
        "inspect",
        "-f",
        "{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.ExitCode}}",
        name);
  }

  @Test
  void created_started_exited_removed() {
    String id = docker.ok("create", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", "exit 4");
    assertThat(state("boat")).isEqualTo("created false false 0");
    assertThat(docker.ok("start", "boat")).isEqualTo("boat");
    assertThat(docker.ok("wait", "boat")).isEqualTo("4");
    assertThat(state("boat")).isEqualTo("exited false false 4");
    assertThat(docker.ok("rm", "boat")).isEqualTo("boat");
    assertThat(docker.refused("inspect", id)).contains("No such object: " + id);
  }

  @Test
  void the_same_container_starts_again_with_its_files() {
    docker.ok("run", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", "echo x >> /log; cat /log");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo("x\nx");
  }

  @Test
  void starting_what_runs_and_stopping_what_does_not_changes_nothing() {
    running("boat", HEEDS_TERM);
    String started = docker.ok("inspect", "-f", "{{.State.StartedAt}}", "boat");
    docker.ok("start", "boat");
    assertThat(docker.ok("inspect", "-f", "{{.State.StartedAt}}", "boat")).isEqualTo(started);
    docker.ok("stop", "boat");
    docker.ok("stop", "boat");
    assertThat(state("boat")).isEqualTo("exited false false 5");
  }

  @Test
  void stop_asks_first_and_kills_after_its_time() {
    running("deaf", IGNORES_TERM);
    Instant before = Instant.now();
    docker.ok("stop", "-t", "1", "deaf");
    assertThat(Duration.between(before, Instant.now()))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
    assertThat(state("deaf")).isEqualTo("exited false false 137");
  }

  @Test
  void a_stop_signal_of_the_containers_own_is_used() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--stop-signal",
        "USR1",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "trap 'exit 9' USR1; echo ready; while :; do sleep 0.1; done");
    await().until(() -> docker.ok("logs", "boat").contains("ready"));
    docker.ok("stop", "boat");
    assertThat(state("boat")).isEqualTo("exited false false 9");
  }

  @Test
  void a_stop_timeout_of_the_containers_own_is_waited_for() {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d", "--name", "boat", "--stop-timeout", "1"),
            List.of(TestImages.BUSYBOX, "sh", "-c"),
            List.of("trap '' TERM; echo ready; while :; do sleep 0.1; done")));
    await().until(() -> docker.ok("logs", "boat").contains("ready"));
    Instant before = Instant.now();
    docker.ok("stop", "boat");
    assertThat(Duration.between(before, Instant.now()))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
    assertThat(state("boat")).isEqualTo("exited false false 137");
    assertThat(docker.ok("inspect", "-f", "{{.Config.StopTimeout}}", "boat")).isEqualTo("1");
  }

  @Test
  void kill_sends_any_signal_by_name_or_number() {
    running("boat", HEEDS_TERM);
    docker.ok("kill", "-s", "HUP", "boat");
    docker.ok("kill", "-s", "1", "boat");
    docker.ok("kill", "--signal", "SIGHUP", "boat");
    await().until(() -> docker.ok("logs", "boat").contains("hup"));
    docker.ok("kill", "boat");
    assertThat(docker.ok("wait", "boat")).isEqualTo("137");
    assertThat(docker.refused("kill", "boat")).contains("is not running");
    assertThat(docker.refused("kill", "-s", "NOPE", "boat")).containsIgnoringCase("invalid signal");
  }

  @Test
  void what_cannot_be_done_is_said_in_dockerds_words() {
    String id = running("boat", HEEDS_TERM);
    String remove = "cannot remove container \"/boat\": container is ";
    assertThat(docker.refused("rm", "boat"))
        .contains(remove + "running: stop the container before");
    assertThat(docker.refused("kill", "-s", "99", "boat"))
        .contains("cannot kill container: boat: the linux daemon does not support signal 99");
    assertThat(docker.refused("stop", "-s", "NOPE", "boat"))
        .contains("cannot stop container: boat: invalid signal: NOPE");
    assertThat(docker.refused("kill", "nobody"))
        .contains("cannot kill container: nobody: No such container: nobody");
    docker.ok("pause", "boat");
    assertThat(docker.refused("rm", "boat")).contains(remove + "paused and must be unpaused first");
    docker.ok("rm", "-f", "boat");
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    String created = docker.ok("inspect", "-f", "{{.Id}}", "boat");
    assertThat(created).isNotEqualTo(id);
    for (String verb : List.of("pause", "top", "kill")) {
      assertThat(docker.refused(verb, "boat")).contains("container " + created + " is not running");
    }
  }

  @Test
  void restart_is_a_new_process_in_the_same_container() {
    String id = running("boat", HEEDS_TERM);
    String before = docker.ok("inspect", "-f", "{{.State.Pid}}", id);
    docker.ok("restart", "-t", "2", "boat");
    assertThat(docker.ok("inspect", "-f", "{{.State.Pid}}", id)).isNotEqualTo(before);
    assertThat(state("boat")).startsWith("running");
  }

  @Test
  void a_paused_container_does_nothing_until_it_goes_on() {
    running("boat", "echo ready; while :; do date +%s%N > /now; sleep 0.05; done");
    docker.ok("pause", "boat");
    assertThat(state("boat")).isEqualTo("paused true true 0");
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).contains("(Paused)");
    assertThat(docker.refused("exec", "boat", "true")).contains("is paused");
    assertThat(docker.refused("pause", "boat")).contains("is already paused");
    docker.ok("unpause", "boat");
    assertThat(state("boat")).startsWith("running true false");
    assertThat(docker.refused("unpause", "boat")).contains("is not paused");
  }

  @Test
  void a_new_name_takes_the_place_of_the_old_one() {
    String id = docker.ok("create", "--name", "old", TestImages.BUSYBOX);
    docker.ok("create", "--name", "other", TestImages.BUSYBOX);
    assertThat(docker.refused("rename", "old", "other")).contains("\"/other\" is already in use");
    docker.ok("rename", "old", "new");
    assertThat(docker.ok("inspect", "-f", "{{.Id}} {{.Name}}", "new")).isEqualTo(id + " /new");
    docker.refused("inspect", "old");
    docker.ok("create", "--name", "old", TestImages.BUSYBOX);
  }

  @Test
  void a_running_container_is_only_removed_by_force() {
    running("boat", HEEDS_TERM);
    assertThat(docker.refused("rm", "boat")).contains("cannot remove").contains("running");
    docker.ok("rm", "-f", "boat");
    docker.refused("inspect", "boat");
  }

  @Test
  void id_prefixes_and_names_with_a_slash_are_understood() {
    String id = docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    for (String name :
        new String[] {id, id.substring(0, 12), id.substring(0, 5), "boat", "/boat"}) {
      assertThat(docker.ok("inspect", "-f", "{{.Id}}", name)).isEqualTo(id);
    }
  }

  @Test
  void wait_is_told_of_the_exit_and_of_the_removal() {
    running("boat", HEEDS_TERM);
    try (CliSession waiting = docker.start("wait", "boat")) {
      docker.ok("stop", "boat");
      assertThat(waiting.exit().text()).isEqualTo("5");
    }
    assertThat(docker.refused("wait", "nobody")).contains("No such container: nobody");
  }

  @Test
  void a_failed_start_leaves_a_container_that_says_why() {
    String id = docker.ok("create", "--name", "boat", TestImages.BUSYBOX, "nope");
    assertThat(docker.refused("start", "boat")).contains("nope");
    assertThat(state("boat")).isEqualTo("created false false 127");
    assertThat(docker.ok("inspect", "-f", "{{.State.Error}}", id)).contains("nope");
  }

  @ParameterizedTest
  @CsvSource({
    "'', web",
    "-a, web done fresh",
    "-a --filter status=exited, done",
    "-a --filter status=created, fresh",
    "-a --filter exited=3, done",
    "-a --filter label=tier, web fresh",
    "-a --filter label=tier=front, web",
    "-a --filter name=^d, done",
    "-a --filter ancestor=busybox, web done fresh",
    "-a --filter before=fresh, web done",
    "-a --filter since=web, done fresh",
    "-a --filter label=tier --filter status=created, fresh",
    "-a --filter publish=80, ''",
    "-a -n 1, fresh",
    "-l, fresh",
  })
  void ps_shows_what_its_filters_let_through(String flags, String names) {
    docker.ok(
        "run", "-d", "--name", "web", "--label", "tier=front", TestImages.BUSYBOX, "sleep", "60");
    docker.run("run", "--name", "done", TestImages.BUSYBOX, "sh", "-c", "exit 3");
    docker.ok("create", "--name", "fresh", "--label", "tier=back", TestImages.BUSYBOX);
    String line = "ps --format {{.Names}} " + flags;
    String[] shown = docker.ok(line.strip().split(" +")).lines().toArray(String[]::new);
    assertThat(shown).containsExactlyInAnyOrder(names.isEmpty() ? new String[0] : names.split(" "));
  }

  @Test
  void an_unknown_filter_is_refused() {
    assertThat(docker.refused("ps", "--filter", "colour=red"))
        .containsIgnoringCase("invalid filter");
  }

  @Test
  void ps_tells_image_command_state_and_ports() {
    docker.ok("run", "-d", "--name", "web", "-p", "8080:80", TestImages.BUSYBOX, "sleep", "60");
    assertThat(docker.ok("ps", "--format", "{{.Image}}|{{.Command}}|{{.State}}|{{.Ports}}"))
        .startsWith("busybox|\"sleep 60\"|running|0.0.0.0:8080->80/tcp");
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).startsWith("Up ");
  }

  @Test
  void top_shows_the_processes_without_the_images_help() {
    running("boat", HEEDS_TERM);
    assertThat(docker.ok("top", "boat")).contains("PID").contains("trap 'exit 5' TERM");
  }
}
