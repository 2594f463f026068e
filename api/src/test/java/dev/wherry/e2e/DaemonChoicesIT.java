package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.http.Json;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.launch.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runtimes, devices and pools of addresses that the daemon's administrator has made known. */
@Tag("e2e")
@Timeout(120)
class DaemonChoicesIT {
  @TempDir private static Path dir;

  private static WherryDaemon daemon;

  private static DockerCli docker;

  @BeforeAll
  static void start() throws IOException {
    Path cdi = Files.createDirectory(dir.resolve("cdi"));
    Files.writeString(dir.resolve("library"), "of the vendor");
    Files.writeString(
        cdi.resolve("vendor.yaml"),
        """
        cdiVersion: 0.6.0
        kind: vendor.com/thing
        containerEdits:
          env:
            - VENDOR=yes
        devices:
          - name: one
            containerEdits:
              env: ["WHICH=one"]
              deviceNodes:
                - path: /dev/thing
                  hostPath: /dev/fuse
                  permissions: r
              mounts:
                - hostPath: %s
                  containerPath: /usr/lib/vendor
                  options: [ro, nosuid, bind]
              hooks:
                - hookName: createRuntime
                  path: /bin/sh
                  args: [sh, -c, "echo hooked > %s"]
        """
            .formatted(dir.resolve("library"), dir.resolve("hooked")));
    Files.writeString(
        cdi.resolve("other.json"),
        "{\"cdiVersion\":\"0.6.0\",\"kind\":\"vendor.com/other\",\"devices\":"
            + "[{\"name\":\"two\",\"containerEdits\":{\"env\":[\"TWO=2\"]}}]}");
    Files.writeString(cdi.resolve("broken.json"), "{\"kind\":");
    // What it is called with, and the last bundle it is given.
    Path recorder =
        Files.writeString(
            dir.resolve("recorder"),
            """
            #!/bin/sh
            echo "$@" >> %1$s/calls
            for word; do
              [ "$last" = --bundle ] && cp "$word/config.json" %1$s/config.json
              last=$word
            done
            exec %2$s "$@"
            """
                .formatted(dir, runtime()));
    Files.setPosixFilePermissions(recorder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path config =
        Files.writeString(
            dir.resolve("daemon.json"),
            """
            {"runtimes": {"mine": {"path": "runc", "runtimeArgs": ["--debug"]},
                          "recorder": {"path": "%s", "runtimeArgs": ["--rootless=false"]},
                          "gone": {"path": "/nowhere/runc"}},
             "default-runtime": "recorder",
             "icc": false, "mtu": 1400, "fixed-cidr": "10.98.0.0/24", "ipv6": true,
             "fixed-cidr-v6": "fd00:98::/64",
             "default-address-pools": [{"base": "10.99.0.0/16", "size": 24}],
             "cdi-spec-dirs": ["%s"], "features": {"cdi": true}}
            """
                .formatted(recorder, cdi));
    daemon = WherryDaemon.start("--config-file", config.toString());
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  /** The one a daemon would choose for itself: crun where it works. */
  private static Path runtime() {
    boolean crunWorks = !new Cgroups(Path.of("/sys/fs/cgroup")).isSplit();
    return new Programs(System.getenv("PATH"))
        .runtimes(List.of(), "", crunWorks)
        .byDefault()
        .path();
  }

  @AfterAll
  static void stop() {
    docker.removeAllContainers();
    daemon.close();
  }

  @Test
  void networks_are_given_subnets_of_the_administrators_pools() {
    for (String name : List.of("sea", "lake")) {
      docker.ok("network", "create", name);
    }
    String subnets = "{{range .IPAM.Config}}{{.Subnet}}{{end}}";
    assertThat(docker.ok("network", "inspect", "-f", subnets, "sea", "lake").lines())
        .allMatch(subnet -> subnet.matches("10\\.99\\.\\d+\\.0/24"))
        .doesNotHaveDuplicates();
    docker.ok("network", "rm", "sea", "lake");
  }

  @Test
  void the_default_network_is_as_the_administrator_says() {
    String link = "cat /sys/class/net/eth0/mtu; ip addr show eth0";
    assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "sh", "-c", link))
        .startsWith("1400\n")
        .contains("inet 10.98.0.", "inet6 fd00:98::");
    assertThat(docker.ok("network", "inspect", "-f", "{{json .IPAM.Config}}", "bridge"))
        .contains("\"IPRange\":\"10.98.0.0/24\"", "\"Subnet\":\"fd00:98::/64\"");
    String icc = "{{index .Options \"com.docker.network.bridge.enable_icc\"}}";
    assertThat(docker.ok("network", "inspect", "-f", icc, "bridge")).isEqualTo("false");
  }

