package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon whose containers have user namespaces, {@code userns-remap}. */
@Tag("e2e")
@Timeout(120)
class UsernsRemapIT {
  private static final String ROOT = "" + LentIds.FIRST;
  private static final String USER = "" + (LentIds.FIRST + 1000);
  private static final String STAFF = "" + (LentIds.FIRST + 50);
  private static final String WEB = "hello from the web\n";

  @TempDir private static Path dir;

  private static LentIds lent;
  private static WherryDaemon daemon;
  private static DockerCli docker;

  @BeforeAll
  static void start() throws IOException {
    lent = new LentIds();
    daemon = WherryDaemon.start("--userns-remap", LentIds.USER);
    docker = daemon.docker();
    docker.okWithInput(
        TestImages.temporary(
            TestImages.busyboxWith(
                tar -> {
                  tar.directory("mine", 0755, 1000, 50);
                  tar.file("mine/file", 0640, 1000, 50, Map.of(), TestImages.bytes("mine"));
                })),
        "import",
        "-c",
        "ENV PATH=/bin",
        "-",
        TestImages.BUSYBOX);
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterAll
  static void stop() throws IOException {
    try {
      daemon.close();
    } finally {
      lent.close();
    }
  }

  @AfterEach
  void clean() {
    docker.removeAllContainers();
  }

  private static String run(String... words) {
    return docker.ok(DockerCli.line(List.of("run", "--rm"), List.of(words), List.<String>of()));
  }

  private static String refused(String... words) {
    return docker.refused(
        DockerCli.line(List.of("run", "--rm"), List.of(words), List.<String>of()));
  }

  private static String shell(String script) {
    return run(TestImages.BUSYBOX, "sh", "-c", script);
  }

  private static String owner(Path file) {
    return DockerCli.host("stat", "-c", "%u:%g %a", file.toString()).text().strip();
  }

  private static Path volume(String name) {
    return Path.of(docker.ok("volume", "inspect", "-f", "{{.Mountpoint}}", name));
  }

  @Test
  void containers_have_the_ids_that_are_lent_and_a_data_root_of_their_own() {
    String map = ("0 " + LentIds.FIRST + " " + LentIds.COUNT + " ").repeat(2);
    assertThat(shell("cat /proc/self/uid_map /proc/self/gid_map").split("\\s+"))
        .contains(map.split(" "));
    assertThat(shell("id -u; stat -c %u:%g / /etc /etc/hosts /dev/shm /mine /mine/file /root"))
        .isEqualTo("0\n0:0\n0:0\n0:0\n0:0\n1000:50\n1000:50\n0:0");
    assertThat(docker.ok("info", "-f", "{{json .SecurityOptions}}")).contains("\"name=userns\"");
    Path root = daemon.dataRoot().resolve(ROOT + "." + ROOT);
    assertThat(docker.ok("info", "-f", "{{.DockerRootDir}}")).isEqualTo(root.toString());
    assertThat(owner(root)).isEqualTo("0:" + ROOT + " 710");
    assertThat(owner(daemon.dataRoot())).isEqualTo("0:" + ROOT + " 710");
  }

  @Test
  void what_containers_write_belongs_to_lent_ids_on_the_host() throws IOException {
    run("-v", "filled:/mine", "-v", "empty:/none", TestImages.BUSYBOX, "touch", "/none/new");
    assertThat(owner(volume("filled"))).isEqualTo(USER + ":" + STAFF + " 755");
    assertThat(owner(volume("filled").resolve("file"))).isEqualTo(USER + ":" + STAFF + " 640");
    assertThat(owner(volume("empty"))).isEqualTo(ROOT + ":" + ROOT + " 755");
    assertThat(owner(volume("empty").resolve("new"))).isEqualTo(ROOT + ":" + ROOT + " 644");
    docker.ok("volume", "rm", "filled", "empty");
    Path made = dir.resolve("made/deep");
    assertThat(
            run(
                "-v",
                made + ":/b",
                "-w",
                "/new/dir",
                TestImages.BUSYBOX,
                "stat",
                "-c",
                "%u",
                "/b",
                "/new",
                "/new/dir"))
        .isEqualTo("0\n0\n0");
    assertThat(owner(made.getParent())).isEqualTo(ROOT + ":" + ROOT + " 755");
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--ipc",
        "shareable",
        "--tmpfs",
        "/t",
        TestImages.BUSYBOX,
        "sleep",
        "99");
    assertThat(docker.ok("exec", "boat", "stat", "-c", "%u", "/dev/shm", "/t")).isEqualTo("0\n0");
    assertThat(owner(Path.of(docker.ok("inspect", "-f", "{{.HostsPath}}", "boat"))))
        .isEqualTo(ROOT + ":" + ROOT + " 644");
    assertThat(docker.ok("top", "boat", "-o", "pid,uid,args").lines().skip(1).toList())
        .singleElement()
        .asString()
        .matches("[0-9]+ +" + ROOT + " +sleep 99");
  }

