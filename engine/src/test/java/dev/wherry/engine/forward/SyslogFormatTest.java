package dev.wherry.engine.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.log.LogReader.Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
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

  @Test
  void errors_have_their_priority_and_empty_lines_are_not_sent() {
    SyslogRoute route =
        new SyslogRoute(
            new SyslogDialer(new LinuxSockets(), new LinuxProcesses()),
            SyslogOptions.of(Map.of("syslog-facility", "local3")),
            new SyslogFormat.Sender("vm", "boat", 42, ZoneId.of("UTC")));
    assertThat(route.message(line("wrong")))
        .map(message -> new String(message, StandardCharsets.UTF_8))
        .hasValue("<155>Nov  4 21:58:35 boat[42]: wrong\n");
    assertThat(route.message(line(""))).isEmpty();
  }

  private static LogLines.Line line(String text) {
    return new LogLines.Line(TIME, Stream.STDERR, ByteBuffer.wrap(bytes(text)), false);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
