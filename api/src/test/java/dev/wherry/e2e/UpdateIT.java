package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EndToEnd
class UpdateIT {
  private static final String LIMITS =
      "{{with .HostConfig}}{{.Memory}} {{.MemorySwap}} {{.MemoryReservation}} {{.NanoCpus}}"
          + " {{.CpuShares}} {{.PidsLimit}} {{.RestartPolicy.Name}}{{end}}";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  UpdateIT(DaemonUnderTest daemon) {
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
        "-m",
        "64m",
        "--cpu-shares",
        "512",
        TestImages.BUSYBOX,
        "sleep",
        "600");
  }

  /** A value of the live group, under its name in version 1 or 2. */
  private String group(String version1, String version2) {
    return docker.ok(
        "exec",
        "boat",
        "sh",
        "-c",
        "cat /sys/fs/cgroup/%s 2>/dev/null || cat /sys/fs/cgroup/%s".formatted(version1, version2));
  }

  private RawHttp.Answer update(String json) {
    return RawHttp.send(daemon.socket(), "POST", "/containers/boat/update", json);
  }

  @Test
  void limits_change_in_the_record_and_in_the_live_group() {
    String since = Instant.now().toString();
    assertThat(
            docker.ok(
                "update",
                "-m",
                "128m",
                "--memory-swap",
                "256m",
                "--memory-reservation",
                "32m",
                "--cpus",
                "1.5",
                "--cpu-shares",
                "256",
                "--cpuset-cpus",
                "0",
                "--pids-limit",
                "33",
                "--restart",
                "on-failure:3",
                "boat"))
        .isEqualTo("boat");
    assertThat(docker.ok("inspect", "-f", LIMITS, "boat"))
        .isEqualTo("134217728 268435456 33554432 1500000000 256 33 on-failure");
    assertThat(group("memory/memory.limit_in_bytes", "memory.max")).isEqualTo("134217728");
    assertThat(group("pids/pids.max", "pids.max")).isEqualTo("33");
    assertThat(group("cpu/cpu.cfs_quota_us", "cpu.max")).startsWith("150000");
    assertThat(group("cpuset/cpuset.cpus", "cpuset.cpus")).isEqualTo("0");
    assertThat(
            docker.ok(
                "events",
                "--since",
                since,
                "--until",
                Instant.now().toString(),
                "--filter",
                "event=update",
                "--format",
                "{{.Actor.Attributes.name}}"))
        .isEqualTo("boat");
  }

  @Test
  void what_is_not_named_stays() {
    docker.ok("update", "--pids-limit", "50", "boat");
    assertThat(docker.ok("inspect", "-f", LIMITS, "boat"))
        .isEqualTo("67108864 134217728 0 0 512 50 no");
    docker.ok("update", "--pids-limit", "-1", "boat");
    assertThat(group("pids/pids.max", "pids.max")).isEqualTo("max");
    assertThat(update("{}").body()).isEqualTo("{\"Warnings\":null}\n");
    assertThat(docker.ok("inspect", "-f", "{{.HostConfig.Memory}}", "boat")).isEqualTo("67108864");
  }

  @Test
  void a_container_that_does_not_run_starts_with_what_was_changed() {
    docker.ok("kill", "boat");
    docker.ok("update", "-m", "32m", "boat");
    docker.ok("start", "boat");
    assertThat(group("memory/memory.limit_in_bytes", "memory.max")).isEqualTo("33554432");
  }

  @Test
  void what_does_not_go_together_is_refused_in_dockerds_words_and_changes_nothing() {
    assertThat(docker.refused("update", "-m", "4m", "boat"))
        .contains("Minimum memory limit allowed is 6MB");
    assertThat(docker.refused("update", "-m", "1g", "boat"))
        .contains("Cannot update container")
        .contains(
            "Memory limit should be smaller than already set memoryswap limit,"
                + " update the memoryswap at the same time");
    docker.ok("update", "--cpus", "1", "boat");
    assertThat(docker.refused("update", "--cpu-quota", "5000", "boat"))
        .contains("CPU Quota cannot be updated as NanoCPUs has already been set");
    assertThat(docker.refused("update", "--restart", "maybe", "boat"))
        .contains("invalid restart policy");
    assertThat(docker.refused("update", "-m", "64m", "nobody")).contains("No such container");
    assertThat(docker.ok("inspect", "-f", LIMITS, "boat"))
        .startsWith("67108864 134217728 0 1000000000 512 ")
        .endsWith(" no");
  }

  @Test
  void memory_and_swap_are_limited_together_where_neither_was_and_a_limit_taken_away_is_shown() {
    docker.ok("run", "-d", "--name", "raft", TestImages.BUSYBOX, "sleep", "1000");
    assertThat(docker.refused("update", "-m", "64m", "raft"))
        .contains("update the memoryswap at the same time");
    docker.ok("update", "-m", "64m", "--memory-swap", "64m", "--pids-limit", "-1", "raft");
    assertThat(docker.ok("inspect", "-f", LIMITS, "raft"))
        .isEqualTo("67108864 67108864 0 0 0 0 no");
    assertThat(RawHttp.send(daemon.socket(), "POST", "/containers/raft/update", "").body())
        .isEqualTo("{\"Warnings\":null}\n");
    assertThat(docker.refused("update", "--restart", "always:3", "raft"))
        .contains("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  }

  @Test
  void one_the_kernel_refuses_takes_the_others_back() {
    RawHttp.Answer refused = update("{\"CpuShares\":100,\"CpuQuota\":99999999999999999}");
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.body()).contains("Cannot update container");
    assertThat(group("cpu/cpu.shares", "cpu.weight")).isIn("512", "20");
    assertThat(docker.ok("inspect", "-f", "{{.HostConfig.CpuShares}}", "boat")).isEqualTo("512");
  }

  @Test
  void what_cannot_be_changed_is_refused_by_name() {
    RawHttp.Answer refused = update("{\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1,\"Hard\":1}]}");
    assertThat(refused.status()).isEqualTo(501);
    assertThat(refused.body()).contains("Ulimits");
  }
}
