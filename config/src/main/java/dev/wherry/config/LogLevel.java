package dev.wherry.config;

import java.util.Locale;

/** How much the daemon logs, dockerd's levels. */
public enum LogLevel {
  /** Everything. */
  DEBUG,
  /** What an operator wants to read; the default. */
  INFO,
  /** What may need a look. */
  WARN,
  /** What failed. */
  ERROR,
  /** What ends the daemon. */
  FATAL;

  /**
   * Reads a level's name.
   *
   * @param text a level in lower case, or {@code warning}
   * @return the level
   * @throws ConfigException when there is no such level
   */
  static LogLevel parse(String text) throws ConfigException {
    for (LogLevel level : values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(text)) {
        return level;
      }
    }
    if (text.equals("warning")) {
      return WARN;
    }
    throw new ConfigException("unable to parse logging level: " + text);
  }
}
