package dev.wherry.api.mapping;

import java.time.Duration;

/** Durations in the words of {@code docker ps} (go-units {@code HumanDuration}). */
public final class HumanDuration {
  private HumanDuration() {}

  /** For example {@code 5 seconds}, {@code About an hour}, {@code 3 weeks}. */
  public static String of(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 1) {
      return "Less than a second";
    }
    if (seconds == 1) {
      return "1 second";
    }
    if (seconds < 60) {
      return seconds + " seconds";
    }
    long minutes = duration.toMinutes();
    if (minutes == 1) {
      return "About a minute";
    }
    if (minutes < 60) {
      return minutes + " minutes";
    }
    // Rounded to the nearest hour, as go-units does from hours upwards.
    long hours = duration.plusMinutes(30).toHours();
    if (hours == 1) {
      return "About an hour";
    }
    if (hours < 48) {
      return hours + " hours";
    }
    if (hours < 24 * 7 * 2) {
      return hours / 24 + " days";
    }
    if (hours < 24 * 30 * 2) {
      return hours / 24 / 7 + " weeks";
    }
    if (hours < 24 * 365 * 2) {
      return hours / 24 / 30 + " months";
    }
    return duration.toHours() / 24 / 365 + " years";
  }
}
