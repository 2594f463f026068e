package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon dies; the containers never notice. */
@Tag("e2e")
@Timeout(180)
class RecoveryIT {
  private static final String COUNTS =
      "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done";

  private WherryDaemon daemon;
  private DockerCli docker;

  @TempDir private Path dir;

  @BeforeEach
  void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a daemon that may be killed");
    daemon = WherryDaemon.start();
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  @AfterEach
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  private int lines(String name) {
    return (int) docker.ok("logs", name).lines().count();
  }

  @Test
  void a_container_runs_on_and_everything_works_on_it_afterwards() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "-p",
        "8080:80",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "httpd -p 80 -h /www; " + COUNTS);
    await().until(() -> lines("boat") > 3);
    String pid = inspect("boat", "{{.State.Pid}}");
    String started = inspect("boat", "{{.State.StartedAt}}");
    String address = inspect("boat", "{{.NetworkSettings.IPAddress}}");

    daemon.kill9();
    assertThat(DockerCli.host("curl", "-s", "http://" + daemon.address() + ":8080/").stdout())
        .as("its port answers while nobody is in charge")
        .isEqualTo("hello from the web\n");
    daemon.startAgain();

    assertThat(docker.ok("ps", "--format", "{{.Names}} {{.State}}")).isEqualTo("boat running");
    assertThat(inspect("boat", "{{.State.Pid}}")).isEqualTo(pid);
    assertThat(inspect("boat", "{{.State.StartedAt}}")).isEqualTo(started);
    assertThat(inspect("boat", "{{.NetworkSettings.IPAddress}}")).isEqualTo(address);
    assertThat(docker.run("exec", "boat", "sh", "-c", "echo in; exit 4"))
        .isEqualTo(new CliResult(4, "in\n", ""));
    int before = lines("boat");
    await().until(() -> lines("boat") > before);
    assertThat(docker.ok("logs", "boat").lines().toList())
        .as("no line is lost or doubled")
        .startsWith("line 1", "line 2", "line 3")
        .doesNotHaveDuplicates();
    assertThat(DockerCli.host("curl", "-s", "http://" + daemon.address() + ":8080/").stdout())
        .isEqualTo("hello from the web\n");
    docker.ok("stop", "-t", "1", "boat");
    assertThat(inspect("boat", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 137");
    docker.ok("rm", "boat");
  }

  @Test
  void following_and_attaching_work_after_the_restart() {
    docker.ok("run", "-di", "--name", "echo", TestImages.BUSYBOX, "cat");
    daemon.kill9();
    daemon.startAgain();
    try (CliSession attached = docker.start("attach", "echo");
        CliSession following = docker.start("logs", "-f", "echo")) {
      await()
          .until(
              () -> {
                attached.type("hello\n");
                return attached.output().contains("hello") && following.output().contains("hello");
              });
    }
    docker.ok("rm", "-f", "echo");
  }

  @Test
  void a_container_is_still_healthy_and_probed_on() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--health-cmd",
        "test ! -e /tmp/bad",
        "--health-interval",
        "200ms",
        "--health-retries",
        "1",
        TestImages.BUSYBOX,
        "sleep",
        "600");
    await().until(() -> inspect("boat", "{{.State.Health.Status}}").equals("healthy"));
    daemon.kill9();
    daemon.startAgain();
    assertThat(inspect("boat", "{{.State.Health.Status}}")).isEqualTo("healthy");
    docker.ok("exec", "boat", "touch", "/tmp/bad");
    await().until(() -> inspect("boat", "{{.State.Health.Status}}").equals("unhealthy"));
    docker.ok("rm", "-f", "boat");
  }

  @Test
  void an_exec_that_writes_goes_on() {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    String script =
        "i=0; while :; do i=$((i+1)); echo line $i; echo $i > /tmp/next; mv /tmp/next /tmp/at;"
            + " sleep 0.02; done";
    try (CliSession session = docker.start("exec", "boat", "sh", "-c", script)) {
      session.awaitOutput("line 3\n");
      daemon.kill9();
      daemon.startAgain();
      int seen = Integer.parseInt(docker.ok("exec", "boat", "cat", "/tmp/at"));
      await()
          .until(() -> Integer.parseInt(docker.ok("exec", "boat", "cat", "/tmp/at")) > seen + 20);
    }
  }

  @Test
  void a_terminal_can_be_taken_up_again() {
    docker.ok("run", "-dit", "--name", "shell", TestImages.BUSYBOX);
    daemon.kill9();
    daemon.startAgain();
    try (CliSession session = docker.startOnTerminal(dir.resolve("tty"), "attach", "shell")) {
      session.type("echo $((6*7))\r").awaitOutput("42").type("exit 5\r");
      assertThat(session.exit().exitCode()).isEqualTo(5);
    }
    assertThat(inspect("shell", "{{.State.ExitCode}}")).isEqualTo("5");
  }

  @Test
  void an_exit_nobody_saw_has_its_code_and_its_time() throws Exception {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "while [ ! -e /proc/1/root/go ]; do sleep 0.05; done; exit 23");
    docker.ok("run", "-d", "--rm", "--name", "brief", TestImages.BUSYBOX, "sleep", "600");
    long pid = Long.parseLong(inspect("boat", "{{.State.Pid}}"));
    long brief = Long.parseLong(inspect("brief", "{{.State.Pid}}"));
    daemon.kill9();
    Instant before = Instant.now();
    DockerCli.host("touch", "/proc/" + pid + "/root/go").text();
    DockerCli.host("kill", "-9", Long.toString(brief)).text();
    await().until(() -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    Instant after = Instant.now();
    daemon.startAgain();

    assertThat(inspect("boat", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 23");
    assertThat(Instant.parse(inspect("boat", "{{.State.FinishedAt}}")))
        .isBetween(before.minusMillis(50), after.plus(Duration.ofSeconds(1)));
    await().until(() -> docker.run("inspect", "brief").exitCode() != 0);
    assertThat(
            docker.ok(
                "events",
                "--since",
                "5m",
                "--until",
                "-1s",
                "--filter",
                "event=die",
                "--filter",
                "container=boat",
                "--format",
                "{{.Actor.Attributes.exitCode}}"))
        .isEqualTo("23");
  }

  @Test
  void images_volumes_names_and_stopped_containers_are_still_there() {
    docker.run(
        "run",
        "--name",
        "done",
        "-v",
        "hold:/data",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "echo kept > /data/x; echo said; exit 3");
    docker.ok("tag", "busybox", "other:1");
    String before = docker.ok("inspect", "done");
    daemon.kill9();
    daemon.startAgain();
    assertThat(docker.ok("inspect", "done")).isEqualTo(before);
    assertThat(docker.ok("logs", "done")).isEqualTo("said");
    assertThat(docker.ok("run", "--rm", "-v", "hold:/data", "other:1", "cat", "/data/x"))
        .isEqualTo("kept");
    docker.ok("rm", "done");
    docker.ok("volume", "rm", "hold");
  }

  @Test
  void a_daemon_told_to_end_leaves_its_containers_running() {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    String pid = inspect("boat", "{{.State.Pid}}");
    daemon.terminate();
    assertThat(ProcessHandle.of(Long.parseLong(pid))).get().matches(ProcessHandle::isAlive);
    daemon.startAgain();
    assertThat(inspect("boat", "{{.State.Pid}} {{.State.Status}}")).isEqualTo(pid + " running");
  }

  @Test
  void killed_in_the_middle_of_starts_it_comes_back_with_a_state_that_is_true() {
    CliSession[] starts = new CliSession[6];
    for (int i = 0; i < starts.length; i++) {
      starts[i] =
          docker.start("run", "-d", "--name", "boat" + i, TestImages.BUSYBOX, "sleep", "600");
    }
    await().until(() -> !docker.ok("ps", "-aq").isEmpty());
    daemon.kill9();
    for (CliSession start : starts) {
      start.exit();
    }
    daemon.startAgain();
    for (String line :
        docker.ok("ps", "-a", "--format", "{{.Names}} {{.State}}").lines().toList()) {
      String name = line.split(" ")[0];
      long pid = Long.parseLong(inspect(name, "{{.State.Pid}}"));
      if (line.endsWith(" running")) {
        assertThat(ProcessHandle.of(pid)).as(line).isPresent();
        assertThat(docker.run("exec", name, "true").exitCode()).as(line).isZero();
      } else {
        assertThat(pid).as(line).isZero();
        docker.ok("start", name);
      }
    }
  }

  @Test
  void a_volume_that_is_a_mount_stays_for_those_who_use_it_and_ends_with_the_last_of_them() {
    docker.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "pool");
    for (String name : List.of("one", "two")) {
      docker.ok(
          "run", "-d", "--name", name, "-v", "pool:/data", TestImages.BUSYBOX, "sleep", "1000");
    }
    docker.ok("exec", "one", "sh", "-c", "echo kept > /data/file");
    daemon.kill9();
    daemon.startAgain();
    docker.ok("rm", "-f", "one");
    assertThat(docker.refused("volume", "rm", "pool")).contains("volume is in use");
    docker.ok(
        "run", "-d", "--name", "three", "-v", "pool:/data", TestImages.BUSYBOX, "sleep", "1000");
    assertThat(docker.ok("exec", "three", "cat", "/data/file")).isEqualTo("kept");
    assertThat(poolMounts()).isEqualTo(1);
    docker.ok("rm", "-f", "two", "three");
    assertThat(poolMounts()).isZero();

    docker.ok(
        "run", "-d", "--name", "four", "-v", "pool:/data", TestImages.BUSYBOX, "sleep", "0.2");
    daemon.kill9();
    await().until(() -> !DockerCli.host("ps", "-eo", "args").stdout().contains("sleep 0.2"));
    daemon.startAgain();
    await().untilAsserted(() -> assertThat(poolMounts()).isZero());
    docker.ok("rm", "four");
    docker.ok("volume", "rm", "pool");
  }

  /** On the host, as opposed to in containers. */
  private long poolMounts() {
    String data = daemon.dataRoot().resolve("volumes/pool/_data").toString();
    return DockerCli.host("cat", "/proc/self/mountinfo")
        .stdout()
        .lines()
        .filter(line -> line.contains(" " + data + " "))
        .count();
  }

  @Test
  void names_are_answered_again_and_the_containers_are_not_touched() {
    docker.ok("network", "create", "sea");
    for (String name : new String[] {"one", "two"}) {
      docker.ok(
          "run", "-d", "--name", name, "--network", "sea", TestImages.BUSYBOX, "sleep", "1000");
    }
    String pid = inspect("two", "{{.State.Pid}}");
    String address = inspect("one", "{{.NetworkSettings.Networks.sea.IPAddress}}");

    daemon.kill9();
    daemon.startAgain();

    assertThat(inspect("two", "{{.State.Pid}}")).isEqualTo(pid);
    assertThat(DnsProbe.ask(pid, "udp", "one", "A", "tcp", "one.sea", "A"))
        .containsOnly("NOERROR " + address);
    docker.ok("rm", "-f", "one", "two");
    docker.ok("network", "rm", "sea");
  }

  @Test
  void after_a_reboot_policies_hold_and_those_who_join_others_start_after_them() {
    docker.ok(
        "run", "-d", "--name", "mast", "--restart", "always", TestImages.BUSYBOX, "sleep", "600");
    String[][] others = {
      {"sail", "--network", "container:mast", "--restart", "unless-stopped"},
      {"rope", "--link", "mast:pole", "--restart", "on-failure"},
      {"oar", "--pid", "container:mast", "--restart", "always"},
      {"stopped", "--restart", "unless-stopped"},
      {"plain"}
    };
    for (String[] other : others) {
      List<String> line = new ArrayList<>(List.of("run", "-d", "--name"));
      line.addAll(List.of(other));
      line.addAll(List.of(TestImages.BUSYBOX, "sleep", "600"));
      docker.ok(line.toArray(String[]::new));
    }
    docker.ok("stop", "-t", "0", "stopped");

    daemon.reboot();

    for (String name : List.of("mast", "sail", "rope", "oar")) {
      await()
          .untilAsserted(() -> assertThat(inspect(name, "{{.State.Status}}")).isEqualTo("running"));
    }
    assertThat(docker.ok("exec", "sail", "readlink", "/proc/self/ns/net"))
        .isEqualTo(docker.ok("exec", "mast", "readlink", "/proc/self/ns/net"));
    String address = inspect("mast", "{{.NetworkSettings.IPAddress}}");
    assertThat(docker.ok("exec", "rope", "cat", "/etc/hosts")).contains(address + "\tpole");
    assertThat(inspect("stopped", "{{.State.Status}}")).isEqualTo("exited");
    assertThat(inspect("plain", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 255");
  }

  @Test
  void what_goes_to_syslog_goes_on_where_it_stopped() throws Exception {
    Path socket = dir.resolve("syslog");
    try (SyslogIT.Server server = new SyslogIT.Server(socket)) {
      docker.ok(
          "run",
          "-d",
          "--name",
          "boat",
          "--log-driver=syslog",
          "--log-opt=syslog-address=unix://" + socket,
          TestImages.BUSYBOX,
          "sh",
          "-c",
          COUNTS);
      await().until(() -> server.lines.size() > 10);
      daemon.terminate();
      int before = server.lines.size();
      daemon.startAgain();
      await().until(() -> server.lines.size() > before + 10);
      docker.ok("kill", "boat");
      int number = 0;
      for (String text : server.texts()) {
        assertThat(text).isEqualTo("line " + ++number);
      }
    }
  }
}
