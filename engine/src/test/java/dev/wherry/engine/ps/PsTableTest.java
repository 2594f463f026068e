package dev.wherry.engine.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PsTableTest {
  @TempDir Path proc;

  @BeforeEach
  void write() throws IOException {
    long booted = Instant.now().getEpochSecond() - 100_000;
    Files.writeString(proc.resolve("stat"), "cpu 1 2\nbtime " + booted + "\n");
    Files.writeString(proc.resolve("meminfo"), "MemTotal:       100000 kB\nMemFree: 1 kB\n");
    Files.writeString(
        proc.resolve("passwd"), "root:x:0:0::/:/bin/sh\nsystemd-resolve:x:7:7::/:/bin/sh\n");
    // 95 s of CPU in its 1000 s of life.
    process(42, "sh (x)", "sh\0-c\0true\0", 7, 'S', 34816, 9500, 99_000L * 100);
    process(43, "kthread", "", 5555, 'Z', 0, 0, 99_000L * 100);
  }

  private void process(
      int pid, String name, String command, int uid, char state, int tty, int ticks, long start)
      throws IOException {
    Path dir = Files.createDirectories(proc.resolve(Integer.toString(pid)));
    Files.writeString(
        dir.resolve("stat"),
        "%d (%s) %c 1 %d %d %d %d 0 0 0 0 0 %d 0 0 0 20 -5 2 0 %d 2048000 100 0 0 0 0 0 0 0 0 0 0 0 0 0 17 3 1 2\n"
            .formatted(pid, name, state, pid, pid, tty, pid, ticks, start));
    Files.writeString(dir.resolve("cmdline"), command);
    Files.writeString(
        dir.resolve("status"),
        "Name:\tx\nUid:\t%d\t%d\t0\t0\nVmRSS:\t 1000 kB\n".formatted(uid, uid));
  }

  private PsTable read(String... arguments) {
    return PsTable.read(proc, proc.resolve("passwd"), List.of(42, 43, 99), List.of(arguments));
  }

  @Test
  void the_full_format_is_that_of_ps_ef() {
    PsTable table = read();
    assertThat(table.titles())
        .containsExactly("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    assertThat(table.rows()).hasSize(2);
    List<String> first = table.rows().getFirst();
    assertThat(first.get(0)).isEqualTo("systemd+");
    assertThat(first.subList(1, 4)).containsExactly("42", "1", "9");
    assertThat(first.subList(5, 8)).containsExactly("pts/0", "00:01:35", "sh -c true");
    assertThat(table.rows().get(1)).startsWith("5555").endsWith("[kthread]").contains("?");
    assertThat(read("-ef")).isEqualTo(table);
  }

  @Test
  void the_user_oriented_format_is_that_of_ps_aux() {
    PsTable table = read("aux");
    assertThat(table.titles())
        .containsExactly(
            "USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND");
    List<String> row = table.rows().getFirst();
    assertThat(row.subList(3, 8)).containsExactly("1.0", "2000", "1000", "pts/0", "S<sl+");
    assertThat(row.get(2)).startsWith("9.");
    assertThat(row.get(9)).isEqualTo("1:35");
  }

  @Test
  void columns_can_be_chosen() {
    assertThat(read("-o", "pid,args")).isEqualTo(read("-opid", "-o", "command"));
    assertThat(read("-eo", "pid,comm,stat").rows().getFirst())
        .containsExactly("42", "sh (x)", "S<sl+");
    assertThat(read("-eo", "pid,pri,psr,cls,rtprio").rows().getFirst())
        .containsExactly("42", "19", "3", "RR", "1");
    assertThat(read("-eF").titles()).containsSubsequence("C", "SZ", "RSS", "PSR", "STIME");
  }

  @Test
  void what_is_not_understood_is_named() {
    assertThatThrownBy(() -> read("-o", "cmd"))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("Couldn't find PID field in ps output");
    assertThatThrownBy(() -> read("--no-headers"))
        .hasMessage("Couldn't find PID field in ps output");
    assertThatThrownBy(() -> read("-e", "-o", "pid="))
        .hasMessage("Couldn't find PID field in ps output");
    assertThatThrownBy(() -> read("--zzz")).hasMessageContaining("unknown gnu long option --zzz");
    assertThatThrownBy(() -> read("-Z")).hasMessageContaining("\"-Z\"");
    assertThatThrownBy(() -> read("-o", "pid,nosuch")).hasMessageContaining("nosuch");
  }
}