  @Test
  void runtimes_are_known_by_name_and_shown() {
    assertThat(docker.ok("info", "-f", "{{json .Runtimes}}"))
        .contains("\"mine\":{\"path\":\"/", "runc\",\"runtimeArgs\":[\"--debug\"]}", "\"gone\":");
    assertThat(docker.ok("run", "--rm", "--runtime", "mine", TestImages.BUSYBOX, "echo", "ran"))
        .isEqualTo("ran");
    docker.ok(
        "run", "-d", "--name", "boat", "--runtime", "mine", TestImages.BUSYBOX, "sleep", "99");
    assertThat(docker.ok("exec", "boat", "echo", "too")).isEqualTo("too");
    assertThat(docker.ok("inspect", "-f", "{{.HostConfig.Runtime}}", "boat")).isEqualTo("mine");
    docker.ok("rm", "-f", "boat");
  }

  @Test
  void the_administrators_choice_runs_what_names_no_other_and_is_given_the_annotations()
      throws IOException {
    assertThat(docker.ok("info", "-f", "{{.DefaultRuntime}} {{json .Runtimes}}"))
        .startsWith("recorder {")
        .contains(
            "\"recorder\":{\"path\":\"%s/recorder\",\"runtimeArgs\":[\"--rootless=false\"]}"
                .formatted(dir));
    assertThat(
            docker.ok(
                "run",
                "--name",
                "boat",
                "--annotation",
                "org.example.colour=red",
                "--annotation",
                "empty=",
                TestImages.BUSYBOX,
                "echo",
                "ran"))
        .isEqualTo("ran");
    String id = docker.ok("inspect", "-f", "{{.Id}}", "boat");
    assertThat(Files.readAllLines(dir.resolve("calls")))
        .anyMatch(call -> call.matches("--rootless=false .*create --bundle .* " + id));
    String annotations = "{\"empty\":\"\",\"org.example.colour\":\"red\"}";
    assertThat(Json.tree(Files.readString(dir.resolve("config.json"))).path("annotations"))
        .isEqualTo(Json.tree(annotations));
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{.HostConfig.Runtime}} {{json .HostConfig.Annotations}}",
                "boat"))
        .isEqualTo("recorder " + annotations);
    docker.ok("rm", "boat");
  }

  @Test
  void runtimes_nobody_knows_or_that_are_not_there_are_told() {
    assertThat(docker.refused("run", "--rm", "--runtime", "nosuch", TestImages.BUSYBOX, "true"))
        .contains("unknown or invalid runtime name: nosuch");
    assertThat(docker.refused("run", "--rm", "--runtime", "gone", TestImages.BUSYBOX, "true"))
        .contains("/nowhere/runc");
  }

  @Test
  void devices_are_what_their_vendor_says() {
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "--device",
                "vendor.com/thing=one",
                "--device",
                "vendor.com/other=two",
                TestImages.BUSYBOX,
                "sh",
                "-c",
                "echo $VENDOR $WHICH $TWO; stat -c '%F %t:%T' /dev/thing; cat /usr/lib/vendor"))
        .isEqualTo("yes one 2\ncharacter special file a:e5\nof the vendor");
    assertThat(dir.resolve("hooked")).hasContent("hooked");
  }

  @Test
  void devices_nobody_describes_are_named() {
    assertThat(
            docker.refused(
                "run", "--rm", "--device", "vendor.com/thing=nosuch", TestImages.BUSYBOX, "true"))
        .contains("CDI device injection failed: unresolvable CDI devices vendor.com/thing=nosuch");
    assertThat(docker.ok("info", "-f", "{{json .CDISpecDirs}}")).contains(dir + "/cdi");
  }
}
