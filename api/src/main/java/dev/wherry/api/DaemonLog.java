package dev.wherry.api;

import dev.wherry.config.LogLevel;
import java.io.PrintWriter;
import java.io.Serial;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The daemon's own log: one line for each message, on the standard error. All that SLF4J needs of a
 * backend; java.util.logging in its place costs a tenth of a start (docs/decisions/start-up.md).
 */
public final class DaemonLog implements SLF4JServiceProvider {
  private static final String OURS = "dev.wherry.";
  private static volatile int ours = Level.INFO.toInt();
  private static volatile int others = Level.WARN.toInt();

  private final ILoggerFactory loggers = Line::new;
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new NOPMDCAdapter();

  /** Logs from now on what is at least as important as the level. */
  static void apply(LogLevel level) {
    int wanted =
        switch (level) {
          case DEBUG -> Level.DEBUG.toInt();
          case INFO -> Level.INFO.toInt();
          case WARN -> Level.WARN.toInt();
          case ERROR, FATAL -> Level.ERROR.toInt();
        };
    ours = wanted;
    // What libraries say is worth a line from warnings on, unless even those are not wanted.
    others = Math.max(Level.WARN.toInt(), wanted);
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // Nothing to be opened.
  }

  /** {@code time level logger: message}, and the trace of a failure below. */
  static String line(
      Instant time, Level level, String logger, String message, @Nullable Throwable thrown) {
    String line =
        time.truncatedTo(ChronoUnit.MILLIS)
            + " "
            + level
            + " "
            + logger.substring(logger.lastIndexOf('.') + 1)
            + ": "
            + message
            + "\n";
    if (thrown == null) {
      return line;
    }
    var trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return line + trace;
  }

  /** One logger; whether it logs is asked of the level each time. */
  private static final class Line extends LegacyAbstractLogger {
    @Serial private static final long serialVersionUID = 1L;

    private final boolean own;

    Line(String name) {
      this.name = name;
      this.own = name.startsWith(OURS);
    }

    private boolean logs(Level level) {
      return level.toInt() >= (own ? ours : others);
    }

    @Override
    public boolean isTraceEnabled() {
      return logs(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
      return logs(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
      return logs(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
      return logs(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
      return logs(Level.ERROR);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable thrown) {
      String text = MessageFormatter.basicArrayFormat(message, arguments);
      System.err.print(line(Instant.now(), level, name, text, thrown));
    }
  }
}
