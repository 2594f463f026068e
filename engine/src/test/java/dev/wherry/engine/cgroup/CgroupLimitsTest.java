package dev.wherry.engine.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupLimitsTest {
  private static final CgroupLimits NOTHING = new CgroupLimits(0, 0, 0, 0, 0, 0, "", "", 0, 0);
  private static final CgroupLimits ALL =
      new CgroupLimits(1000, 3000, 500, 512, 50_000, 25_000, "0-1", "0", 20, 500);

  @TempDir Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String text(String path) throws IOException {
    return Files.readString(root.resolve(path)).strip();
  }

  private Cgroup version1() throws IOException {
    file("memory/c/memory.limit_in_bytes", "2000\n");
    file("memory/c/memory.memsw.limit_in_bytes", "2000\n");
    file("memory/c/memory.soft_limit_in_bytes", "9223372036854771712\n");
    file("cpu/c/cpu.shares", "1024\n");
    file("cpu/c/cpu.cfs_period_us", "100000\n");
    file("cpu/c/cpu.cfs_quota_us", "-1\n");
    file("cpuset/c/cpuset.cpus", "0-3\n");
    file("cpuset/c/cpuset.mems", "0-1\n");
    file("pids/c/pids.max", "max\n");
    file("blkio/c/blkio.bfq.weight", "100\n");
    return new Cgroups(root).at("/c");
  }

  private Cgroup version2() throws IOException {
    file("cgroup.controllers", "cpu memory\n");
    file("c/memory.max", "max\n");
    file("c/memory.swap.max", "max\n");
    file("c/memory.low", "0\n");
    file("c/cpu.weight", "100\n");
    file("c/cpu.max", "max 100000\n");
    file("c/cpuset.cpus", "\n");
    file("c/cpuset.mems", "\n");
    file("c/pids.max", "max\n");
    file("c/io.weight", "default 100\n");
    return new Cgroups(root).at("/c");
  }

  @Test
  void each_limit_has_its_file_in_version_1() throws IOException {
    version1().limit(ALL);
    assertThat(text("memory/c/memory.limit_in_bytes")).isEqualTo("1000");
    assertThat(text("memory/c/memory.memsw.limit_in_bytes")).isEqualTo("3000");
    assertThat(text("memory/c/memory.soft_limit_in_bytes")).isEqualTo("500");
    assertThat(text("cpu/c/cpu.shares")).isEqualTo("512");
    assertThat(text("cpu/c/cpu.cfs_period_us")).isEqualTo("50000");
    assertThat(text("cpu/c/cpu.cfs_quota_us")).isEqualTo("25000");
    assertThat(text("cpuset/c/cpuset.cpus")).isEqualTo("0-1");
    assertThat(text("cpuset/c/cpuset.mems")).isEqualTo("0");
    assertThat(text("pids/c/pids.max")).isEqualTo("20");
    assertThat(text("blkio/c/blkio.bfq.weight")).isEqualTo("500");
  }

  @Test
  void each_limit_has_its_file_in_version_2_on_the_scale_of_the_runtimes() throws IOException {
    version2().limit(ALL);
    assertThat(text("c/memory.max")).isEqualTo("1000");
    assertThat(text("c/memory.swap.max")).isEqualTo("2000");
    assertThat(text("c/memory.low")).isEqualTo("500");
    assertThat(text("c/cpu.weight")).isEqualTo("20");
    assertThat(text("c/cpu.max")).isEqualTo("25000 50000");
    assertThat(text("c/cpuset.cpus")).isEqualTo("0-1");
    assertThat(text("c/cpuset.mems")).isEqualTo("0");
    assertThat(text("c/pids.max")).isEqualTo("20");
    assertThat(text("c/io.weight")).isEqualTo("4950");
  }

  @Test
  void limits_can_be_lifted() throws IOException {
    CgroupLimits none = new CgroupLimits(0, -1, 0, 0, 0, -1, "", "", -1, 0);
    version1().limit(none);
    assertThat(text("memory/c/memory.memsw.limit_in_bytes")).isEqualTo("-1");
    assertThat(text("cpu/c/cpu.cfs_quota_us")).isEqualTo("-1");
    assertThat(text("pids/c/pids.max")).isEqualTo("max");
    Cgroup two = version2();
    two.limit(ALL);
    two.limit(none);
    assertThat(text("c/memory.swap.max")).isEqualTo("max");
    assertThat(text("c/cpu.max")).isEqualTo("max 50000");
    assertThat(text("c/pids.max")).isEqualTo("max");
  }

  @Test
  void what_is_not_named_stays() throws IOException {
    version1().limit(NOTHING);
    assertThat(text("cpu/c/cpu.shares")).isEqualTo("1024");
    version2().limit(new CgroupLimits(0, 0, 0, 0, 0, 30_000, "", "", 0, 0));
    assertThat(text("c/cpu.max")).isEqualTo("30000 100000");
    assertThat(text("c/memory.max")).isEqualTo("max");
  }

  @Test
  void one_that_is_refused_takes_the_others_back() throws IOException {
    Cgroup one = version1();
    Files.delete(root.resolve("pids/c/pids.max"));
    Files.createDirectory(root.resolve("pids/c/pids.max"));
    assertThatThrownBy(() -> one.limit(ALL))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessageContaining("pids.max");
    assertThat(text("memory/c/memory.limit_in_bytes")).isEqualTo("2000");
    assertThat(text("memory/c/memory.memsw.limit_in_bytes")).isEqualTo("2000");
    assertThat(text("cpu/c/cpu.cfs_quota_us")).isEqualTo("-1");
    assertThat(text("cpuset/c/cpuset.cpus")).isEqualTo("0-3");
  }

  @Test
  void all_can_be_taken_back_later() throws IOException {
    Cgroup two = version2();
    two.limit(ALL).run(new IllegalStateException());
    assertThat(text("c/memory.max")).isEqualTo("max");
    assertThat(text("c/cpu.max")).isEqualTo("max 100000");
    assertThat(text("c/cpuset.cpus")).isEmpty();
  }
}
