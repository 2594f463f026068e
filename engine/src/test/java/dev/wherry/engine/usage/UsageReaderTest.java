package dev.wherry.engine.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.cgroup.CgroupStats;
import dev.wherry.engine.cgroup.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageReaderTest {
  private static final String NET_DEV =
      """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
          lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
       tunl0:       9       9    9    9    0     0          0         0        9       9    9    9    0     0       0          0
        eth1:       1       2    3    4    0     0          0         0        5       6    7    8    0     0       0          0
        eth0:     426       5    0    0    0     0          0         0       70       1    0    0    0     0       0          0
      """;

  @TempDir Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @BeforeEach
  void host() throws IOException {
    file(
        "proc/stat",
        "cpu  10 20 30 40 50 60 70 8000 9000 9000\ncpu0 1 1\ncpu1 1 1\nintr 5 6\ncpu7 no\n");
    file("proc/meminfo", "MemTotal:       1024 kB\nMemFree: 2 kB\n");
    file("proc/7/net/dev", NET_DEV);
  }

  private UsageSample read(int pid) {
    return new UsageReader(root.resolve("proc"), new Cgroups(root.resolve("cgroup")))
        .read("/docker/c", pid);
  }

  @Test
  void version_1_the_host_and_the_network_are_read_at_one_moment() throws IOException {
    file("cgroup/cpuacct/docker/c/cpuacct.usage", "77\n");
    file("cgroup/memory/docker/c/memory.usage_in_bytes", "5\n");
    Instant before = Instant.now();
    UsageSample sample = read(7);
    assertThat(sample.read()).isBetween(before, Instant.now());
    assertThat(sample.cgroupVersion()).isEqualTo(1);
    assertThat(sample.group().cpu().total()).isEqualTo(77);
    assertThat(sample.group().memory().usage()).isEqualTo(5);
    assertThat(sample.systemCpu()).isEqualTo(2_800_000_000L);
    assertThat(sample.onlineCpus()).isEqualTo(2);
    assertThat(sample.hostMemory()).isEqualTo(1 << 20);
    assertThat(sample.networks().keySet()).containsExactly("eth0", "eth1");
    assertThat(sample.networks().get("eth1"))
        .isEqualTo(new InterfaceCounters(1, 2, 3, 4, 5, 6, 7, 8));
    assertThat(sample.networks().get("eth0").rxBytes()).isEqualTo(426);
  }

  @Test
  void version_2_is_told_apart() throws IOException {
    file("cgroup/cgroup.controllers", "cpu memory io pids\n");
    file("cgroup/docker/c/cpu.stat", "usage_usec 3\n");
    file("cgroup/docker/c/memory.events", "oom 4\noom_kill 1\n");
    UsageSample sample = read(0);
    assertThat(sample.cgroupVersion()).isEqualTo(2);
    assertThat(sample.group().cpu().total()).isEqualTo(3000);
    assertThat(sample.group().memory().failCount()).isEqualTo(4);
    assertThat(sample.networks()).isEmpty();
  }

  @Test
  void what_has_just_gone_shows_zeros() {
    UsageSample sample = read(8);
    assertThat(sample.group()).isEqualTo(CgroupStats.NONE);
    assertThat(sample.networks()).isEmpty();
  }
}
