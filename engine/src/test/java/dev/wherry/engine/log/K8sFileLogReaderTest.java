package dev.wherry.engine.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.engine.log.LogReader.Selection;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class K8sFileLogReaderTest {
  private static final Selection ALL = new Selection(true, true, null, null, -1);

  @TempDir Path dir;
  private Path log;

  @BeforeEach
  void name() {
    log = dir.resolve("c.log");
  }

  private static String line(int second, String stream, String flag, String data) {
    return "2026-11-24T07:22:%02d.965843270+00:00 %s %s %s\n".formatted(second, stream, flag, data);
  }

  private static String out(String data) {
    return line(1, "stdout", "F", data);
  }

  private void append(Path file, String... lines) throws IOException {
    Files.writeString(
        file, String.join("", lines), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private List<String> read(Selection selection) {
    try (LogReader reader = new K8sFileLogReader(log, selection)) {
      return drain(reader);
    }
  }

  private static List<String> drain(LogReader reader) {
    List<String> result = new ArrayList<>();
    for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
      result.add(UTF_8.decode(entry.data()).toString());
    }
    return result;
  }

  private static Selection tail(int lines) {
    return new Selection(true, true, null, null, lines);
  }

  @Test
  void entries_have_time_stream_and_their_newline() throws Exception {
    append(log, line(3, "stderr", "F", "hello"), line(4, "stdout", "P", "no newline"));
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      LogEntry first = reader.next();
      assertThat(first.time()).isEqualTo(Instant.parse("2026-11-24T07:22:03.965843270Z"));
      assertThat(first.stream()).isEqualTo(LogReader.Stream.STDERR);
      assertThat(first.partial()).isFalse();
      assertThat(UTF_8.decode(first.data()).toString()).isEqualTo("hello\n");
      LogEntry second = reader.next();
      assertThat(second.partial()).isTrue();
      assertThat(UTF_8.decode(second.data()).toString()).isEqualTo("no newline");
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void a_log_never_written_is_empty_until_it_is() throws Exception {
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      assertThat(reader.next()).isNull();
      append(log, out("late"));
      assertThat(drain(reader)).containsExactly("late\n");
    }
  }

  @Test
  void a_time_in_another_zone_is_the_same_moment() throws Exception {
    append(log, "2026-11-24T09:22:03.000000001+02:00 stdout F x\n");
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      assertThat(reader.next().time()).isEqualTo(Instant.parse("2026-11-24T07:22:03.000000001Z"));
    }
  }

  @Test
  void only_the_wanted_streams_are_read() throws Exception {
    append(log, out("a"), line(1, "stderr", "F", "b"));
    assertThat(read(new Selection(false, true, null, null, -1))).containsExactly("b\n");
  }

  @Test
  void since_and_until_include_their_moment() throws Exception {
    append(
        log,
        line(1, "stdout", "F", "1"),
        line(2, "stdout", "F", "2"),
        line(3, "stdout", "F", "3"),
        line(4, "stdout", "F", "4"));
    Instant two = Instant.parse("2026-11-24T07:22:02.965843270Z");
    assertThat(read(new Selection(true, true, two, two.plusSeconds(1), -1)))
        .containsExactly("2\n", "3\n");
  }

  @Test
  void torn_lines_are_passed_over() throws Exception {
    append(log, out("a"), "garbage\n", "2026-11-24T07:22:0\n", "\n", out("b"));
    assertThat(read(ALL)).containsExactly("a\n", "b\n");
  }

  @Test
  void an_entry_half_written_is_delivered_once_it_is_whole() throws Exception {
    String whole = out("slow");
    append(log, out("a"), whole.substring(0, 20));
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      assertThat(drain(reader)).containsExactly("a\n");
      append(log, whole.substring(20));
      assertThat(drain(reader)).containsExactly("slow\n");
    }
  }

  @Test
  void binary_data_and_long_lines_come_through_unchanged() throws Exception {
    byte[] data = new byte[200_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i % 251 == '\n' ? 0 : i % 251);
    }
    Files.write(log, out("").replace("\n", "").getBytes(UTF_8));
    Files.write(log, data, StandardOpenOption.APPEND);
    append(log, "\n", out("after"));
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      LogEntry entry = reader.next();
      byte[] got = new byte[entry.data().remaining()];
      entry.data().get(got);
      assertThat(got).startsWith(data).hasSize(data.length + 1);
      assertThat(UTF_8.decode(reader.next().data()).toString()).isEqualTo("after\n");
    }
  }

  @Test
  void rotated_files_are_read_oldest_first() throws Exception {
    append(dir.resolve("c.log.9"), out("1"));
    append(dir.resolve("c.log.10"), out("2"));
    append(log, out("3"));
    assertThat(read(ALL)).containsExactly("1\n", "2\n", "3\n");
  }

  private void compress(int number) throws IOException {
    Path plain = dir.resolve("c.log." + number);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(dir.resolve("c.log." + number + ".gz")))) {
      Files.copy(plain, out);
    }
    Files.delete(plain);
  }

  @Test
  void compressed_files_are_read_like_others() throws Exception {
    append(dir.resolve("c.log.1"), out("1"), out("2"));
    append(dir.resolve("c.log.2"), out("3"));
    compress(1);
    compress(2);
    append(log, out("4"));
    assertThat(read(ALL)).containsExactly("1\n", "2\n", "3\n", "4\n");
    assertThat(read(tail(3))).containsExactly("2\n", "3\n", "4\n");
    assertThat(read(tail(9))).hasSize(4);
  }

  @Test
  void a_follower_reads_nothing_twice_when_its_file_is_compressed() throws Exception {
    append(log, out("1"));
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      assertThat(drain(reader)).containsExactly("1\n");
      Files.move(log, dir.resolve("c.log.1"));
      append(log, out("2"));
      compress(1);
      assertThat(drain(reader)).containsExactly("2\n");
      Files.delete(dir.resolve("c.log.1.gz"));
      assertThat(drain(reader)).isEmpty();
    }
  }

  @Test
  void a_follower_waits_while_there_is_no_current_file() throws Exception {
    append(log, out("1"));
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      assertThat(drain(reader)).containsExactly("1\n");
      Files.move(log, dir.resolve("c.log.1"));
      assertThat(drain(reader)).isEmpty();
      append(dir.resolve("c.log.1"), out("2"));
      assertThat(drain(reader)).containsExactly("2\n");
      append(log, out("3"));
      assertThat(drain(reader)).containsExactly("3\n");
    }
  }

  @Test
  void a_follower_sees_every_line_across_rotations() throws Exception {
    append(log, out("1"));
    try (LogReader reader = new K8sFileLogReader(log, ALL)) {
      assertThat(drain(reader)).containsExactly("1\n");
      append(log, out("2"));
      Files.move(log, dir.resolve("c.log.1"));
      assertThat(drain(reader)).containsExactly("2\n");
      append(dir.resolve("c.log.1"), out("3"));
      append(log, out("4"));
      Files.move(log, dir.resolve("c.log.2"));
      append(log, out("5"));
      assertThat(drain(reader)).containsExactly("3\n", "4\n", "5\n");
      assertThat(drain(reader)).isEmpty();
    }
  }

  @Test
  void the_last_lines_are_found_from_the_end() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      append(log, out("line " + i));
      if (i == 10_000) {
        Files.move(log, dir.resolve("c.log.1"));
      }
    }
    assertThat(read(tail(3))).containsExactly("line 19997\n", "line 19998\n", "line 19999\n");
    assertThat(read(tail(12_000))).hasSize(12_000).startsWith("line 8000\n");
    assertThat(read(tail(20_000))).hasSize(20_000);
    assertThat(read(tail(30_000))).hasSize(20_000);
    assertThat(read(tail(9999))).hasSize(9999).startsWith("line 10001\n");
    assertThat(read(tail(10_000))).hasSize(10_000).startsWith("line 10000\n");
    assertThat(read(tail(0))).isEmpty();
  }

  @Test
  void a_line_in_pieces_counts_once() throws Exception {
    append(
        log,
        out("first"),
        line(1, "stdout", "P", "a"),
        line(1, "stdout", "P", "b"),
        line(1, "stdout", "F", "c"),
        line(1, "stdout", "P", "open "),
        line(1, "stdout", "P", "end"));
    assertThat(read(tail(1))).containsExactly("open ", "end");
    assertThat(read(tail(2))).containsExactly("a", "b", "c\n", "open ", "end");
  }

  @Test
  void the_tail_counts_only_wanted_streams() throws Exception {
    append(log, out("a"), line(1, "stderr", "F", "e1"), out("b"), line(1, "stderr", "F", "e2"));
    assertThat(read(new Selection(true, false, null, null, 1))).containsExactly("b\n");
  }

  @Test
  void followers_are_told_of_changes() throws Exception {
    append(log, out("1"));
    AtomicInteger told = new AtomicInteger();
    try (LogChanges changes = new LogChanges()) {
      AutoCloseable first = changes.watch(log, told::incrementAndGet);
      AtomicInteger second = new AtomicInteger();
      try (AutoCloseable other = changes.watch(log, second::incrementAndGet)) {
        append(log, out("2"));
        await().until(() -> told.get() > 0 && second.get() > 0);
        assertThat(other).isNotNull();
      }
      int before = told.get();
      append(log, out("3"));
      await().until(() -> told.get() > before);
      first.close();
    }
  }
}
