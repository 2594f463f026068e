package dev.wherry.api;

import dev.wherry.config.LogLevel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The daemon's own log: one line for each message, on the standard error. */
final class LogSetup {
  private static final String OURS = "dev.wherry";

  /** Held so that its level is not forgotten with it. */
  private static final Logger OWN = Logger.getLogger(OURS);

  private LogSetup() {}

  /** Logs from now on what is at least as important as the level. */
  static void apply(LogLevel level) {
    LogManager.getLogManager().reset();
    var handler = new ConsoleHandler();
    handler.setLevel(Level.ALL);
    handler.setFormatter(new Line());
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    root.setLevel(atLeast(Level.WARNING, julLevel(level)));
    OWN.setLevel(julLevel(level));
  }

  /** What libraries say is worth a line from warnings on, unless even those are not wanted. */
  private static Level atLeast(Level floor, Level wanted) {
    return wanted.intValue() < floor.intValue() ? floor : wanted;
  }

  private static Level julLevel(LogLevel level) {
    return switch (level) {
      case DEBUG -> Level.FINE;
      case INFO -> Level.INFO;
      case WARN -> Level.WARNING;
      case ERROR, FATAL -> Level.SEVERE;
    };
  }

  /** {@code time level logger: message}, and the trace of a failure below. */
  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord entry) {
      String logger = String.valueOf(entry.getLoggerName());
      String line =
          Instant.ofEpochMilli(entry.getMillis())
              + " "
              + word(entry.getLevel())
              + " "
              + logger.substring(logger.lastIndexOf('.') + 1)
              + ": "
              + formatMessage(entry)
              + "\n";
      Throwable thrown = entry.getThrown();
      if (thrown == null) {
        return line;
      }
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      return line + trace;
    }

    private static String word(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      if (level.intValue() >= Level.WARNING.intValue()) {
        return "WARN";
      }
      return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }
  }
}
