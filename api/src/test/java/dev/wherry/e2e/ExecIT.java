package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EndToEnd
class ExecIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  ExecIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void start() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "-e",
        "A=1",
        "-w",
        "/home",
        TestImages.BUSYBOX,
        "sleep",
        "600");
  }

  @Test
  void output_and_exit_code_come_through() {
    assertThat(docker.run("exec", "boat", "sh", "-c", "echo out; echo err >&2; exit 3"))
        .isEqualTo(new CliResult(3, "out\n", "err\n"));
  }

  @Test
  void it_sees_the_containers_world() {
    assertThat(docker.ok("exec", "boat", "sh", "-c", "echo $A; pwd; cat /proc/1/comm; hostname"))
        .startsWith("1\n/home\nsleep\n");
  }

  @Test
  void user_environment_and_directory_can_differ() {
    assertThat(
            docker.ok(
                "exec",
                "-u",
                "user",
                "-e",
                "A=2",
                "-e",
                "B=3",
                "-w",
                "/tmp",
                "boat",
                "sh",
                "-c",
                "id -u; echo $A$B; pwd"))
        .isEqualTo("1000\n23\n/tmp");
  }

  @Test
  void the_end_of_its_input_reaches_it() {
    String text = "0123456789abcde\n".repeat(20_000);
    try (CliSession session = docker.start("exec", "-i", "boat", "sh", "-c", "cat; echo end")) {
      session.type(text).endInput();
      assertThat(session.exit()).isEqualTo(new CliResult(0, text + "end\n", ""));
    }
  }

  @Test
  void what_goes_in_comes_out_again_however_much_it_is() {
    String text = "0123456789abcde\n".repeat(200_000);
    try (CliSession session = docker.start("exec", "-i", "boat", "cat")) {
      session.type(text).endInput();
      assertThat(session.exit()).isEqualTo(new CliResult(0, text, ""));
    }
  }

  @Test
  void it_runs_to_its_end_when_its_client_leaves() {
    String script = "seq 1 500000; touch /tmp/through; seq 1 500000; touch /tmp/written";
    try (CliSession session = docker.start("exec", "boat", "sh", "-c", script)) {
      session.awaitOutput("1\n2\n").signal("KILL");
    }
    await().until(() -> docker.run("exec", "boat", "test", "-e", "/tmp/written").exitCode() == 0);
  }

  @Test
  void a_client_that_does_not_read_holds_it_up_and_loses_nothing() {
    String script = "seq 1 400000; touch /tmp/written; exit 5";
    try (CliSession session = docker.start("exec", "boat", "sh", "-c", script)) {
      session.awaitOutput("1\n2\n").signal("STOP");
      docker.ok("exec", "boat", "true");
      session.signal("CONT");
      CliResult result = session.exit();
      assertThat(result.exitCode()).isEqualTo(5);
      assertThat(result.stdout().lines().count()).isEqualTo(400_000);
    }
  }

  @Test
  void with_a_terminal_too_it_is_said_what_is_not_there() {
    try (CliSession session =
        docker.startOnTerminal(dir.resolve("tty"), "exec", "-it", "boat", "nope")) {
      session.awaitOutput("executable file not found in $PATH");
      assertThat(session.exit().exitCode()).isEqualTo(127);
    }
  }

  @Test
  void without_a_terminal_a_new_size_changes_nothing() {
    String id = created("{\"Cmd\": [\"sleep\", \"60\"]}");
    RawHttp.send(daemon.socket(), "POST", "/exec/" + id + "/start", "{\"Detach\": true}");
    assertThat(resized(id).status()).isEqualTo(200);
  }

  @Test
  void its_stream_names_the_engine_and_frames_only_where_an_upgrade_was_asked_for() {
    String id = created("{\"AttachStdout\": true, \"Cmd\": [\"echo\", \"hi\"]}");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "POST /v1.45/exec/%s/start HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n"
              .formatted(id));
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers())
          .containsEntry("content-type", "application/vnd.docker.raw-stream")
          .containsEntry("ostype", "linux")
          .containsKeys("api-version", "server");
      assertThat(http.readAll()).isEqualTo(TestImages.bytes("\1\0\0\0\0\0\0\3hi\n"));
    }
    await().untilAsserted(() -> assertThat(resized(id).status()).isEqualTo(404));
    assertThat(resized(id).body()).contains("process does not exist " + id + ": not found");
  }

  private RawHttp.Answer resized(String id) {
    return RawHttp.send(daemon.socket(), "POST", "/exec/" + id + "/resize?h=10&w=20", "");
  }

  @Test
  void a_request_without_a_body_or_with_more_than_one_is_told_as_such() {
    String path = "/containers/boat/exec";
    assertThat(RawHttp.send(daemon.socket(), "POST", path, "").body())
        .contains("No exec command specified");
    RawHttp.Answer more = RawHttp.send(daemon.socket(), "POST", path, "{\"Cmd\":[\"true\"]} x");
    assertThat(more.status()).isEqualTo(400);
    assertThat(more.body()).contains("unexpected content after JSON");
  }

  @Test
  void a_terminal_is_one_and_follows_the_clients_size() {
    Path tty = dir.resolve("tty");
    String script =
        "test -t 0 && test -t 1 || exit 1; while :; do s=$(stty size);"
            + " [ \"$s\" = \"$old\" ] || echo size $s; old=$s; sleep 0.05; done";
    try (CliSession session =
        docker.startOnTerminal(tty, "exec", "-it", "boat", "sh", "-c", script)) {
      session.awaitOutput("size 24 80");
      String device = DockerCli.host("cat", tty.toString()).text();
      DockerCli.host("stty", "-F", device, "rows", "50", "cols", "132").text();
      session.awaitOutput("size 50 132");
    }
  }

  @Test
  void a_shell_on_a_terminal_answers() {
    try (CliSession session =
        docker.startOnTerminal(dir.resolve("tty"), "exec", "-it", "boat", "sh")) {
      session.awaitOutput("#").type("echo $((6*7))\r").awaitOutput("42").type("exit 4\r");
      assertThat(session.exit().exitCode()).isEqualTo(4);
    }
  }

  @Test
  void detached_it_runs_on_by_itself() {
    assertThat(docker.ok("exec", "-d", "boat", "touch", "/tmp/made")).isEmpty();
    await().until(() -> docker.run("exec", "boat", "test", "-e", "/tmp/made").exitCode() == 0);
  }

  @Test
  void the_client_is_let_go_when_the_command_ends_though_the_container_runs() {
    assertThat(docker.run("exec", "-i", "boat", "true").exitCode()).isZero();
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "boat")).isEqualTo("true");
  }

  @Test
  void what_is_not_there_is_said() {
    CliResult missing = docker.run("exec", "boat", "nope");
    assertThat(missing.exitCode()).isIn(126, 127);
    assertThat(missing.stderr() + missing.stdout()).contains("nope").contains("not found");
    assertThat(docker.refused("exec", "nobody", "true")).contains("No such container: nobody");
    assertThat(docker.refused("exec", "-u", "nouser", "boat", "true")).contains("nouser");
    docker.ok("kill", "boat");
    assertThat(docker.refused("exec", "boat", "true")).contains("is not running");
  }

  @Test
  void it_may_be_more_privileged_than_its_container_but_is_not_by_itself() {
    assertThat(docker.ok("exec", "boat", "grep", "-E", "CapEff|Seccomp:", "/proc/self/status"))
        .isEqualTo("CapEff:\t00000000a80425fb\nSeccomp:\t2");
  }

  @Test
  void inspect_tells_its_state_and_code() {
    RawHttp.Answer created =
        RawHttp.send(
            daemon.socket(),
            "POST",
            "/containers/boat/exec",
            "{\"AttachStdout\": true, \"Cmd\": [\"sh\", \"-c\", \"exit 6\"]}");
    assertThat(created.status()).isEqualTo(201);
    String id = created.body().replaceAll(".*\"Id\":\"([0-9a-f]{64})\".*", "$1").strip();
    assertThat(RawHttp.get(daemon.socket(), "/exec/" + id + "/json").body())
        .contains("\"Running\":false", "\"ExitCode\":null", "\"entrypoint\":\"sh\"");
    RawHttp.send(daemon.socket(), "POST", "/exec/" + id + "/start", "{\"Detach\": true}");
    await()
        .until(
            () ->
                RawHttp.get(daemon.socket(), "/exec/" + id + "/json")
                    .body()
                    .contains("\"ExitCode\":6"));
    assertThat(RawHttp.get(daemon.socket(), "/exec/" + "0".repeat(64) + "/json").status())
        .isEqualTo(404);
  }

  @Test
  void many_side_by_side_keep_their_outputs_apart() {
    CliSession[] sessions = new CliSession[12];
    for (int i = 0; i < sessions.length; i++) {
      sessions[i] = docker.start("exec", "boat", "sh", "-c", "seq 1 2000; exit " + i);
    }
    for (int i = 0; i < sessions.length; i++) {
      CliResult result = sessions[i].exit();
      assertThat(result.exitCode()).isEqualTo(i);
      assertThat(result.stdout().lines().count()).isEqualTo(2000);
    }
  }

  private String created(String json) {
    RawHttp.Answer answer = RawHttp.send(daemon.socket(), "POST", "/containers/boat/exec", json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.body().replaceAll("(?s).*\"Id\":\"([0-9a-f]{64})\".*", "$1");
  }

  @Test
  void inspect_tells_all_that_was_asked_for() {
    String id =
        created(
            "{\"AttachStdin\": true, \"AttachStdout\": true, \"Tty\": true, \"User\": \"1000:50\","
                + " \"Privileged\": true, \"DetachKeys\": \"ctrl-x\","
                + " \"Cmd\": [\"sleep\", \"60\"]}");
    String container = docker.ok("inspect", "-f", "{{.Id}}", "boat");
    assertThat(RawHttp.get(daemon.socket(), "/exec/" + id + "/json").body().strip())
        .startsWith(
            "{\"ID\":\"%s\",\"Running\":false,\"ExitCode\":null,".formatted(id)
                + "\"ProcessConfig\":{\"tty\":true,\"entrypoint\":\"sleep\","
                + "\"arguments\":[\"60\"],\"privileged\":true,\"user\":\"1000:50\"},"
                + "\"OpenStdin\":true,\"OpenStderr\":false,\"OpenStdout\":true,"
                + "\"CanRemove\":false,\"ContainerID\":\"%s\",".formatted(container))
        .endsWith(",\"DetachKeys\":\"GA==\",\"Pid\":0}");
    RawHttp.Answer refused =
        RawHttp.send(
            daemon.socket(),
            "POST",
            "/containers/boat/exec",
            "{\"DetachKeys\": \"bogus\", \"Cmd\": [\"true\"]}");
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.body()).contains("Invalid escape keys (bogus) provided");
  }

  @Test
  void a_container_tells_its_execs_until_they_have_ended() {
    String id =
        created("{\"Cmd\": [\"sh\", \"-c\", \"while ! test -e /go; do sleep 0.05; done\"]}");
    assertThat(docker.ok("inspect", "-f", "{{.ExecIDs}}", "boat")).isEqualTo("[" + id + "]");
    RawHttp.send(daemon.socket(), "POST", "/exec/" + id + "/start", "{\"Detach\": true}");
    assertThat(docker.ok("inspect", "-f", "{{.ExecIDs}}", "boat")).isEqualTo("[" + id + "]");
    docker.ok("exec", "boat", "touch", "/go");
    await().until(() -> docker.ok("inspect", "-f", "{{json .ExecIDs}}", "boat").equals("null"));
    RawHttp.Answer again =
        RawHttp.send(daemon.socket(), "POST", "/exec/" + id + "/start", "{\"Detach\": true}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body()).contains("Error: Exec command " + id + " has already run");
  }

  @Test
  void a_paused_container_takes_none() {
    String id = created("{\"Cmd\": [\"true\"]}");
    docker.ok("pause", "boat");
    for (String path : List.of("/exec/" + id + "/start", "/containers/boat/exec")) {
      RawHttp.Answer answer =
          RawHttp.send(daemon.socket(), "POST", path, "{\"Detach\": true, \"Cmd\": [\"true\"]}");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.body()).contains(" is paused, unpause the container before exec");
    }
    docker.ok("unpause", "boat");
    docker.ok("exec", "boat", "true");
  }

  @Test
  void it_ends_with_its_container() {
    String created = created("{\"Cmd\": [\"true\"]}");
    String ended = created("{\"Cmd\": [\"sh\", \"-c\", \"exit 4\"]}");
    RawHttp.send(daemon.socket(), "POST", "/exec/" + ended + "/start", "{}");
    try (CliSession session = docker.start("exec", "boat", "sh", "-c", "echo on; sleep 600")) {
      session.awaitOutput("on");
      docker.ok("stop", "-t", "0", "boat");
      assertThat(session.exit().exitCode()).isNotZero();
    }
    assertThat(docker.ok("inspect", "-f", "{{json .ExecIDs}}", "boat")).isEqualTo("null");
    assertThat(RawHttp.get(daemon.socket(), "/exec/" + ended + "/json").body())
        .as("who asks for its code as both end")
        .contains("\"Running\":false", "\"ExitCode\":4");
    assertThat(
            RawHttp.send(
                    daemon.socket(), "POST", "/exec/" + created + "/start", "{\"Detach\": true}")
                .status())
        .isEqualTo(404);
  }

  @Test
  void who_detaches_from_it_leaves_it_running() {
    for (String[] keys : new String[][] {{"ctrl-p,ctrl-q", "\u0010\u0011"}, {"z,z", "zz"}}) {
      try (CliSession session =
          docker.startOnTerminal(
              dir.resolve("tty"),
              "exec",
              "-it",
              "--detach-keys",
              keys[0],
              "boat",
              "sh",
              "-c",
              "echo ready; exec sleep 77")) {
        session.awaitOutput("ready").type(keys[1]);
        assertThat(session.exit().stdout()).contains("read escape sequence");
      }
    }
    assertThat(docker.ok("top", "boat").lines().filter(line -> line.contains("sleep 77")))
        .hasSize(2);
  }

  @Test
  void users_groups_and_directories_are_looked_up_when_it_runs() {
    assertThat(docker.ok("exec", "-u", "1000:50", "boat", "id", "-g")).isEqualTo("50");
    assertThat(docker.refused("exec", "-u", "0:nosuch", "boat", "id"))
        .contains("unable to find group nosuch: no matching entries in group file");
    assertThat(docker.run("exec", "-w", "/nosuch", "boat", "pwd").exitCode()).isIn(126, 127);
    assertThat(docker.ok("exec", "-e", "A=", "boat", "sh", "-c", "echo [$A]")).isEqualTo("[]");
  }
}
