package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.api.http.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options of create that few use, seen from inside a container; many in one where they allow. */
@EndToEnd
class CreateOptionsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  CreateOptionsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private String sh(List<String> flags, String script) {
    List<String> line = new ArrayList<>(List.of("run", "--rm"));
    line.addAll(flags);
    line.addAll(List.of(TestImages.BUSYBOX, "sh", "-c", script));
    return docker.ok(line.toArray(String[]::new));
  }

  private static List<String> words(String flags) {
    return Arrays.asList(flags.split(" "));
  }

  @Test
  void limits_of_control_groups_of_version_1_are_what_was_asked() {
    assumeTrue(Files.exists(Path.of("/sys/fs/cgroup/memory")), "control groups of version 2");
    assertThat(
            sh(
                words(
                    "-m 64m --memory-swap 100m --memory-reservation 32m --memory-swappiness 30"
                        + " --oom-kill-disable --oom-score-adj 500 --cpu-shares 512"
                        + " --cpu-period 50000 --cpu-quota 20000 --cpuset-cpus 0 --cpuset-mems 0"
                        + " --pids-limit 77 --device-read-bps /dev/loop0:1mb"
                        + " --device-write-bps /dev/loop0:2mb --device-read-iops /dev/loop0:30"
                        + " --device-write-iops /dev/loop0:20"),
                """
                cd /sys/fs/cgroup
                cat memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes \\
                  memory/memory.soft_limit_in_bytes memory/memory.swappiness
                head -1 memory/memory.oom_control
                cat /proc/self/oom_score_adj cpu/cpu.shares cpu/cpu.cfs_period_us \\
                  cpu/cpu.cfs_quota_us cpuset/cpuset.cpus cpuset/cpuset.mems pids/pids.max \\
                  blkio/blkio.throttle.read_bps_device blkio/blkio.throttle.write_bps_device \\
                  blkio/blkio.throttle.read_iops_device blkio/blkio.throttle.write_iops_device
                """))
        .isEqualTo(
            "67108864\n104857600\n33554432\n30\noom_kill_disable 1\n500\n512\n50000\n20000\n0"
                + "\n0\n77\n7:0 1048576\n7:0 2097152\n7:0 30\n7:0 20");
  }

  @Test
  void limits_that_follow_from_others_or_are_none_are_the_kernels() {
    assumeTrue(Files.exists(Path.of("/sys/fs/cgroup/memory")), "control groups of version 2");
    String swap = "cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes";
    assertThat(sh(words("-m 64m"), swap)).isEqualTo("134217728");
    assertThat(
            sh(
                words("-m 64m --memory-swap -1 --pids-limit -1 --cpus 1.5"),
                swap + "; cd /sys/fs/cgroup; cat pids/pids.max cpu/cpu.cfs_quota_us"))
        .isEqualTo("9223372036854771712\nmax\n150000");
  }

  @Test
  void real_time_is_what_the_kernel_gives() {
    assumeTrue(
        Files.exists(Path.of("/sys/fs/cgroup/cpu/cpu.rt_runtime_us")), "no groups of real time");
    assertThat(sh(words("--cpu-rt-period 500000"), "cat /sys/fs/cgroup/cpu/cpu.rt_period_us"))
        .isEqualTo("500000");
    // The groups above have no runtime to give away.
    assertThat(
            docker.refused("run", "--rm", "--cpu-rt-runtime", "1000", TestImages.BUSYBOX, "true"))
        .contains("cpu.rt_runtime_us")
        .containsIgnoringCase("invalid argument");
    assertThat(
            docker.refused(
                DockerCli.line(
                    List.of("create", "--cpu-rt-runtime", "2000", "--cpu-rt-period", "1000"),
                    List.of(TestImages.BUSYBOX),
                    List.of())))
        .containsIgnoringCase("cpu real-time runtime cannot be higher than cpu real-time period");
  }

  @Test
  void a_containers_id_is_written_to_a_file_that_must_be_new() throws IOException {
    String file = dir.resolve("id").toString();
    String[] line = {"create", "--name", "boat", "--cidfile", file, TestImages.BUSYBOX};
    String id = docker.ok(line);
    assertThat(Path.of(file)).hasContent(id);
    assertThat(docker.ok("inspect", "-f", "{{.Id}} {{.HostConfig.ContainerIDFile}}", "boat"))
        .isEqualTo(id + " " + file)
        .matches("[0-9a-f]{64} .*");
    line[2] = "other";
    assertThat(docker.refused(line)).contains("container ID file found");
    Files.delete(Path.of(file));
    line[5] = "nosuch.invalid/nosuch";
    docker.refused(line);
    assertThat(Path.of(file)).doesNotExist();
    assertThat(docker.ok("ps", "-aq").lines()).hasSize(1);
  }

  @Test
  void variables_and_labels_come_from_files_too() throws IOException {
    Path variables = Files.writeString(dir.resolve("env"), "# comment\nONE=1\nTWO=a b\nPATH\n");
    Path labels = Files.writeString(dir.resolve("labels"), "kind=boat\nlength=9\n");
    String[] line =
        DockerCli.line(
            List.of("run", "--name", "boat", "-e", "ONE=over"),
            List.of("--env-file=" + variables, "--label-file=" + labels, "--label=kind=ship"),
            List.of(TestImages.BUSYBOX, "sh", "-c", "echo $ONE $TWO"));
    assertThat(docker.ok(line)).isEqualTo("over a b");
    assertThat(docker.ok("inspect", "-f", "{{json .Config.Labels}}", "boat"))
        .isEqualTo("{\"kind\":\"ship\",\"length\":\"9\"}");
  }

  @Test
  void a_group_of_the_users_holds_the_containers() throws IOException {
    String parent = "/wherry-e2e-parent-" + ProcessHandle.current().pid();
    try {
      String groups =
          sh(List.of("--cgroup-parent", parent, "--cgroupns", "host"), "cat /proc/self/cgroup");
      assertThat(groups.lines())
          .allMatch(group -> group.matches(".*:.*:(" + parent + "/[0-9a-f]{64}|/)"))
          .anyMatch(group -> group.contains(parent));
      docker.ok("create", "--name", "boat", "--cgroup-parent", parent, TestImages.BUSYBOX);
      assertThat(docker.ok("inspect", "-f", "{{.HostConfig.CgroupParent}}", "boat"))
          .isEqualTo(parent);
    } finally {
      String under = "for g in /sys/fs/cgroup%1$s /sys/fs/cgroup/*%1$s; do".formatted(parent);
      DockerCli.host("sh", "-c", under + " [ -L ${g%/*} ] || rmdir $g; done; true").text();
    }
  }

  @Test
  void only_the_streams_asked_for_are_attached() {
    CliResult result =
        docker.run(
            "run",
            "--rm",
            "-a",
            "stderr",
            TestImages.BUSYBOX,
            "sh",
            "-c",
            "echo out; echo err >&2");
    assertThat(result.stdout()).isEmpty();
    assertThat(result.stderr()).isEqualTo("err\n");
  }

  @Test
  void the_hosts_users_are_the_containers_and_there_is_no_other_isolation() {
    assertThat(
            sh(words("--userns host --isolation default"), "cat /proc/self/uid_map").split("\\s+"))
        .endsWith("0", "0", "4294967295");
    assertThat(docker.refused("create", "--userns", "foo", TestImages.BUSYBOX))
        .containsIgnoringCase("invalid user mode");
    assertThat(docker.refused("create", "--isolation", "hyperv", TestImages.BUSYBOX))
        .containsIgnoringCase("isolation");
    // The command line takes the 404 for an image that is not there.
    assertThat(
            create(
                "",
                "{\"Image\":\"busybox\",\"Volumes\":{\"/data\":{}},"
                    + "\"HostConfig\":{\"VolumeDriver\":\"nosuch\"}}"))
        .startsWith("404 ")
        .endsWith("plugin \"nosuch\" not found");
  }

  @Test
  void an_image_for_another_platform_is_run_with_a_warning_and_refused_where_it_is_not_wanted() {
    String own = docker.ok("image", "inspect", "-f", "{{.Architecture}}", TestImages.BUSYBOX);
    String other = own.equals("arm64") ? "s390x" : "arm64";
    Path archive =
        new ArchiveBuilder()
            .architecture(other)
            .rawLayer(TestImages.busyboxRoot())
            .dockerArchive("foreign:1");
    docker.ok("load", "-i", archive.toString());
    try {
      CliResult result = docker.run("run", "--rm", "foreign:1", "echo", "ran");
      assertThat(result.stdout()).isEqualTo("ran\n");
      assertThat(result.stderr())
          .contains(
              ("The requested image's platform (linux/%s) does not match the detected host"
                      + " platform (linux/%s) and no specific platform was requested")
                  .formatted(other, own));
      String asked = "linux/" + other;
      result = docker.run("create", "--name", "boat", "--platform", asked, "foreign:1");
      assertThat(result.exitCode()).isZero();
      assertThat(result.stderr()).isEmpty();
      assertThat(docker.ok("inspect", "-f", "{{.Platform}}", "boat")).isEqualTo("linux");
      assertThat(create("?platform=linux/" + own, "{\"Image\":\"foreign:1\"}"))
          .isEqualTo(
              ("404 image with reference foreign:1 was found but does not match the specified"
                      + " platform: wanted linux/%s, actual: linux/%s")
                  .formatted(own, other));
      assertThat(create("?platform=foo", "{\"Image\":\"foreign:1\"}"))
          .isEqualTo("400 \"foo\": unknown operating system or architecture: invalid argument");
      assertThat(create("?platform=windows", "{\"Image\":\"busybox\"}")).startsWith("404 image");
    } finally {
      docker.removeAllContainers();
      docker.ok("rmi", "foreign:1");
    }
  }

  /** Status and message, as the command line, which pulls for a 404, does not show them. */
  private String create(String query, String json) {
    RawHttp.Answer answer =
        RawHttp.send(daemon.socket(), "POST", "/v1.41/containers/create" + query, json);
    return answer.status() + " " + Json.tree(answer.body()).path("message").asText();
  }

  @Test
  void device_rules_may_leave_numbers_open_and_directories_of_devices_are_given_whole() {
    assertThat(
            sh(
                List.of("--device-cgroup-rule", "c 7:* rmw", "--device", "/dev/net:/dev/mine"),
                "ls /dev/mine; grep '^c 7:' /sys/fs/cgroup/devices/devices.list || true"))
        .startsWith("tun")
        .satisfies(
            text -> {
              if (Files.exists(Path.of("/sys/fs/cgroup/devices"))) {
                assertThat(text).contains("c 7:* rwm");
              }
            });
  }

  @Test
  void weights_the_kernel_has_not_are_discarded_with_a_warning() {
    assumeTrue(
        Files.exists(Path.of("/sys/fs/cgroup/blkio"))
            && !Files.exists(Path.of("/sys/fs/cgroup/blkio/blkio.weight")),
        "the kernel has weights");
    CliResult result =
        docker.run("run", "--rm", "--blkio-weight", "300", TestImages.BUSYBOX, "true");
    assertThat(result.exitCode()).isZero();
    assertThat(result.stderr()).contains("does not support Block I/O weight");
  }

  @Test
  void seccomp_profiles_are_ours_by_name_or_the_users() throws IOException {
    Path profile =
        Files.writeString(
            dir.resolve("profile.json"),
            "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"
                + "\"action\":\"SCMP_ACT_ERRNO\"}]}");
    assertThat(
            sh(
                List.of("--security-opt", "seccomp=" + profile),
                "mkdir /new 2>&1; touch /file && echo made"))
        .contains("Operation not permitted")
        .endsWith("made");
    if (PeerDaemon.ofEnvironment() == null) {
      assertThat(sh(words("--security-opt seccomp=builtin"), "grep Seccomp: /proc/self/status"))
          .isEqualTo("Seccomp:\t2");
    }
  }

  @Test
  void what_is_mounted_below_a_bind_comes_along_is_read_only_with_it_or_stays_out() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "older engines leave it writable");
    String below = "grep -c ' /m/' /proc/self/mountinfo; true";
    String mount = "type=bind,source=/sys,target=/m";
    assertThat(sh(List.of("--mount", mount), below)).isNotEqualTo("0");
    assertThat(sh(List.of("--mount", mount + ",bind-recursive=disabled"), below)).isEqualTo("0");
    String writable = "grep ' /m/' /proc/self/mountinfo | cut -d' ' -f6 | grep -c '^rw'; true";
    assertThat(sh(List.of("--mount", mount + ",readonly"), writable)).isEqualTo("0");
    assertThat(sh(List.of("--mount", mount + ",readonly,bind-recursive=writable"), writable))
        .isNotEqualTo("0");
    assertThat(
            sh(
                List.of(
                    "--mount",
                    mount + ",readonly,bind-recursive=readonly,bind-propagation=rprivate"),
                writable))
        .isEqualTo("0");
  }

  @Test
  void links_bring_the_variables_of_old() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "db",
        "--expose",
        "5432",
        "--expose",
        "80/udp",
        "-e",
        "MODE=fast",
        TestImages.BUSYBOX,
        "sleep",
        "99");
    String address =
        docker.ok("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", "db");
    assertThat(sh(words("--name app --link db:my-db"), "env | grep ^MY_DB | sort"))
        .isEqualTo(
            """
            MY_DB_ENV_MODE=fast
            MY_DB_NAME=/app/my-db
            MY_DB_PORT=udp://ADDRESS:80
            MY_DB_PORT_5432_TCP=tcp://ADDRESS:5432
            MY_DB_PORT_5432_TCP_ADDR=ADDRESS
            MY_DB_PORT_5432_TCP_PORT=5432
            MY_DB_PORT_5432_TCP_PROTO=tcp
            MY_DB_PORT_80_UDP=udp://ADDRESS:80
            MY_DB_PORT_80_UDP_ADDR=ADDRESS
            MY_DB_PORT_80_UDP_PORT=80
            MY_DB_PORT_80_UDP_PROTO=udp"""
                .replace("ADDRESS", address));
  }

  @Test
  void what_there_is_not_is_told() {
    assertThat(docker.refused("run", "--rm", "--gpus", "all", TestImages.BUSYBOX, "true"))
        .contains("could not select device driver \"\" with capabilities: [[gpu]]");
    assertThat(docker.refused("run", "--rm", "--ipc", "foo", TestImages.BUSYBOX, "true"))
        .containsIgnoringCase("invalid IPC mode: foo");
    assertThat(
            docker.refused("run", "--rm", "--storage-opt", "size=1G", TestImages.BUSYBOX, "true"))
        .contains("--storage-opt is supported only for overlay over xfs with 'pquota'");
  }
}
