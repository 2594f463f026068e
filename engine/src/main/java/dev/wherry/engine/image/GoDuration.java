package dev.wherry.engine.image;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Docker's clients write them: Go's {@code time.ParseDuration}, for example 1m30s. */
public final class GoDuration {
  private static final Pattern TERM =
      Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private GoDuration() {}

  /** The nanoseconds, or nothing if the text is no duration or does not fit. */
  public static OptionalLong parse(String text) {
    boolean negative = text.startsWith("-");
    String terms = negative || text.startsWith("+") ? text.substring(1) : text;
    if (terms.equals("0")) {
      return OptionalLong.of(0);
    }
    Matcher matcher = TERM.matcher(terms);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      long unit = NANOS.getOrDefault(matcher.group(2), 0L);
      nanos = nanos.add(new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)));
      end = matcher.end();
    }
    if (end == 0
        || end != terms.length()
        || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(negative ? -nanos.longValue() : nanos.longValue());
  }

  /** As Go writes a duration: {@code 1h0m5s}, {@code 1.5s}, {@code 250ms}. */
  public static String text(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos != 0 && Math.abs(nanos) < NANOS_PER_SECOND) {
      return decimal(nanos, NANOS_PER_SECOND / 1000) + "ms";
    }
    String seconds = decimal(nanos % (60 * NANOS_PER_SECOND), NANOS_PER_SECOND) + "s";
    long minutes = duration.toMinutes();
    if (minutes == 0) {
      return seconds;
    }
    String rest = minutes % 60 + "m" + seconds;
    return minutes < 60 ? rest : minutes / 60 + "h" + rest;
  }

  private static String decimal(long value, long unit) {
    BigDecimal quotient = BigDecimal.valueOf(value).divide(BigDecimal.valueOf(unit));
    return quotient.signum() == 0 ? "0" : quotient.stripTrailingZeros().toPlainString();
  }
}
