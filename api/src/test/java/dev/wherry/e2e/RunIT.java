package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EndToEnd
class RunIT {
  private final DockerCli docker;

  @TempDir private Path dir;

  RunIT(DockerCli docker) {
    this.docker = docker;
  }

  private CliResult run(String... command) {
    String[] line = new String[command.length + 3];
    line[0] = "run";
    line[1] = "--rm";
    line[2] = TestImages.BUSYBOX;
    System.arraycopy(command, 0, line, 3, command.length);
    return docker.run(line);
  }

  @Test
  void output_and_exit_code_come_through_and_rm_leaves_nothing() {
    assertThat(run("sh", "-c", "echo out; echo err >&2; exit 42"))
        .isEqualTo(new CliResult(42, "out\n", "err\n"));
    await().until(() -> docker.ok("ps", "-aq").isEmpty());
  }

  @Test
  void a_command_that_is_not_there_is_127_and_one_that_cannot_run_is_126() {
    CliResult missing = run("no-such-command");
    assertThat(missing.exitCode()).isEqualTo(127);
    assertThat(missing.stderr()).contains("no-such-command").contains("executable file not found");
    CliResult directory = run("/etc");
    assertThat(directory.exitCode()).isEqualTo(126);
    await().until(() -> docker.ok("ps", "-aq").isEmpty());
  }

  @Test
  void the_end_of_the_input_reaches_the_command_and_its_output_goes_on() {
    try (CliSession session =
        docker.start("run", "-i", "--rm", TestImages.BUSYBOX, "sh", "-c", "cat; echo after")) {
      session.type("before\n").awaitOutput("before").endInput();
      assertThat(session.exit()).isEqualTo(new CliResult(0, "before\nafter\n", ""));
    }
  }

  @Test
  void no_byte_is_lost_to_a_reader_slower_than_the_command() {
    // Without -i the client closes its sending side at once; the output then has to wait for it.
    for (int i = 0; i < 12; i++) {
      CliResult result = run("sh", "-c", "yes 0123456789abcde | head -n 131072");
      assertThat(result.exitCode()).isZero();
      assertThat(result.stdout()).hasSize(131_072 * 16);
    }
  }

  @Test
  void a_megabyte_of_input_comes_back_unchanged() {
    String text = "0123456789abcde\n".repeat(65_536);
    try (CliSession session = docker.start("run", "-i", "--rm", TestImages.BUSYBOX, "cat")) {
      session.type(text).endInput();
      CliResult result = session.exit();
      assertThat(result.exitCode()).isZero();
      assertThat(result.stdout()).isEqualTo(text);
    }
  }

  @Test
  void much_output_arrives_whole_and_in_order() {
    CliResult result = run("seq", "1", "200000");
    assertThat(result.stdout().lines().count()).isEqualTo(200_000);
    assertThat(result.stdout()).startsWith("1\n2\n").endsWith("199999\n200000\n");
  }

  @Test
  void without_an_interactive_flag_the_command_has_no_input() {
    assertThat(run("cat")).isEqualTo(new CliResult(0, "", ""));
  }

  @Test
  void a_terminal_is_one_and_has_the_clients_size_and_follows_it() {
    Path tty = dir.resolve("tty");
    String script =
        "test -t 0 && test -t 1 && test -t 2 || exit 1; while :; do s=$(stty size);"
            + " [ \"$s\" = \"$old\" ] || echo size $s; old=$s; sleep 0.05; done";
    try (CliSession session =
        docker.startOnTerminal(tty, "run", "-it", "--rm", TestImages.BUSYBOX, "sh", "-c", script)) {
      session.awaitOutput("size 24 80");
      String device = DockerCli.host("cat", tty.toString()).text();
      DockerCli.host("stty", "-F", device, "rows", "50", "cols", "132").text();
      session.awaitOutput("size 50 132");
    }
  }

  @Test
  void what_is_typed_at_a_terminal_reaches_the_shell() {
    try (CliSession session =
        docker.startOnTerminal(dir.resolve("tty"), "run", "-it", "--rm", TestImages.BUSYBOX)) {
      session.awaitOutput("#").type("echo $((6*7))\r").awaitOutput("42").type("exit 3\r");
      assertThat(session.exit().exitCode()).isEqualTo(3);
    }
  }

