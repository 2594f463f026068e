package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineFactsTest {
  @TempDir private Path root;

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void the_system_and_its_memory_and_processors_are_read() throws IOException {
    write("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\n");
    write("proc/meminfo", "MemTotal:       24684084 kB\nMemFree: 1 kB\n");
    write("proc/sys/kernel/hostname", "box\n");
    write("sys/devices/system/cpu/online", "0-3,6\n");
    MachineFacts facts = MachineFacts.detect(root);
    assertThat(facts.operatingSystem()).isEqualTo("Debian GNU/Linux 12 (bookworm)");
    assertThat(facts.osVersion()).isEqualTo("12");
    assertThat(facts.memoryBytes()).isEqualTo(25276502016L);
    assertThat(facts.hostName()).isEqualTo("box");
    assertThat(facts.cpus()).containsExactly(0, 1, 2, 3, 6);
    assertThat(facts.memoryNodes()).containsExactly(0);
  }

  @Test
  void limits_are_known_by_the_files_of_version_1() throws IOException {
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "");
    write("sys/fs/cgroup/cpu/cpu.shares", "");
    MachineFacts.Limits limits = MachineFacts.detect(root).limits();
    assertThat(limits.memory()).isTrue();
    assertThat(limits.swap()).isFalse();
    assertThat(limits.cpuShares()).isTrue();
    assertThat(limits.cpuQuota()).isFalse();
  }

  @Test
  void limits_are_known_by_the_controllers_of_version_2() throws IOException {
    write("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
    MachineFacts.Limits limits = MachineFacts.detect(root).limits();
    assertThat(limits.memory()).isTrue();
    assertThat(limits.cpuQuota()).isTrue();
    assertThat(limits.cpuSet()).isTrue();
    assertThat(limits.pids()).isFalse();
    assertThat(limits.oomKillDisable()).isFalse();
  }

  @Test
  void number_lists_are_those_of_the_kernel() {
    assertThat(NumberList.parse("0-2,4")).containsExactly(0, 1, 2, 4);
    assertThat(NumberList.format(NumberList.parse("4,2,1,0"))).isEqualTo("0-2,4");
    assertThat(NumberList.parse("2-1")).isNull();
    assertThat(NumberList.parse("a")).isNull();
    assertThat(NumberList.parse("0,")).isNull();
  }
}
