package dev.wherry.api.mapping;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.GoDuration;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times and durations in the forms Go writes and Docker's clients send. */
public final class GoTime {
  /** Go's zero time, shown where something has not happened. */
  public static final String ZERO = "0001-01-01T00:00:00Z";

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter NANOS =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Pattern TIMESTAMP = Pattern.compile("(-?\\d+)(?:\\.(\\d+))?");

  private GoTime() {}

  /** RFC 3339 with as many decimals as are needed; {@link #ZERO} for {@code null}. */
  public static String nano(@Nullable Instant time) {
    return time == null ? ZERO : NANOS.format(time);
  }

  /** RFC 3339 to the second. */
  public static String seconds(Instant time) {
    return SECONDS.format(time) + "Z";
  }

  /**
   * Reads a point in time as {@code since} and {@code until} give it: seconds since the epoch with
   * up to nine decimals, RFC 3339 (the zone may be missing: UTC), a date, or a Go duration before
   * now.
   *
   * @param text the parameter
   * @param now what durations count back from
   * @return {@code null} for an empty text
   * @throws EngineException.InvalidParameter if it is none of these
   */
  public static @Nullable Instant parse(String text, Instant now) {
    if (text.isEmpty()) {
      return null;
    }
    Matcher stamp = TIMESTAMP.matcher(text);
    try {
      if (stamp.matches()) {
        return timestamp(stamp);
      }
      if (text.length() > 4 && text.charAt(4) == '-') {
        return calendar(text);
      }
      return now.minus(duration(text));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new EngineException.InvalidParameter(
          "strconv.ParseInt: parsing \"" + text + "\": invalid syntax", e);
    }
  }

  private static Instant timestamp(Matcher stamp) {
    String decimals = stamp.group(2);
    long seconds = Long.parseLong(stamp.group(1));
    long nanos = decimals == null ? 0 : Long.parseLong((decimals + "000000000").substring(0, 9));
    return Instant.ofEpochSecond(seconds, nanos);
  }

  private static Instant calendar(String text) {
    if (!text.contains("T")) {
      return LocalDate.parse(text.replace("Z", "")).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    boolean zoned =
        text.indexOf('Z') > 0 || text.lastIndexOf('+') > 10 || text.lastIndexOf('-') > 10;
    return zoned
        ? OffsetDateTime.parse(text).toInstant()
        : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }

  private static Duration duration(String text) {
    return Duration.ofNanos(
        GoDuration.parse(text).orElseThrow(() -> new NumberFormatException(text)));
  }
}
