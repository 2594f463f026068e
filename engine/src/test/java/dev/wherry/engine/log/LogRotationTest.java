package dev.wherry.engine.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.launch.ConmonControl;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a fifo that the test reads in conmon's place. */
class LogRotationTest {
  private static final LogPolicy POLICY = new LogPolicy(LogDriver.LOCAL, true, 100, 3, true);
  private static final String HEAD = "2026-11-24T07:22:01.965843270+00:00 stdout F ";

  @TempDir Path dir;
  private Path log;
  private Path fifo;
  private FileChannel conmon;
  private final LogRotation rotation =
      new LogRotation(new ConmonControl(new LinuxPaths(), new LinuxProcesses()));

  @BeforeEach
  void makeFifo() throws Exception {
    log = dir.resolve("c.log");
    fifo = dir.resolve("ctl");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    conmon = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @AfterEach
  void close() throws IOException {
    conmon.close();
  }

  private void write(String text) throws IOException {
    Files.writeString(
        log, HEAD + text + "\n", UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String message() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(100);
    conmon.read(buffer);
    return UTF_8.decode(buffer.flip()).toString();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("c.log"))
          .sorted()
          .toList();
    }
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    try (LogReader reader =
        new K8sFileLogReader(log, new LogReader.Selection(true, true, null, null, -1))) {
      for (var entry = reader.next(); entry != null; entry = reader.next()) {
        lines.add(UTF_8.decode(entry.data()).toString().strip());
      }
    }
    return lines;
  }

  private void fill(String text) throws IOException {
    write(text + "x".repeat(100));
  }

  @Test
  void a_small_log_stays() throws Exception {
    write("a");
    assertThat(rotation.check(log, POLICY, fifo)).isEqualTo(Files.size(log));
    assertThat(rotation.tidy(log, POLICY)).isTrue();
    assertThat(names()).containsExactly("c.log");
  }

  @Test
  void a_full_log_is_renamed_and_compressed_once_another_is_written() throws Exception {
    fill("a");
    rotation.check(log, POLICY, fifo);
    assertThat(names()).containsExactly("c.log.1");
    assertThat(message()).isEqualTo("2 0 0\n");
    assertThat(rotation.tidy(log, POLICY)).isFalse();
    assertThat(names()).containsExactly("c.log.1");
    write("b");
    assertThat(rotation.tidy(log, POLICY)).isTrue();
    assertThat(names()).containsExactly("c.log", "c.log.1.gz");
    assertThat(lines()).containsExactly("a" + "x".repeat(100), "b");
  }

  @Test
  void only_so_many_files_are_kept() throws Exception {
    for (int i = 1; i <= 6; i++) {
      fill("n" + i);
      rotation.check(log, POLICY, fifo);
      assertThat(message()).isNotEmpty();
      write("begun");
      rotation.tidy(log, POLICY);
    }
    assertThat(names()).containsExactly("c.log", "c.log.5.gz", "c.log.6.gz");
    assertThat(lines().getLast()).isEqualTo("begun");
  }

  @Test
  void with_one_file_the_old_one_is_emptied() throws Exception {
    LogPolicy one = new LogPolicy(LogDriver.JSON_FILE, true, 100, 1, false);
    fill("a");
    rotation.check(log, one, fifo);
    assertThat(message()).isNotEmpty();
    write("b");
    rotation.tidy(log, one);
    assertThat(lines()).containsExactly("b");
    fill("c");
    rotation.check(log, one, fifo);
    assertThat(message()).isNotEmpty();
    write("d");
    rotation.tidy(log, one);
    assertThat(lines()).containsExactly("d");
    assertThat(names()).containsExactly("c.log", "c.log.2");
  }

  @Test
  void a_message_that_was_lost_is_sent_again_and_never_while_one_is_unread() throws Exception {
    fill("a");
    rotation.check(log, POLICY, fifo);
    rotation.check(log, POLICY, fifo);
    assertThat(message()).isEqualTo("2 0 0\n");
    rotation.check(log, POLICY, fifo);
    assertThat(message()).isEqualTo("2 0 0\n");
  }

  @Test
  void nothing_is_begun_while_conmon_has_a_message_to_read() throws Exception {
    fill("a");
    conmon.write(ByteBuffer.wrap("1 24 80\n".getBytes(UTF_8)));
    rotation.check(log, POLICY, fifo);
    assertThat(names()).containsExactly("c.log");
  }
}
