package dev.wherry.engine.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
  @TempDir Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Cgroup version1() throws IOException {
    file("freezer/docker/c/cgroup.procs", "12\n7\n");
    file("freezer/docker/c/freezer.state", "THAWED\n");
    file("freezer/docker/c/inner/cgroup.procs", "30\n");
    file("cpuacct/docker/c/cpuacct.usage", "27972287\n");
    file("cpuacct/docker/c/cpuacct.usage_percpu", "26870397 1101890 \n");
    file("cpuacct/docker/c/cpuacct.stat", "user 3\nsystem 1\n");
    file("cpu/docker/c/cpu.stat", "nr_periods 4\nnr_throttled 2\nthrottled_time 9\n");
    file("memory/docker/c/memory.usage_in_bytes", "724992\n");
    file("memory/docker/c/memory.max_usage_in_bytes", "4341760\n");
    file("memory/docker/c/memory.failcnt", "1\n");
    file("memory/docker/c/memory.limit_in_bytes", "9223372036854771712\n");
    file("memory/docker/c/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    file("memory/docker/c/memory.stat", "cache 5\ntotal_rss 6\n");
    file("pids/docker/c/pids.current", "1\n");
    file("pids/docker/c/pids.max", "max\n");
    file(
        "blkio/docker/c/blkio.throttle.io_service_bytes_recursive",
        "254:0 Read 516096\n254:0 Write 0\nTotal 516096\n");
    return new Cgroups(root).at("/docker/c");
  }

  @Test
  void version_1_is_read_from_one_hierarchy_per_controller() throws Exception {
    Cgroup group = version1();
    assertThat(new Cgroups(root).version()).isEqualTo(1);
    CgroupStats stats = group.stats();
    assertThat(stats.cpu())
        .isEqualTo(
            new CgroupStats.Cpu(
                27972287, 30_000_000, 10_000_000, List.of(26870397L, 1101890L), 4, 2, 9));
    assertThat(stats.memory().limit()).isEqualTo(Long.MAX_VALUE);
    assertThat(stats.memory().usage()).isEqualTo(724992);
    assertThat(stats.memory().failCount()).isEqualTo(1);
    assertThat(stats.memory().details()).containsEntry("total_rss", 6L);
    assertThat(stats.pids()).isEqualTo(new CgroupStats.Pids(1, 0));
    assertThat(stats.blockIo().serviceBytes())
        .containsExactly(
            new CgroupStats.Entry(254, 0, "Read", 516096),
            new CgroupStats.Entry(254, 0, "Write", 0));
    assertThat(group.oomKills()).isEqualTo(2);
    assertThat(group.pids()).containsExactly(7, 12, 30);
  }

  @Test
  void controllers_in_a_version_2_tree_beside_version_1_are_noticed() throws Exception {
    version1();
    assertThat(new Cgroups(root).isSplit()).isFalse();
    file("unified/cgroup.controllers", "\n");
    assertThat(new Cgroups(root).isSplit()).isFalse();
    file("unified/cgroup.controllers", "hugetlb\n");
    assertThat(new Cgroups(root).isSplit()).isTrue();
  }

  @Test
  void a_move_is_anticipated_in_the_group_this_process_is_in() {
    List<String> lines = List.of("10:hugetlb:/", "8:pids:/a/b", "1:name=systemd:/", "0::/c:d");
    assertThat(new GroupMoves(root, 1).members(lines))
        .contains(root.resolve("pids/a/b/cgroup.procs"));
    assertThat(new GroupMoves(root, 2).members(lines)).contains(root.resolve("c:d/cgroup.procs"));
    assertThat(new GroupMoves(root, 1).members(List.of("0::/"))).isEmpty();
  }

  @Test
  @Tag("kernel")
  void an_anticipated_move_changes_nothing() throws Exception {
    Path own = Path.of("/proc/self/cgroup");
    List<String> before = Files.readAllLines(own);
    Cgroups cgroups = new Cgroups(Path.of("/sys/fs/cgroup"));
    assertThat(cgroups.moves().members(before).orElseThrow()).exists();
    cgroups.moves().anticipate();
    assertThat(Files.readAllLines(own)).isEqualTo(before);
  }

  @Test
  void version_2_is_read_from_the_one_hierarchy() throws Exception {
    file("cgroup.controllers", "cpu memory\n");
    file("docker/c/cgroup.procs", "5\n");
    file(
        "docker/c/cpu.stat",
        "usage_usec 100\nuser_usec 60\nsystem_usec 40\nnr_periods 3\nnr_throttled 1\nthrottled_usec 7\n");
    file("docker/c/memory.current", "1000\n");
    file("docker/c/memory.max", "max\n");
    file("docker/c/memory.events", "low 0\noom 1\noom_kill 1\n");
    file("docker/c/memory.stat", "anon 1\nfile 2\n");
    file("docker/c/pids.current", "2\n");
    file("docker/c/pids.max", "20\n");
    file("docker/c/io.stat", "254:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:0 \n");
    file("docker/c/cgroup.events", "populated 1\nfrozen 1\n");
    Cgroup group = new Cgroups(root).at("docker/c");
    CgroupStats stats = group.stats();
    assertThat(stats.cpu())
        .isEqualTo(new CgroupStats.Cpu(100_000, 60_000, 40_000, List.of(), 3, 1, 7000));
    assertThat(stats.memory().limit()).isEqualTo(Long.MAX_VALUE);
    assertThat(stats.memory().oomKills()).isEqualTo(1);
    assertThat(stats.pids()).isEqualTo(new CgroupStats.Pids(2, 20));
    assertThat(stats.blockIo().serviceBytes())
        .containsExactly(
            new CgroupStats.Entry(254, 0, "read", 1), new CgroupStats.Entry(254, 0, "write", 2));
    assertThat(stats.blockIo().serviced())
        .containsExactly(
            new CgroupStats.Entry(254, 0, "read", 3), new CgroupStats.Entry(254, 0, "write", 4));
    assertThat(group.isFrozen()).isTrue();
    assertThat(group.pids()).containsExactly(5);
  }

  @Test
  void a_group_that_is_gone_shows_nothing() {
    for (Cgroup group : List.of(new Cgroups(root).at("/no"), new CgroupV2(root, "/no"))) {
      assertThat(group.exists()).isFalse();
      assertThat(group.pids()).isEmpty();
      assertThat(group.stats().memory().usage()).isZero();
      assertThat(group.oomKills()).isZero();
      group.remove();
    }
  }

  @Test
  void freezing_and_thawing_go_through_the_groups_own_files() throws Exception {
    Cgroup group = version1();
    group.freeze();
    assertThat(group.isFrozen()).isTrue();
    group.thaw();
    assertThat(group.isFrozen()).isFalse();
  }

  @Test
  void freezing_a_group_that_is_gone_is_told() {
    assertThatThrownBy(() -> new Cgroups(root).at("/no").freeze())
        .isInstanceOf(EngineException.Internal.class);
  }

  @Test
  void removal_takes_the_groups_below_from_every_hierarchy() throws Exception {
    for (String controller : List.of("cpu", "memory", "unified")) {
      Files.createDirectories(root.resolve(controller).resolve("docker/c/inner/deep"));
      Files.createDirectories(root.resolve(controller).resolve("docker/other"));
    }
    Files.createSymbolicLink(root.resolve("cpuacct"), Path.of("cpu"));
    new Cgroups(root).at("/docker/c").remove();
    assertThat(root.resolve("cpu/docker")).isDirectoryContaining("glob:**/other");
    assertThat(root.resolve("cpu/docker/c")).doesNotExist();
    assertThat(root.resolve("unified/docker/c")).doesNotExist();
    assertThat(root.resolve("memory/docker/other")).exists();
  }
}
