package dev.wherry.engine.syslog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.engine.log.LogReader.Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyslogFormatTest {
  private static final Instant TIME = Instant.parse("2026-11-04T21:58:35.851746123Z");

  /** As dockerd 20.10 wrote them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNIX          | <158>Nov  4 21:58:35 boat/1[42]: out",
        "RFC3164       | <158>Nov  4 21:58:35 vm boat/1[42]: out",
        "RFC5424       | <158>1 2026-11-04T21:58:35Z vm boat/1 42 boat/1 - out",
        "RFC5424_MICRO | <158>1 2026-11-04T21:58:35.851746Z vm boat/1 42 boat/1 - out",
      })
  void each_format_is_dockerds(SyslogFormat format, String expected) {
    SyslogFormat.Sender sender = new SyslogFormat.Sender("vm", "boat/1", 42, ZoneId.of("UTC"));
    byte[] message = format.message(19 << 3 | 6, TIME, sender, ByteBuffer.wrap(bytes("out")));
    assertThat(new String(message, StandardCharsets.UTF_8)).isEqualTo(expected + "\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static LogEntry entry(Stream stream, boolean partial, String text) {
    return new LogEntry(TIME, stream, partial, ByteBuffer.wrap(bytes(text)));
  }

  private static List<String> words(List<SyslogLines.Line> lines) {
    return lines.stream()
        .map(line -> line.stream() + " " + StandardCharsets.UTF_8.decode(line.text()))
        .toList();
  }

  @Test
  void a_line_written_in_pieces_is_one_and_empty_ones_are_none() {
    SyslogLines lines = new SyslogLines();
    List<SyslogLines.Line> made = new ArrayList<>();
    made.addAll(lines.add(entry(Stream.STDOUT, true, "par")));
    made.addAll(lines.add(entry(Stream.STDERR, false, "between\n")));
    assertThat(lines.isBegun()).isTrue();
    made.addAll(lines.add(entry(Stream.STDOUT, false, "tial\n")));
    assertThat(lines.isBegun()).isFalse();
    made.addAll(lines.add(entry(Stream.STDOUT, false, "\n")));
    made.addAll(lines.add(entry(Stream.STDOUT, true, "no end")));
    made.addAll(lines.end(TIME));
    assertThat(words(made)).containsExactly("STDERR between", "STDOUT partial", "STDOUT no end");
  }

  @Test
  void a_long_line_comes_in_parts_of_16_kibibytes() {
    SyslogLines lines = new SyslogLines();
    List<SyslogLines.Line> made = new ArrayList<>();
    made.addAll(lines.add(entry(Stream.STDOUT, true, "y".repeat(10_000))));
    made.addAll(lines.add(entry(Stream.STDOUT, false, "y".repeat(10_000) + "\n")));
    assertThat(made).extracting(line -> line.text().remaining()).containsExactly(16_384, 3_616);
  }
}
