package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What restart policies promise where the daemon, or the host, goes down and comes up again. What
 * is expected here is what dockerd 20.10 did with the same containers, but that ours outlive their
 * daemon.
 */
@Tag("e2e")
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DaemonRestartIT {
  private static final String FAILS_AT_FIRST =
      "n=$(cat /n 2>/dev/null || echo 0); echo $((n+1)) > /n; [ $n -lt 2 ] && exit 1; sleep 600";

  private WherryDaemon daemon;
  private DockerCli docker;

  @BeforeAll
  void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a daemon that may be killed");
    daemon = WherryDaemon.start();
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  @AfterEach
  void removeContainers() {
    docker.removeAllContainers();
  }

  @AfterAll
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private void run(String name, String policy, String script, String... flags) {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d", "--name", name, "--restart", policy),
            List.of(flags),
            List.of(TestImages.BUSYBOX, "sh", "-c", script)));
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  private String state(String name) {
    return inspect(name, "{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}");
  }

  private void assertStates(String... lines) {
    await()
        .untilAsserted(
            () -> {
              List<String> shown = new ArrayList<>();
              for (String line : lines) {
                String name = line.split(" ")[0];
                shown.add(name + " " + state(name));
              }
              assertThat(shown).containsExactly(lines);
            });
  }

  /** All that can have become of a container before. */
  private void makeFleet() {
    String stays = "exec sleep 600";
    run("always", "always", stays);
    run("always-stopped", "always", stays);
    run("unless", "unless-stopped", stays);
    run("unless-stopped", "unless-stopped", stays);
    run("failure", "on-failure:3", stays);
    run("failure-some", "on-failure:5", FAILS_AT_FIRST);
    run("failure-all", "on-failure:2", "exit 7");
    run("success", "on-failure", "exit 0");
    run("no", "no", stays);
    docker.ok("create", "--name", "fresh", "--restart", "always", TestImages.BUSYBOX);
    docker.ok("stop", "-t", "0", "always-stopped", "unless-stopped");
    assertStates("failure-some running 0 2", "failure-all exited 7 2", "success exited 0 0");
  }

  @Test
  void a_daemon_that_starts_again_starts_what_always_is_to_run() {
    makeFleet();
    List<String> outlive = List.of("always", "unless", "failure", "failure-some", "no");
    List<String> pids = outlive.stream().map(name -> inspect(name, "{{.State.Pid}}")).toList();

    daemon.terminate();
    daemon.startAgain();

    assertStates(
        "always running 0 0",
        "always-stopped running 0 0",
        "unless running 0 0",
        "unless-stopped exited 137 0",
        "failure running 0 0",
        "failure-some running 0 2",
        "failure-all exited 7 2",
        "success exited 0 0",
        "no running 0 0",
        "fresh created 0 0");
    assertThat(outlive.stream().map(name -> inspect(name, "{{.State.Pid}}"))).isEqualTo(pids);
    docker.ok("stop", "-t", "0", "always");
    assertThat(state("always")).as("a policy does not undo a later stop").isEqualTo("exited 137 0");
  }

  @Test
  void after_a_reboot_all_that_ran_has_ended_and_policies_hold() {
    makeFleet();
    run("paused", "no", "sleep 600");
    run("paused-always", "always", "sleep 600");
    docker.ok("pause", "paused", "paused-always");
    run("probed", "always", "sleep 600", "--health-cmd", "true", "--health-interval", "200ms");
    docker.ok("run", "-d", "--rm", "--name", "brief", TestImages.BUSYBOX, "sleep", "600");
    await().until(() -> inspect("probed", "{{.State.Health.Status}}").equals("healthy"));

    daemon.reboot();

    assertStates(
        "always running 0 0",
        "always-stopped running 0 0",
        "unless running 0 0",
        "unless-stopped exited 137 0",
        "failure running 0 0",
        "failure-some running 0 0",
        "failure-all exited 7 2",
        "success exited 0 0",
        "no exited 255 0",
        "fresh created 0 0",
        "paused exited 255 0",
        "paused-always running 0 0");
    await().until(() -> docker.run("inspect", "brief").exitCode() != 0);
    await().until(() -> inspect("probed", "{{.State.Health.Status}}").equals("healthy"));
    assertThat(docker.ok("start", "-a", "success")).isEmpty();
    assertThat(docker.ok("exec", "always", "echo", "works")).isEqualTo("works");
  }

  @Test
  void restarts_that_were_due_are_made_and_their_count_begins_afresh() {
    run("fails", "on-failure:4", "echo began; exit 1");
    run("ends", "always", "exit 0");
    await()
        .until(
            () ->
                state("fails").startsWith("restarting 1 ")
                    && Integer.parseInt(inspect("fails", "{{.RestartCount}}")) >= 2);
    daemon.kill9();
    daemon.startAgain();
    assertStates("fails exited 1 4");
    assertThat(docker.ok("logs", "fails").lines().count()).isBetween(2L + 5, 4L + 5);
    await().until(() -> Integer.parseInt(inspect("ends", "{{.RestartCount}}")) >= 2);
  }

  @Test
  void who_needs_another_starts_after_it_however_many_they_are() {
    run("one", "always", "exec sleep 600", "--ipc", "shareable");
    run("two", "always", "exec sleep 600", "--network", "container:one");
    run(
        "three",
        "always",
        "exec sleep 600",
        "--network",
        "container:two",
        "--ipc",
        "container:one");
    run("four", "always", "exec sleep 600", "--link", "one:first");
    run("five", "always", "exec sleep 600", "--link", "four:fourth", "--pid", "container:two");

    daemon.reboot();

    List<String> all = List.of("one", "two", "three", "four", "five");
    all.forEach(name -> await().until(() -> state(name).startsWith("running")));
    String[][] pairs = {
      {"one", "two"}, {"two", "three"}, {"one", "four"}, {"four", "five"}, {"two", "five"}
    };
    for (String[] pair : pairs) {
      assertThat(Instant.parse(inspect(pair[1], "{{.State.StartedAt}}")))
          .as(String.join(" before ", pair))
          .isAfter(Instant.parse(inspect(pair[0], "{{.State.StartedAt}}")));
    }
    assertThat(docker.ok("exec", "three", "cat", "/etc/hostname", "/etc/hosts"))
        .isEqualTo(docker.ok("exec", "one", "cat", "/etc/hostname", "/etc/hosts"));
    assertThat(docker.ok("exec", "three", "readlink", "/proc/self/ns/net"))
        .isEqualTo(docker.ok("exec", "one", "readlink", "/proc/self/ns/net"));
    assertThat(docker.ok("exec", "five", "cat", "/etc/hosts"))
        .contains(inspect("four", "{{.NetworkSettings.IPAddress}}") + "\tfourth");
  }
}