  @Test
  void their_root_is_nobody_to_files_of_the_host() throws IOException {
    Path host = Files.createDirectory(dir.resolve("host"));
    Path secret = Files.writeString(host.resolve("secret"), "of the host");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path shown = Files.writeString(host.resolve("shown"), "as it was");
    Path open = Files.createDirectory(host.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String attack :
        List.of(
            "cat /b/secret",
            "echo x > /b/shown",
            "chown 0 /b/shown",
            "chmod 666 /b/secret",
            "rm -f /b/secret",
            "mv /b/shown /b/other",
            "touch /b/new",
            "mknod /b/open/disk b 254 0",
            "echo 1 > /proc/sys/kernel/panic",
            "cat /b/open/../secret")) {
      assertThat(
              docker
                  .run(
                      "run",
                      "--rm",
                      "--cap-add",
                      "ALL",
                      "--security-opt",
                      "seccomp=unconfined",
                      "-v",
                      host + ":/b",
                      TestImages.BUSYBOX,
                      "sh",
                      "-c",
                      attack)
                  .exitCode())
          .as(attack)
          .isNotZero();
    }
    assertThat(secret).hasContent("of the host");
    assertThat(shown).hasContent("as it was");
    run(
        "-v",
        host + ":/b",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "cp /bin/busybox /b/open/tool; chmod 6755 /b/open/tool");
    assertThat(owner(open.resolve("tool")))
        .as("it is nobody's way to root")
        .isEqualTo(ROOT + ":" + ROOT + " 6755");
  }

