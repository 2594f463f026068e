package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A runtime that works but for the one command that it hangs in; see {@link HangIT} for many. */
@Tag("e2e")
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HangingRuntimeIT {
  /** What a client may have to wait while others hang; it takes a fraction of it. */
  private static final Duration SOON = Duration.ofSeconds(10);

  /** Longer than a runtime's command may take. */
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  private static final String SCRIPT =
      """
      #!/bin/sh
      for word in "$@"; do
        case $word in
          create|start|exec|delete|kill|pause|resume|update|state|ps) break ;;
        esac
      done
      echo "$word" >> %1$s/calls
      if [ -e "%1$s/hang-$word" ]; then
        echo $$ >> %1$s/pids
        exec sleep 1000
      fi
      exec runc "$@"
      """;

  private Path dir;
  private WherryDaemon daemon;
  private DockerCli docker;

  @BeforeAll
  void start(@TempDir Path own) throws IOException {
    dir = own;
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a runtime of its own");
    Path runtime = Files.writeString(dir.resolve("slow"), SCRIPT.formatted(dir));
    assertThat(runtime.toFile().setExecutable(true)).isTrue();
    daemon = WherryDaemon.start("--add-runtime", "slow=" + runtime);
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  @AfterEach
  void hangNoMore() throws IOException {
    for (String command : List.of("create", "start", "exec", "delete", "kill", "pause", "update")) {
      Files.deleteIfExists(dir.resolve("hang-" + command));
    }
    endHanging();
    docker.removeAllContainers();
  }

  @AfterAll
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private void run(String name) {
    docker.ok(
        "run",
        "-d",
        "--name",
        name,
        "--runtime",
        "slow",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "trap 'exit 5' TERM; while :; do sleep 0.1; done");
  }

  private void hangIn(String... commands) throws IOException {
    for (String command : commands) {
      Files.createFile(dir.resolve("hang-" + command));
    }
  }

  private List<String> hanging() throws IOException {
    Path pids = dir.resolve("pids");
    return Files.exists(pids) ? Files.readAllLines(pids) : List.of();
  }

  private void awaitHanging(int count) {
    await().until(() -> hanging().size() == count);
  }

  private void endHanging() throws IOException {
    for (String pid : hanging()) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
    Files.deleteIfExists(dir.resolve("pids"));
  }

  private String state(String name) {
    return docker.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name);
  }

  /** Lists, looks, and lives and deaths of others. */
  private void assertOthersAreServed() {
    long before = System.nanoTime();
    assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")).contains("boat");
    docker.ok("inspect", "boat");
    docker.ok(
        "run", "-d", "--name", "other", "--runtime", "runc", TestImages.BUSYBOX, "sleep", "9");
    docker.ok("exec", "other", "true");
    docker.ok("pause", "other");
    docker.ok("unpause", "other");
    docker.ok("stop", "-t", "0", "other");
    docker.ok("start", "other");
    docker.ok("rm", "-f", "other");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(SOON);
  }

  @Test
  void in_an_exec_it_holds_up_that_exec_alone() throws IOException {
    run("boat");
    hangIn("exec");
    try (CliSession stuck = docker.start("exec", "boat", "true");
        CliSession onTerminal =
            docker.startOnTerminal(dir.resolve("tty"), "exec", "-t", "boat", "true")) {
      awaitHanging(2);
      assertOthersAreServed();
      docker.ok("update", "--cpu-shares", "512", "boat");
      docker.ok("top", "boat");
      docker.ok("stop", "boat");
      assertThat(state("boat")).isEqualTo("exited 5");
      endHanging();
      assertThat(stuck.exit().exitCode()).isNotZero();
      assertThat(onTerminal.exit().exitCode()).isNotZero();
    }
    Files.delete(dir.resolve("hang-exec"));
    docker.ok("start", "boat");
    assertThat(docker.ok("exec", "boat", "echo", "again")).isEqualTo("again");
  }

  @Test
  void in_a_delete_it_holds_up_its_container_which_has_ended_all_the_same() throws IOException {
    run("boat");
    hangIn("delete");
    try (CliSession stopping = docker.start("stop", "boat")) {
      awaitHanging(1);
      await().until(() -> state("boat").equals("exited 5"));
      assertOthersAreServed();
      assertThat(stopping.isRunning()).isTrue();
      Files.delete(dir.resolve("hang-delete"));
      endHanging();
      assertThat(stopping.exit().exitCode()).isZero();
    }
    docker.ok("start", "boat");
    assertThat(docker.ok("exec", "boat", "echo", "again")).isEqualTo("again");
    docker.ok("rm", "-f", "boat");
  }

  @Test
  void signals_pauses_and_changes_of_limits_do_without_it() throws IOException {
    run("boat");
    hangIn("kill", "pause", "update");
    Files.writeString(dir.resolve("calls"), "");
    docker.ok("pause", "boat");
    docker.ok("unpause", "boat");
    docker.ok("update", "--memory", "64m", "--memory-swap", "64m", "boat");
    docker.ok("kill", "-s", "HUP", "boat");
    docker.ok("kill", "boat");
    docker.ok("wait", "boat");
    assertThat(hanging()).isEmpty();
    assertThat(Files.readAllLines(dir.resolve("calls"))).doesNotContain("kill", "pause", "update");
  }

  @Test
  void after_a_minute_it_is_killed_and_the_client_told() throws IOException {
    hangIn("start");
    try (CliSession stuck =
        docker.start(
            "run", "--name", "boat", "--runtime", "slow", TestImages.BUSYBOX, "echo", "done")) {
      awaitHanging(1);
      assertOthersAreServed();
      CliResult result = stuck.exit(DEADLINE);
      assertThat(result.exitCode()).isEqualTo(125);
      assertThat(result.stderr()).contains("slow start did not end within 60 s and was killed");
    }
    Files.delete(dir.resolve("hang-start"));
    assertThat(state("boat")).startsWith("created 128");
    assertThat(docker.ok("inspect", "-f", "{{.State.Error}}", "boat")).contains("did not end");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo("done");
  }
}
