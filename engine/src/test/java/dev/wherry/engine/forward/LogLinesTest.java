package dev.wherry.engine.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.engine.log.LogReader.Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static final int LONGEST = 16 << 10;

  private final LogLines lines = new LogLines();

  private List<String> add(Stream stream, String text, boolean partial) {
    ByteBuffer data =
        ByteBuffer.wrap((partial ? text : text + "\n").getBytes(StandardCharsets.UTF_8));
    return lines.add(new LogEntry(Instant.EPOCH, stream, partial, data)).stream()
        .map(LogLinesTest::told)
        .toList();
  }

  private static String told(LogLines.Line line) {
    String text = StandardCharsets.UTF_8.decode(line.text().duplicate()).toString();
    String shown = text.length() > 10 ? text.length() + " bytes" : text;
    return shown + (line.partial() ? " and more" : "");
  }

  @Test
  void pieces_become_the_line_they_are_of_whatever_comes_between_on_the_other_stream() {
    assertThat(add(Stream.STDOUT, "one ", true)).isEmpty();
    assertThat(add(Stream.STDERR, "other", false)).containsExactly("other");
    assertThat(lines.isBegun()).isTrue();
    assertThat(add(Stream.STDOUT, "line", false)).containsExactly("one line");
    assertThat(lines.isBegun()).isFalse();
    assertThat(add(Stream.STDOUT, "", false)).containsExactly("");
  }

  @Test
  void a_long_line_comes_in_parts_and_its_end_is_no_line_of_its_own() {
    assertThat(add(Stream.STDOUT, "x".repeat(LONGEST + 20), false))
        .containsExactly(LONGEST + " bytes and more", "20 bytes");
    assertThat(add(Stream.STDOUT, "x".repeat(LONGEST), false))
        .containsExactly(LONGEST + " bytes and more");
    assertThat(add(Stream.STDOUT, "", false)).as("the next is empty").containsExactly("");
  }

  @Test
  void what_has_no_end_is_told_when_there_is_no_more() {
    add(Stream.STDOUT, "unfinished", true);
    assertThat(lines.end(Instant.EPOCH))
        .extracting(LogLinesTest::told)
        .containsExactly("unfinished");
  }
}
