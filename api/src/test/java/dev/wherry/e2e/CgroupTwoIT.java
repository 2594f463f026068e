package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Json;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What depends on control groups and the runtime, on a host with version 2 alone and crun. */
@Tag("e2e")
@Timeout(180)
class CgroupTwoIT {
  private static VirtualMachine machine;
  private static DockerCli docker;

  @BeforeAll
  @Timeout(300)
  static void boot() {
    machine = VirtualMachine.boot();
    docker = machine.docker();
    try {
      TestImages.importBusybox(docker);
    } catch (AssertionError e) {
      throw new AssertionError("the daemon's log ends\n" + machine.log(), e);
    }
  }

  @AfterAll
  static void powerOff() {
    if (machine != null) {
      machine.close();
    }
  }

  @AfterEach
  void removeContainers() {
    docker.removeAllContainers();
  }

  private static String inspect(String format, String name) {
    return docker.ok("inspect", "-f", format, name);
  }

  @Test
  void the_host_is_seen_for_what_it_is() {
    assertThat(docker.ok("info", "-f", "{{.CgroupVersion}} {{.CgroupDriver}} {{.DefaultRuntime}}"))
        .isEqualTo("2 cgroupfs crun");
    assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "cat", "/proc/self/cgroup"))
        .isEqualTo("0::/");
  }

  @Test
  void limits_are_set_and_changed() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--memory=64m",
        "--memory-swap=96m",
        "--memory-reservation=32m",
        "--cpus=0.5",
        "--cpu-shares=512",
        "--cpuset-cpus=0",
        "--pids-limit=20",
        "--device-read-bps=/dev/vda:1mb",
        TestImages.BUSYBOX,
        "sleep",
        "600");
    assertThat(limits()).isEqualTo("67108864 33554432 33554432 50000 100000 20 0 20 rbps=1048576");
    docker.ok(
        "update",
        "--memory=48m",
        "--memory-swap=80m",
        "--cpus=1.5",
        "--cpuset-cpus=0-1",
        "--pids-limit=30",
        "boat");
    assertThat(limits())
        .isEqualTo("50331648 33554432 33554432 150000 100000 20 0-1 30 rbps=1048576");
    docker.ok("update", "--memory-swap=-1", "--pids-limit=-1", "boat");
    assertThat(limits()).isEqualTo("50331648 max 33554432 150000 100000 20 0-1 max rbps=1048576");
  }

  /** Memory, swap, reservation, quota, period, weight, processors, tasks, read rate. */
  private static String limits() {
    return docker.ok(
        "exec",
        "boat",
        "sh",
        "-c",
        "cd /sys/fs/cgroup && echo $(cat memory.max memory.swap.max memory.low cpu.max cpu.weight"
            + " cpuset.cpus pids.max) $(cut -d' ' -f2 io.max)");
  }

  @Test
  void rates_of_block_devices_are_limited_and_weights_are_set_or_told_to_be_missing() {
    CliResult started =
        docker.run(
            "run",
            "-d",
            "--name",
            "boat",
            "--device-read-bps=/dev/vda:1mb",
            "--device-write-bps=/dev/vda:2mb",
            "--device-read-iops=/dev/vda:30",
            "--device-write-iops=/dev/vda:20",
            "--blkio-weight=300",
            TestImages.BUSYBOX,
            "sleep",
            "600");
    assertThat(started.exitCode()).as(started.stderr()).isZero();
    assertThat(docker.ok("exec", "boat", "cat", "/sys/fs/cgroup/io.max"))
        .endsWith(" rbps=1048576 wbps=2097152 riops=30 wiops=20");
    String weights = "cat /sys/fs/cgroup/io.bfq.weight /sys/fs/cgroup/io.weight 2>/dev/null";
    String set = docker.run("exec", "boat", "sh", "-c", weights).stdout();
    if (set.isEmpty()) {
      assertThat(started.stderr()).contains("does not support Block I/O weight");
    } else {
      assertThat(set.lines().findFirst().orElseThrow())
          .as("as asked, or on the scale of version 2")
          .isIn("default 300", "default 2930");
    }
  }

  @Test
  void a_device_that_was_not_given_cannot_be_opened() {
    String open = "mknod /d b 254 0 && head -c1 /d";
    assertThat(docker.refused("run", "--rm", TestImages.BUSYBOX, "sh", "-c", open))
        .contains("Operation not permitted");
    docker.ok(
        "run",
        "--rm",
        "--device=/dev/vda:/dev/disk",
        TestImages.BUSYBOX,
        "head",
        "-c1",
        "/dev/disk");
    docker.ok("run", "--rm", "--privileged", TestImages.BUSYBOX, "head", "-c1", "/dev/vda");
  }

  @Test
  void a_reading_has_what_version_2_counts() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "-m",
        "64m",
        "--pids-limit=20",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "while :; do :; done");
    JsonNode stats = Json.tree(machine.get("/v1.50/containers/boat/stats?stream=0"));
    assertThat(stats.at("/pids_stats").toString()).isEqualTo("{\"current\":1,\"limit\":20}");
    JsonNode cpu = stats.at("/cpu_stats");
    long used = cpu.at("/cpu_usage/total_usage").asLong();
    assertThat(used).isGreaterThan(stats.at("/precpu_stats/cpu_usage/total_usage").asLong());
    assertThat(cpu.at("/cpu_usage/usage_in_usermode").asLong()).isBetween(1L, used);
    assertThat(cpu.at("/cpu_usage").has("percpu_usage")).isFalse();
    assertThat(cpu.at("/online_cpus").asInt()).isEqualTo(2);
    assertThat(stats.at("/precpu_stats/system_cpu_usage").asLong())
        .isBetween(1L, cpu.at("/system_cpu_usage").asLong());
    JsonNode memory = stats.at("/memory_stats");
    assertThat(memory.at("/usage").asLong()).isBetween(1L, 64L << 20);
    assertThat(memory.at("/limit").asLong()).isEqualTo(64L << 20);
    assertThat(memory.has("max_usage")).isFalse();
    assertThat(memory.at("/stats").properties().stream().map(e -> e.getKey()))
        .contains("anon", "file", "inactive_file", "pgfault", "slab", "workingset_activate");
    assertThat(stats.at("/networks/eth0/tx_packets").isNumber()).isTrue();
    assertThat(docker.ok("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", "boat"))
        .matches("[0-9.]+[KM]iB / 64MiB 1");
    assertThat(docker.ok("top", "boat")).contains("while :");
  }

  @Test
  void memory_that_runs_out_is_seen() {
    String since = Instant.now().minusSeconds(5).toString();
    CliResult ended =
        docker.run("run", "--name", "boat", "-m", "32m", TestImages.BUSYBOX, "tail", "/dev/zero");
    assertThat(ended.exitCode()).isEqualTo(137);
    assertThat(inspect("{{.State.OOMKilled}} {{.State.ExitCode}}", "boat")).isEqualTo("true 137");
    String until = docker.ok("info", "-f", "{{.SystemTime}}");
    assertThat(
            docker
                .ok("events", "--since", since, "--until", until, "--format", "{{.Action}}")
                .lines())
        .containsSubsequence("create", "start", "oom", "die");
  }

  @Test
  void memory_that_runs_out_is_told_while_the_container_lives_on() {
    String since = Instant.now().minusSeconds(5).toString();
    docker.ok("run", "-d", "--name", "lives", "-m", "32m", TestImages.BUSYBOX, "sleep", "600");
    assertThat(docker.run("exec", "lives", "tail", "/dev/zero").exitCode()).isEqualTo(137);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        docker.ok(
                            "events",
                            "--since",
                            since,
                            "--until",
                            docker.ok("info", "-f", "{{.SystemTime}}"),
                            "--filter",
                            "container=lives",
                            "--filter",
                            "event=oom",
                            "--format",
                            "{{.Action}}"))
                    .isEqualTo("oom"));
    assertThat(inspect("{{.State.Running}}", "lives")).isEqualTo("true");
  }

  @Test
  void a_paused_container_stands_still() {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("pause", "boat");
    assertThat(docker.ok("ps", "--format", "{{.Status}}")).endsWith("(Paused)");
    String id = inspect("{{.Id}}", "boat");
    assertThat(
            machine.shell(
                "cat $(find /sys/fs/cgroup -path '*" + id + "/cgroup.events' | head -n 1)"))
        .contains("frozen 1");
    assertThat(docker.refused("exec", "boat", "true")).contains("is paused");
    docker.ok("unpause", "boat");
    docker.ok("exec", "boat", "true");
    docker.ok("pause", "boat");
    docker.ok("rm", "-f", "boat");
  }

  @Test
  void commands_run_in_it_and_it_ends_as_it_is_told() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--health-cmd=test -e /tmp/ok",
        "--health-interval=1s",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "trap 'echo bye; exit 5' TERM; while :; do sleep 0.1; done");
    assertThat(docker.run("exec", "boat", "sh", "-c", "echo in; exit 7"))
        .returns(7, CliResult::exitCode)
        .returns("in\n", CliResult::stdout);
    docker.ok("exec", "boat", "touch", "/tmp/ok");
    await().until(() -> inspect("{{.State.Health.Status}}", "boat").equals("healthy"));
    docker.ok("stop", "boat");
    assertThat(inspect("{{.State.ExitCode}}", "boat")).isEqualTo("5");
    assertThat(docker.ok("logs", "boat")).isEqualTo("bye");
  }

  private static void network(String driver, String options, String name) {
    docker.ok(
        DockerCli.line(
            List.of("network", "create", "-d", driver),
            List.of(options.split(" ")),
            List.of(name)));
  }

  @Test
  void containers_of_a_private_network_do_not_hear_one_another() {
    network("ipvlan", "-o parent=eth0.50 -o ipvlan_flag=private --subnet=10.67.0.0/24", "private");
    docker.ok("run", "-d", "--name=one", "--network=private", TestImages.BUSYBOX, "sleep", "600");
    String address = inspect("{{.NetworkSettings.Networks.private.IPAddress}}", "one");
    String[] ask = {
      "run", "--rm", "--network=private", TestImages.BUSYBOX, "ping", "-c2", "-W1", address
    };
    assertThat(docker.run(ask).stdout()).contains("100% packet loss");
    assertThat(docker.ok("exec", "one", "ping", "-c1", "-W1", address)).contains("0% packet loss");
    docker.ok("rm", "-f", "one");
    docker.ok("network", "rm", "private");
  }

  /** So does it have this protocol. */
  @Test
  void ports_of_sctp_are_published() {
    machine.shell("modprobe sctp");
    // The machine's own socat and its libraries: an image of busybox speaks no SCTP.
    String[] server = {
      "run",
      "-d",
      "--name=boat",
      "-p=7000:7000/sctp",
      "-v=/usr/bin/socat:/usr/bin/socat:ro",
      "-v=/usr/lib:/usr/lib:ro",
      "-v=/usr/lib:/lib:ro",
      "-v=/usr/lib64:/lib64:ro",
      TestImages.BUSYBOX,
      "/usr/bin/socat",
      "SCTP-LISTEN:7000,fork,reuseaddr",
      "SYSTEM:echo said over sctp"
    };
    docker.ok(server);
    assertThat(docker.ok("port", "boat")).contains("7000/sctp -> 0.0.0.0:7000");
    for (String address : List.of("127.0.0.1", "10.0.2.15")) {
      await()
          .until(
              () ->
                  machine
                      .shell("socat -u -T 5 SCTP:" + address + ":7000 - 2>&1")
                      .contains("said over sctp"));
    }
    assertThat(docker.refused("run", "--rm", "-p=7000:7001/sctp", TestImages.BUSYBOX, "true"))
        .contains("port is already allocated");
    docker.ok("rm", "-f", "boat");
    assertThat(machine.shell("nft list ruleset")).doesNotContain("7000");
  }

  /** Debian's kernel has links that the one of the build machine may lack. */
  @Test
  void networks_stand_on_links_that_this_kernel_has() {
    machine.shell("modprobe dummy numdummies=0"); // else it brings a link of its own, dummy0
    network("ipvlan", "-o parent=eth0 --subnet=10.61.0.0/24", "flat");
    network(
        "ipvlan",
        "-o parent=eth0.20 -o ipvlan_mode=l3 --subnet=10.62.0.0/24 --subnet=10.63.0.0/24",
        "routed");
    network("macvlan", "-o parent=eth0.10 --subnet=10.64.0.0/24", "tagged");
    network("macvlan", "--subnet=10.65.0.0/24", "quiet");
    network("ipvlan", "-o parent=eth0.30 -o ipvlan_mode=l3s --subnet=10.66.0.0/24", "watched");
    assertThat(machine.shell("ls /sys/class/net")).contains("eth0.10", "eth0.20", "dm-");
    assertThat(machine.shell("cat /proc/net/vlan/eth0.10")).contains("VID: 10");

    for (String network : List.of("flat", "routed", "tagged", "quiet", "watched")) {
      String ip = "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}";
      String serve = "mkdir /w; echo I am on " + network + " >/w/index.html; httpd -f -p 80 -h /w";
      docker.ok(
          "run",
          "-d",
          "--name",
          network,
          "--network",
          network,
          TestImages.BUSYBOX,
          "sh",
          "-c",
          serve);
      String url = "http://" + inspect(ip, network);
      docker.ok(
          "run", "-d", "--name", "two", "--network", network, TestImages.BUSYBOX, "sleep", "600");
      await()
          .ignoreExceptions()
          .until(() -> docker.ok("exec", "two", "wget", "-qO-", url).equals("I am on " + network));
      docker.ok("rm", "-f", "two");
    }
    assertThat(inspect("{{.NetworkSettings.Networks.flat.MacAddress}}", "flat")).isEmpty();
    assertThat(docker.ok("exec", "flat", "ip", "route")).contains("default via 10.61.0.1 dev eth0");
    assertThat(docker.ok("exec", "routed", "ip", "route")).contains("default dev eth0");
    assertThat(docker.ok("exec", "quiet", "ip", "route")).doesNotContain("default");
    assertThat(docker.refused("network", "create", "-d", "ipvlan", "-o", "parent=eth0", "more"))
        .contains("is already using parent interface eth0");

    machine.kill9();
    machine.startDaemon();
    docker.ok("restart", "-t", "0", "tagged");
    docker.ok(
        "run", "--rm", "--network", "flat", TestImages.BUSYBOX, "wget", "-qO-", "http://flat");
    docker.ok("rm", "-f", "flat", "routed", "tagged", "quiet", "watched");
    docker.ok("network", "rm", "flat", "routed", "tagged", "quiet", "watched");
    assertThat(machine.shell("ls /sys/class/net"))
        .contains("eth0")
        .doesNotContain("eth0.", "dm-", "di-");
  }

  @Test
  void containers_and_ports_outlive_a_crash_of_the_daemon() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "web",
        "-p",
        "8080:80",
        TestImages.BUSYBOX,
        "httpd",
        "-f",
        "-h",
        "/www");
    docker.ok(
        "run",
        "-d",
        "--name",
        "brief",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "until [ -e /end ]; do sleep 0.1; done; echo ended; exit 3");
    docker.ok("run", "-d", "--name", "still", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("pause", "still");
    String pid = inspect("{{.State.Pid}}", "web");
    String brief = inspect("{{.State.Pid}}", "brief");
    await().ignoreExceptions().until(() -> machine.published().equals("hello from the web\n"));
    machine.kill9();
    assertThat(machine.published()).isEqualTo("hello from the web\n");
    machine.shell(
        "touch /proc/"
            + brief
            + "/root/end; while [ -d /proc/"
            + brief
            + " ]; do usleep 10000; done");
    machine.startDaemon();
    assertThat(inspect("{{.State.Status}} {{.State.Pid}}", "web")).isEqualTo("running " + pid);
    assertThat(inspect("{{.State.Status}} {{.State.ExitCode}}", "brief")).isEqualTo("exited 3");
    assertThat(docker.ok("logs", "brief")).isEqualTo("ended");
    assertThat(inspect("{{.State.Status}}", "still")).isEqualTo("paused");
    assertThat(machine.published()).isEqualTo("hello from the web\n");
    assertThat(machine.shell("wget -q -O - http://10.0.2.15:8080/"))
        .isEqualTo("hello from the web");
    docker.ok("exec", "web", "true");
    docker.ok("unpause", "still");
    docker.ok("stop", "-t", "0", "web");
  }
}
