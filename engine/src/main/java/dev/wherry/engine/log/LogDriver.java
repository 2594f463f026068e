package dev.wherry.engine.log;

import dev.wherry.engine.error.EngineException;
import java.util.Optional;
import java.util.Set;

/**
 * Where a container's output goes, by dockerd's names ({@code docker run --log-driver}), and which
 * options each driver takes.
 */
public enum LogDriver {
  /** Kept in files and shown by {@code docker logs}; the default. */
  JSON_FILE("json-file"),
  /** As {@link #JSON_FILE}; inspect does not tell where, as with dockerd. */
  LOCAL("local"),
  /** Goes to those who are attached only. */
  NONE("none"),
  /** Goes to the host's journal as well. */
  JOURNALD("journald"),
  /** Goes to a syslog server as well. */
  SYSLOG("syslog");

  /** What dockerd's other drivers are called; we have none of them. */
  private static final Set<String> FOREIGN =
      Set.of("awslogs", "etwlogs", "fluentd", "gcplogs", "gelf", "logentries", "splunk");

  /** Options of every driver: output never waits for a reader here, in either mode. */
  private static final Set<String> COMMON = Set.of("mode", "max-buffer-size");

  private static final Set<String> ATTRIBUTES =
      Set.of("labels", "labels-regex", "env", "env-regex", "tag");

  private static final Set<String> ROTATION = Set.of("max-size", "max-file", "compress");

  /** Options of the copy that {@code docker logs} shows of what goes elsewhere. */
  private static final Set<String> CACHE =
      Set.of("cache-disabled", "cache-max-size", "cache-max-file", "cache-compress");

  private static final Set<String> SYSLOG_OPTIONS =
      Set.of(
          "syslog-address",
          "syslog-facility",
          "syslog-format",
          "syslog-tls-ca-cert",
          "syslog-tls-cert",
          "syslog-tls-key",
          "syslog-tls-skip-verify");

  private final String word;

  LogDriver(String word) {
    this.word = word;
  }

  /** The driver's name. */
  public String word() {
    return word;
  }

  /** The driver of that name; the empty name is the default's. */
  public static Optional<LogDriver> find(String name) {
    for (LogDriver driver : values()) {
      if (driver.word.equals(name) || (name.isEmpty() && driver == JSON_FILE)) {
        return Optional.of(driver);
      }
    }
    return Optional.empty();
  }

  /**
   * The driver of that name.
   *
   * @throws EngineException.InvalidParameter if nobody knows it
   * @throws EngineException.NotImplemented if it is one of dockerd's that we do not have
   */
  public static LogDriver of(String name) {
    return find(name).orElseThrow(() -> unknown(name));
  }

  private static EngineException unknown(String name) {
    return FOREIGN.contains(name)
        ? new EngineException.NotImplemented(
            "logging driver " + name + " is not supported by this engine")
        : new EngineException.InvalidParameter(
            "error looking up logging plugin %s: plugin \"%s\" not found".formatted(name, name));
  }

  /**
   * Refuses an option that the driver does not know.
   *
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public void checkOption(String option) {
    boolean known =
        switch (this) {
          case JSON_FILE -> ROTATION.contains(option) || ATTRIBUTES.contains(option);
          case LOCAL -> ROTATION.contains(option);
          case NONE -> true;
          case JOURNALD -> ATTRIBUTES.contains(option) || CACHE.contains(option);
          // dockerd takes labels and variables too, and does nothing with them.
          case SYSLOG ->
              SYSLOG_OPTIONS.contains(option)
                  || ATTRIBUTES.contains(option)
                  || CACHE.contains(option);
        };
    if (!known && !COMMON.contains(option)) {
      throw new EngineException.InvalidParameter(
          this == LOCAL
              ? "unknown log opt '" + option + "' for log driver local"
              : "unknown log opt '%s' for %s log driver".formatted(option, word));
    }
  }
}
