package dev.wherry.e2e;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@EndToEnd
class LogsIT {
  private final DockerCli docker;

  LogsIT(DockerCli docker) {
    this.docker = docker;
  }

  private void ran(String script) {
    docker.run("run", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", script);
  }

  @Test
  void both_streams_are_kept_apart() {
    ran("echo one; echo two >&2; echo three");
    assertThat(docker.run("logs", "boat")).isEqualTo(new CliResult(0, "one\nthree\n", "two\n"));
  }

  @Test
  void tail_gives_the_last_lines() {
    ran("seq 1 1000");
    assertThat(docker.ok("logs", "--tail", "3", "boat")).isEqualTo("998\n999\n1000");
    assertThat(docker.ok("logs", "--tail", "0", "boat")).isEmpty();
    assertThat(docker.ok("logs", "-n", "5000", "boat").lines().count()).isEqualTo(1000);
  }

  @Test
  void timestamps_are_utc_with_nanoseconds() {
    ran("echo one");
    assertThat(docker.ok("logs", "-t", "boat"))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z one");
  }

  @Test
  void since_and_until_cut_by_time() {
    ran("echo one; sleep 1.1; echo two; sleep 1.1; echo three");
    String[] stamps =
        docker
            .ok("logs", "-t", "boat")
            .lines()
            .map(line -> line.split(" ")[0])
            .toArray(String[]::new);
    assertThat(docker.ok("logs", "--since", stamps[1], "boat")).isEqualTo("two\nthree");
    assertThat(docker.ok("logs", "--until", stamps[1], "boat")).isEqualTo("one\ntwo");
    assertThat(docker.ok("logs", "--since", stamps[1], "--until", stamps[1], "boat"))
        .isEqualTo("two");
    assertThat(docker.ok("logs", "--since", "1h", "--tail", "1", "boat")).isEqualTo("three");
    assertThat(docker.ok("logs", "--until", "1h", "boat")).isEmpty();
  }

  @Test
  void following_goes_on_until_the_container_ends() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "echo first; while [ ! -e /go ]; do sleep 0.05; done; echo last");
    try (CliSession following = docker.start("logs", "-f", "boat")) {
      following.awaitOutput("first");
      docker.ok("exec", "boat", "touch", "/go");
      assertThat(following.exit()).isEqualTo(new CliResult(0, "first\nlast\n", ""));
    }
  }

  @Test
  void following_from_the_tail_shows_only_what_is_new() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "echo old; while [ ! -e /go ]; do sleep 0.05; done; while :; do echo new; sleep 0.05; done");
    await().until(() -> docker.ok("logs", "boat").equals("old"));
    try (CliSession following = docker.start("logs", "-f", "--tail", "0", "boat")) {
      docker.ok("exec", "boat", "touch", "/go");
      following.awaitOutput("new");
      assertThat(following.output()).doesNotContain("old");
    }
  }

  @Test
  void a_terminals_output_is_logged_as_one_stream() {
    docker.run("run", "-t", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", "echo a; echo b >&2");
    assertThat(docker.run("logs", "boat")).isEqualTo(new CliResult(0, "a\r\nb\r\n", ""));
  }

  @Test
  void long_lines_and_lines_without_end_are_unchanged() {
    ran("head -c 100000 /dev/zero | tr '\\0' x; echo; printf 'no end'");
    assertThat(docker.run("logs", "boat").stdout()).isEqualTo("x".repeat(100_000) + "\nno end");
  }

  @Test
  void bytes_that_are_no_text_are_unchanged() {
    ran("printf 'a\\000b\\001c\\n'");
    assertThat(docker.run("logs", "boat").stdout()).isEqualTo("a\0b\1c\n");
  }

  @Test
  void output_of_every_run_is_kept_until_the_container_goes() {
    ran("echo run");
    docker.ok("start", "-a", "boat");
    assertThat(docker.ok("logs", "boat")).isEqualTo("run\nrun");
    docker.ok("rm", "boat");
    assertThat(docker.refused("logs", "boat")).contains("No such container: boat");
  }

  @Test
  void two_hundred_thousand_lines_are_all_there() {
    ran("seq 1 200000");
    String all = docker.ok("logs", "boat");
    assertThat(all.lines().count()).isEqualTo(200_000);
    assertThat(all).endsWith("\n199999\n200000");
  }

  @Test
  void a_container_that_never_ran_has_none() {
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    assertThat(docker.run("logs", "boat")).isEqualTo(new CliResult(0, "", ""));
  }

  /** Not with dockerd, which rotates at a size of its own. */
  @Test
  void logs_are_rotated_compressed_and_read_in_one_pass() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--log-opt",
        "max-size=100k",
        "--log-opt",
        "max-file=50",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "i=0; while [ $i -lt 20 ]; do seq $((i * 1000 + 1)) $((i * 1000 + 1000)); i=$((i + 1));"
            + " sleep 0.2; done; sleep 1000");
    String expected =
        IntStream.rangeClosed(1, 20_000).mapToObj(Integer::toString).collect(joining("\n"));
    try (CliSession following = docker.start("logs", "-f", "boat")) {
      following.awaitOutput("\n20000\n");
      docker.ok("kill", "boat");
      assertThat(following.exit().stdout().strip()).isEqualTo(expected);
    }
    assertThat(docker.ok("logs", "boat")).isEqualTo(expected);
    assertThat(docker.ok("logs", "--tail", "15000", "boat").lines()).hasSize(15_000);
    Path log = Path.of(docker.ok("inspect", "-f", "{{.LogPath}}", "boat"));
    await().untilAsserted(() -> assertThat(siblings(log)).anyMatch(n -> n.endsWith(".gz")));
  }

  private static List<String> siblings(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log.getParent())) {
      return files.map(Path::toString).toList();
    }
  }

  @Test
  void details_show_labels_environment_and_tag() {
    docker.ok(
        "run",
        "--name",
        "boat",
        "--label",
        "k=v",
        "-e",
        "E=1",
        "--log-opt",
        "labels=k",
        "--log-opt",
        "env=E",
        "--log-opt",
        "tag={{.Name}}",
        TestImages.BUSYBOX,
        "echo",
        "x");
    assertThat(docker.ok("logs", "--details", "boat")).isEqualTo("E=1,k=v,tag=boat x");
    docker.run("rm", "boat");
    ran("echo x");
    assertThat(docker.run("logs", "--details", "boat").stdout()).isEqualTo(" x\n");
  }

  @Test
  void the_local_driver_keeps_logs_too() {
    docker.ok("run", "--name", "boat", "--log-driver", "local", TestImages.BUSYBOX, "echo", "x");
    assertThat(docker.ok("logs", "boat")).isEqualTo("x");
    assertThat(docker.ok("inspect", "-f", "{{.HostConfig.LogConfig.Type}}:{{.LogPath}}", "boat"))
        .isEqualTo("local:");
  }

  @Test
  void a_driver_that_cannot_work_here_is_refused_by_name() {
    assertThat(docker.run("create", "--log-driver", "nosuch", TestImages.BUSYBOX).stderr())
        .contains("error looking up logging plugin nosuch: plugin \"nosuch\" not found");
    assertThat(docker.run("create", "--log-opt", "nope=1", TestImages.BUSYBOX).stderr())
        .contains("unknown log opt 'nope' for json-file log driver");
    assumeFalse(Files.exists(Path.of("/run/systemd/journal/socket")));
    docker.ok("create", "--name", "boat", "--log-driver", "journald", TestImages.BUSYBOX);
    assertThat(docker.run("start", "boat").stderr())
        .contains("failed to initialize logging driver: journald is not enabled on this host");
  }

  @Test
  void what_is_said_of_handing_lines_over_is_checked_at_once() {
    for (List<String> wrong :
        List.of(
            List.of("mode=foo", "logger: logging mode not supported: foo"),
            List.of("max-buffer-size=1m", "only supported with 'mode=non-blocking'"))) {
      assertThat(docker.refused("create", "--log-opt", wrong.getFirst(), TestImages.BUSYBOX))
          .contains(wrong.getLast());
    }
    String mode = "mode=non-blocking";
    assertThat(
            docker.refused(
                DockerCli.line(
                    List.of("create", "--log-opt", mode),
                    List.of("--log-opt", "max-buffer-size=foo"),
                    List.of(TestImages.BUSYBOX))))
        .contains("error parsing option max-buffer-size: invalid size: 'foo'");
    docker.ok("create", "--name", "boat", "--log-opt", mode, TestImages.BUSYBOX);
    docker.ok("rm", "boat");
  }

  @Test
  void a_wrong_size_is_told_at_the_start() {
    docker.ok("create", "--name", "boat", "--log-opt", "max-size=zz", TestImages.BUSYBOX);
    assertThat(docker.run("start", "boat").stderr())
        .contains("failed to initialize logging driver: invalid size: 'zz'");
    docker.ok("rm", "boat");
  }
}