  @Test
  void detach_keys_leave_the_container_running_and_attach_comes_back() {
    try (CliSession session =
        docker.startOnTerminal(
            dir.resolve("tty"), "run", "-it", "--name", "bench", TestImages.BUSYBOX)) {
      session.awaitOutput("#").type("\u0010\u0011");
      assertThat(session.exit().exitCode()).isZero();
    }
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "bench")).isEqualTo("true");
    try (CliSession session =
        docker.startOnTerminal(
            dir.resolve("tty"), "attach", "--detach-keys", "ctrl-a,x", "bench")) {
      session.type("echo $((6*7))\r").awaitOutput("42").type("\u0001x");
      session.exit();
    }
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "bench")).isEqualTo("true");
  }

  @Test
  void a_signal_to_the_client_is_passed_on() {
    try (CliSession session =
        docker.start(
            "run",
            "--rm",
            TestImages.BUSYBOX,
            "sh",
            "-c",
            "trap 'echo got it; exit 3' INT; echo ready; while :; do sleep 0.1; done")) {
      session.awaitOutput("ready").signal("INT").awaitOutput("got it");
      assertThat(session.exit().exitCode()).isEqualTo(3);
    }
  }

  @Test
  void detached_prints_the_id_and_wait_answers_with_the_code() {
    String id = docker.ok("run", "-d", TestImages.BUSYBOX, "sh", "-c", "sleep 0.3; exit 7");
    assertThat(id).matches("[0-9a-f]{64}");
    assertThat(docker.ok("wait", id)).isEqualTo("7");
    assertThat(docker.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", id))
        .isEqualTo("exited 7");
  }

  @Test
  void detached_with_rm_vanishes_when_it_ends() {
    String id = docker.ok("run", "-d", "--rm", TestImages.BUSYBOX, "sleep", "0.2");
    await().until(() -> docker.run("inspect", id).exitCode() == 1);
  }

  @Test
  void two_clients_attached_to_one_container_both_see_its_output() {
    docker.ok("run", "-di", "--name", "talk", TestImages.BUSYBOX, "cat");
    try (CliSession one = docker.start("attach", "talk");
        CliSession two = docker.start("attach", "talk")) {
      await()
          .until(
              () -> {
                one.type("hello\n");
                return two.output().contains("hello") && one.output().contains("hello");
              });
    }
  }

  @Test
  void an_image_nobody_has_is_named() {
    CliResult result = docker.run("run", "--pull", "never", "nosuch/image:1");
    assertThat(result.exitCode()).isEqualTo(125);
    assertThat(result.stderr()).contains("No such image: nosuch/image:1");
  }

  @Test
  void a_name_in_use_is_refused_and_its_holder_named() {
    String id = docker.ok("create", "--name", "taken", TestImages.BUSYBOX);
    assertThat(docker.refused("run", "--name", "taken", TestImages.BUSYBOX))
        .contains("Conflict")
        .contains("\"/taken\" is already in use by container \"" + id + "\"");
  }

  @Test
  void runs_side_by_side_all_get_their_own_code_and_output() throws Exception {
    try (var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<CliResult>> runs =
          IntStream.range(0, 40)
              .<Callable<CliResult>>mapToObj(
                  i -> () -> run("sh", "-c", "echo " + i + "; exit " + i))
              .toList();
      var results = pool.invokeAll(runs);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(new CliResult(i, i + "\n", ""));
      }
    }
    await().until(() -> docker.ok("ps", "-aq").isEmpty());
  }

  /** With dockerd such a client holds up the container. */
  @Test
  void a_client_that_stops_reading_does_not_hold_up_the_log_and_misses_nothing() {
    int bytes = 8_000_000;
    String script = "head -c " + bytes + " /dev/zero | tr '\\0' y; echo; echo done; sleep 1000";
    try (CliSession client =
        docker.start("run", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", script)) {
      client.awaitOutput("y").signal("STOP");
      await()
          .untilAsserted(
              () -> assertThat(docker.ok("logs", "--tail", "1", "boat")).isEqualTo("done"));
      client.signal("CONT").awaitOutput("done");
      assertThat(client.output()).hasSize(bytes + "\ndone\n".length());
    }
    docker.ok("rm", "-f", "boat");
  }
}