  @Test
  void a_container_of_the_hosts_user_namespace_may_what_others_may_not() {
    String[] line = {
      "--userns", "host", TestImages.BUSYBOX, "sh", "-c", "cat /proc/self/uid_map; stat -c %u /bin"
    };
    assertThat(run(line).split("\\s+")).containsSequence("0", "0", "4294967295", ROOT);
    assertThat(
            run(
                "--userns=host",
                "--privileged",
                "--network=host",
                "--pid=host",
                TestImages.BUSYBOX,
                "readlink",
                "/proc/self/ns/net"))
        .isEqualTo(daemon.nearby("readlink", "/proc/self/ns/net").text().strip());
    assertThat(refused("--userns", "private", TestImages.BUSYBOX, "true"))
        .contains("invalid USER mode");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--privileged   | privileged mode is incompatible with user namespaces.  You must run the"
            + " container in the host namespace when running privileged mode",
        "--network=host | cannot share the host's network namespace when user namespaces are enabled",
        "--pid=host     | cannot share the host PID namespace when user namespaces are enabled",
      })
  void what_needs_the_hosts_user_namespace_is_refused(String flag, String message) {
    assertThat(refused(flag, TestImages.BUSYBOX, "true")).contains(message);
  }

  @Test
  void images_are_the_same_as_those_of_a_daemon_without() {
    docker.ok(
        "run",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "echo x > /etc/new; chown 7:8 /etc/new; rm -r /mine; mkdir /mine; ln -s x /mine/link");
    docker.ok("commit", "boat", "committed");
    Path saved = dir.resolve("saved.tar");
    docker.ok("save", "-o", saved.toString(), "committed", TestImages.BUSYBOX);
    try (WherryDaemon plain = WherryDaemon.start()) {
      DockerCli other = plain.docker();
      other.ok("load", "-i", saved.toString());
      for (String image : List.of("committed", TestImages.BUSYBOX)) {
        String format = "{{.Id}} {{json .RootFS}}";
        assertThat(other.ok("inspect", "-f", format, image))
            .isEqualTo(docker.ok("inspect", "-f", format, image));
      }
      other.okWithInput(TestImages.temporary(TestImages.busyboxRoot()), "import", "-", "again");
      docker.okWithInput(TestImages.temporary(TestImages.busyboxRoot()), "import", "-", "again");
      assertThat(other.ok("inspect", "-f", "{{json .RootFS}}", "again"))
          .isEqualTo(docker.ok("inspect", "-f", "{{json .RootFS}}", "again"));
      String[] look = {
        "run",
        "--rm",
        "committed",
        "stat",
        "-c",
        "%u:%g %n",
        "/etc/new",
        "/mine",
        "/mine/link",
        "/bin"
      };
      assertThat(docker.ok(look))
          .isEqualTo(other.ok(look))
          .isEqualTo("7:8 /etc/new\n0:0 /mine\n0:0 /mine/link\n0:0 /bin");
    }
    docker.ok("rmi", "committed", "again");
  }

  @Test
  void archives_of_containers_have_their_ids_and_without_what_is_the_hosts() {
    docker.ok("run", "--name", "boat", "--userns=host", TestImages.BUSYBOX, "touch", "/of-host");
    Path exported = dir.resolve("exported.tar");
    docker.ok("export", "-o", exported.toString(), "boat");
    assertThat(DockerCli.host("tar", "tvf", exported.toString(), "--numeric-owner").text().lines())
        .anyMatch(line -> line.matches("-rw-r-----? 1000/50 .* mine/file"))
        .anyMatch(line -> line.matches("drwx.* 0/0 .* etc/"))
        .noneMatch(line -> line.contains("of-host"));
    assertThat(docker.ok("diff", "boat").lines()).contains("A /of-host");
  }

  @Test
  void what_is_copied_in_belongs_to_whom_the_archive_says() throws IOException {
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX, "stat", "-c", "%u:%g", "/tmp/in");
    Path file = Files.writeString(dir.resolve("in"), "x");
    DockerCli.host("chown", "7:8", file.toString()).text();
    Path archive = dir.resolve("in.tar");
    DockerCli.host("tar", "-C", dir.toString(), "-cf", archive.toString(), "in").text();
    docker.okWithInput(archive, "cp", "-", "boat:/tmp");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo("7:8");
    DockerCli.host(
            "tar",
            "-C",
            dir.toString(),
            "--owner=70000",
            "--transform=s/in/far/",
            "-cf",
            archive.toString(),
            "in")
        .text();
    assertThat(
            DockerCli.host(
                    "sh",
                    "-c",
                    "%s -H unix://%s cp - boat:/tmp < %s 2>&1"
                        .formatted(DockerCli.program(), daemon.socket(), archive))
                .stdout())
        .contains("Container ID 70000 cannot be mapped to a host ID");
    assertThat(docker.ok("diff", "boat")).doesNotContain("/tmp/far");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "runc"})
  void processes_are_in_the_same_namespace_and_can_open_their_streams(String runtime) {
    String[] line =
        runtime.isEmpty()
            ? new String[] {"run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "99"}
            : new String[] {
              "run", "-d", "--runtime", runtime, "--name", "boat", TestImages.BUSYBOX, "sleep", "99"
            };
    docker.ok(line);
    String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "boat");
    assertThat(docker.ok("exec", "boat", "readlink", "/proc/self/ns/user"))
        .isEqualTo(DockerCli.host("readlink", "/proc/" + pid + "/ns/user").text().strip());
    String script = "echo out > /dev/stdout; echo err > /dev/stderr; id -u";
    for (String user : List.of("0", "1000")) {
      assertThat(docker.run("exec", "-u", user, "boat", "sh", "-c", script))
          .isEqualTo(new CliResult(0, "out\n" + user + "\n", "err\n"));
      assertThat(docker.run("run", "--rm", "-u", user, TestImages.BUSYBOX, "sh", "-c", script))
          .isEqualTo(new CliResult(0, "out\n" + user + "\n", "err\n"));
    }
    assertThat(docker.ok("exec", "--privileged", "boat", "cat", "/proc/self/uid_map"))
        .contains(ROOT);
    docker.ok("update", "--memory", "64m", "--memory-swap", "64m", "boat");
    docker.ok("pause", "boat");
    docker.ok("unpause", "boat");
    assertThat(docker.ok("stats", "--no-stream", "--format", "{{.MemUsage}}", "boat"))
        .endsWith("/ 64MiB");
  }

  @Test
  void the_network_is_the_containers_own() {
    docker.ok("network", "create", "sea");
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--network",
        "sea",
        "-p",
        "8080:80",
        "--sysctl",
        "net.core.somaxconn=77",
        TestImages.BUSYBOX,
        "httpd",
        "-f",
        "-p",
        "80",
        "-h",
        "/www");
    assertThat(
            daemon
                .nearby(
                    "curl", "-s", "--retry-connrefused", "--retry", "5", "http://127.0.0.1:8080/")
                .stdout())
        .isEqualTo(WEB);
    assertThat(
            docker.ok(
                "exec",
                "boat",
                "sh",
                "-c",
                "cat /proc/sys/net/core/somaxconn; stat -c %u /sys/class/net/lo/mtu"
                    + " /sys/class/net/eth0/mtu"))
        .isEqualTo("77\n0\n0");
    assertThat(run("--network", "sea", TestImages.BUSYBOX, "wget", "-qO-", "http://boat/"))
        .isEqualTo(WEB.strip());
    docker.ok("network", "connect", "bridge", "boat");
    assertThat(docker.ok("exec", "boat", "ls", "/sys/class/net")).contains("eth1");
    assertThat(
            run(
                "--network",
                "container:boat",
                TestImages.BUSYBOX,
                "wget",
                "-qO-",
                "http://127.0.0.1/"))
        .isEqualTo(WEB.strip());
    assertThat(
            run(
                "--cap-add",
                "NET_ADMIN",
                TestImages.BUSYBOX,
                "sh",
                "-c",
                "ip link set eth0 down && ip -o link show eth0"))
        .contains("M-DOWN");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "sea");
  }

  @Test
  void those_that_share_namespaces_share_the_user_namespace() {
    docker.ok(
        "run", "-d", "--name", "boat", "--ipc", "shareable", TestImages.BUSYBOX, "sleep", "99");
    docker.ok(
        "run",
        "-d",
        "--name",
        "ship",
        "--ipc",
        "shareable",
        "--userns",
        "host",
        TestImages.BUSYBOX,
        "sleep",
        "99");
    String user = docker.ok("exec", "boat", "readlink", "/proc/self/ns/user");
    assertThat(run(TestImages.BUSYBOX, "readlink", "/proc/self/ns/user")).isNotEqualTo(user);
    for (String kind : List.of("network", "pid", "ipc")) {
      String flag = "--" + kind + "=container:";
      assertThat(run(flag + "boat", TestImages.BUSYBOX, "readlink", "/proc/self/ns/user"))
          .as(kind)
          .isEqualTo(user);
      assertThat(refused(flag + "ship", TestImages.BUSYBOX, "true"))
          .contains("which is in the host's user namespace");
      run(flag + "boat", "--userns=host", TestImages.BUSYBOX, "true");
    }
  }

  @Test
  void containers_outlive_the_daemon_and_start_again_after_a_reboot() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--restart",
        "always",
        "-p",
        "8081:80",
        TestImages.BUSYBOX,
        "httpd",
        "-f",
        "-p",
        "80",
        "-h",
        "/www");
    String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "boat");
    daemon.kill9();
    daemon.startAgain();
    assertThat(docker.ok("inspect", "-f", "{{.State.Pid}}", "boat")).isEqualTo(pid);
    assertThat(docker.ok("exec", "boat", "cat", "/proc/self/uid_map")).contains(ROOT);
    assertThat(
            run(
                "--network=container:boat",
                TestImages.BUSYBOX,
                "wget",
                "-qO-",
                "http://127.0.0.1/"))
        .isEqualTo(WEB.strip());
    docker.ok("restart", "-t", "0", "boat");
    assertThat(docker.ok("exec", "boat", "id", "-u")).isEqualTo("0");
    daemon.reboot();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> docker.ok("ps", "--format", "{{.Names}}").equals("boat"));
    assertThat(docker.ok("exec", "boat", "cat", "/proc/self/uid_map")).contains(ROOT);
    assertThat(
            daemon
                .nearby(
                    "curl", "-s", "--retry-connrefused", "--retry", "5", "http://127.0.0.1:8081/")
                .stdout())
        .isEqualTo(WEB);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nosuch | Error during uid lookup for \"nosuch\": getent unable to find entry",
        "bin    | Can't create ID mappings: no subuid ranges found for user \"bin\"",
        "a:b:c  | Invalid user/group specification in --userns-remap: \"a:b:c\"",
      })
  void users_the_host_has_not_or_has_lent_nothing_are_told(String setting, String message) {
    CliResult result = WherryDaemon.startRefused("--userns-remap", setting);
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.stderr()).contains(message);
  }
}
