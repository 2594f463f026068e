package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starting the daemon: its flags, its socket, and what it refuses. */
@Tag("e2e")
@Timeout(120)
class StartIT {
  @TempDir private Path dir;

  @BeforeEach
  void needsOwnDaemon() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs daemons of its own");
  }

  @Test
  void its_socket_is_for_root_and_one_group_only() throws IOException {
    try (WherryDaemon daemon = WherryDaemon.start("--group", "root")) {
      PosixFileAttributes attributes =
          Files.readAttributes(daemon.socket(), PosixFileAttributes.class);
      assertThat(PosixFilePermissions.toString(attributes.permissions())).isEqualTo("rw-rw----");
      assertThat(attributes.owner().getName()).isEqualTo("root");
      assertThat(attributes.group().getName()).isEqualTo("root");
    }
  }

  @Test
  void it_listens_on_tcp_loopback_when_told() {
    try (WherryDaemon daemon = WherryDaemon.start("-H", "tcp://127.0.0.1:2399")) {
      assertThat(daemon.nearby("curl", "-s", "http://127.0.0.1:2399/_ping").stdout())
          .isEqualTo("OK");
    }
  }

  @Test
  void it_does_not_listen_to_the_world() {
    assertThat(WherryDaemon.startRefused("-H", "tcp://0.0.0.0:2399"))
        .satisfies(
            result -> {
              assertThat(result.exitCode()).isNotZero();
              assertThat(result.stderr()).contains("tcp://0.0.0.0:2399").contains("without TLS");
            });
  }

  @Test
  void flags_it_does_not_know_and_directives_it_cannot_honour_are_named() throws IOException {
    assertThat(WherryDaemon.startRefused("--nonsense").stderr())
        .contains("unknown flag: --nonsense");
    Path file =
        Files.writeString(dir.resolve("daemon.json"), "{\"metrics-addr\": \"127.0.0.1:9323\"}");
    assertThat(WherryDaemon.startRefused("--config-file", file.toString()).stderr())
        .contains("metrics-addr");
  }

  @Test
  void a_second_daemon_on_the_same_directories_is_refused() {
    try (WherryDaemon daemon = WherryDaemon.start()) {
      assertThat(
              WherryDaemon.startRefused(
                      "--pidfile", daemon.dataRoot().resolveSibling("pid").toString())
                  .stderr())
          .contains(Long.toString(daemon.pid()));
      assertThat(daemon.docker().ok("ps", "-q")).isEmpty();
    }
  }

  @Test
  void the_bridges_address_can_be_chosen() {
    try (WherryDaemon daemon = WherryDaemon.start("--bip", "10.99.7.1/24")) {
      TestImages.importBusybox(daemon.docker());
      assertThat(
              daemon
                  .docker()
                  .ok("run", "--rm", TestImages.BUSYBOX, "ip", "-4", "addr", "show", "eth0"))
          .contains("inet 10.99.7.2/24");
    }
  }

  @Test
  void there_may_be_no_bridge() {
    try (WherryDaemon daemon = WherryDaemon.start("--bridge", "none")) {
      TestImages.importBusybox(daemon.docker());
      assertThat(daemon.docker().ok("network", "ls", "--format", "{{.Name}}"))
          .isEqualTo("host\nnone");
      assertThat(daemon.docker().ok("run", "--rm", TestImages.BUSYBOX, "ls", "/sys/class/net"))
          .doesNotContain("eth0");
    }
  }

  @Test
  void settings_for_containers_reach_them() {
    try (WherryDaemon daemon =
        WherryDaemon.start(
            "--dns",
            "9.9.9.9",
            "--dns-search",
            "example.org",
            "--default-shm-size",
            "2m",
            "--label",
            "room=7")) {
      TestImages.importBusybox(daemon.docker());
      assertThat(
              daemon
                  .docker()
                  .ok(
                      "run",
                      "--rm",
                      TestImages.BUSYBOX,
                      "sh",
                      "-c",
                      "cat /etc/resolv.conf; df -k /dev/shm | tail -1 | awk '{print $2}'"))
          .contains("nameserver 9.9.9.9", "search example.org")
          .endsWith("2048");
      assertThat(daemon.docker().ok("info", "-f", "{{.Labels}}")).isEqualTo("[room=7]");
    }
  }

  @Test
  void ports_may_be_published_on_the_loopback_unless_somebody_says_otherwise() {
    String option = "bridge=com.docker.network.bridge.host_binding_ipv4=127.0.0.1";
    try (WherryDaemon daemon =
        WherryDaemon.start("--ip", "127.0.0.1", "--default-network-opt", option)) {
      TestImages.importBusybox(daemon.docker());
      daemon.docker().ok("network", "create", "sea");
      int port = 8200;
      for (String network : List.of("bridge", "sea")) {
        String name = "on-" + network;
        daemon
            .docker()
            .ok(
                "run",
                "-d",
                "--name",
                name,
                "--network",
                network,
                "-p",
                port + ":80",
                "-p",
                "0.0.0.0:" + (port + 1) + ":80",
                TestImages.BUSYBOX,
                "httpd",
                "-f",
                "-p",
                "80",
                "-h",
                "/www");
        assertThat(daemon.docker().ok("port", name).lines())
            .containsExactlyInAnyOrder(
                "80/tcp -> 127.0.0.1:" + port, "80/tcp -> 0.0.0.0:" + (port + 1));
        String outside = "http://" + daemon.address() + ":";
        assertThat(DockerCli.host("curl", "-s", "-m", "2", outside + port + "/").exitCode())
            .isNotZero();
        assertThat(DockerCli.host("curl", "-s", "-m", "5", outside + (port + 1) + "/").stdout())
            .isEqualTo("hello from the web\n");
        assertThat(daemon.nearby("curl", "-s", "http://127.0.0.1:" + port + "/").stdout())
            .isEqualTo("hello from the web\n");
        port += 2;
      }
      daemon.docker().removeAllContainers();
      daemon.docker().ok("network", "rm", "sea");
    }
  }
}
