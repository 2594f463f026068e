package dev.wherry.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.config.LogLevel;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class DaemonLogTest {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");

  private final Logger own = new DaemonLog().getLoggerFactory().getLogger("dev.wherry.api.Some");
  private final Logger other = new DaemonLog().getLoggerFactory().getLogger("io.netty.Some");

  @AfterEach
  void restore() {
    DaemonLog.apply(LogLevel.INFO);
  }

  @Test
  void a_line_has_time_level_the_class_and_the_message() {
    assertThat(DaemonLog.line(TIME, Level.WARN, "dev.wherry.api.Some", "no good", null))
        .isEqualTo("2026-01-02T03:04:05.678Z WARN Some: no good\n");
  }

  @Test
  void a_failure_is_traced_below_its_line() {
    String text =
        DaemonLog.line(TIME, Level.ERROR, "A", "no good", new IllegalStateException("why"));
    assertThat(text.lines().toList())
        .startsWith(
            "2026-01-02T03:04:05.678Z ERROR A: no good", "java.lang.IllegalStateException: why")
        .anyMatch(line -> line.contains("DaemonLogTest"));
  }

  @Test
  void libraries_are_heard_from_warnings_on() {
    assertThat(own.isInfoEnabled()).isTrue();
    assertThat(own.isDebugEnabled()).isFalse();
    assertThat(other.isInfoEnabled()).isFalse();
    assertThat(other.isWarnEnabled()).isTrue();
  }

  @Test
  void the_level_can_be_changed_under_loggers_that_are_there() {
    DaemonLog.apply(LogLevel.DEBUG);
    assertThat(own.isDebugEnabled()).isTrue();
    assertThat(other.isInfoEnabled()).isFalse();
    DaemonLog.apply(LogLevel.ERROR);
    assertThat(own.isWarnEnabled()).isFalse();
    assertThat(other.isWarnEnabled()).isFalse();
  }

  @Test
  void it_is_the_log_that_the_daemon_gets() {
    assertThat(LoggerFactory.getILoggerFactory().getLogger("x").getClass().getName())
        .startsWith(DaemonLog.class.getName());
  }
}
