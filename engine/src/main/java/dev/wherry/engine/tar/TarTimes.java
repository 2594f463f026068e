package dev.wherry.engine.tar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;

/** Times as pax headers write them: decimal seconds since 1970, with a fraction. */
final class TarTimes {
  private static final int MAX_TEXT = 40;

  private TarTimes() {}

  /**
   * Reads a time.
   *
   * @throws NumberFormatException if it is none
   * @throws ArithmeticException if it is beyond what an {@link Instant} holds
   */
  static Instant parse(String text) {
    // An exponent could make a number of a billion digits out of a few characters.
    if (text.length() > MAX_TEXT || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
      throw new NumberFormatException(text);
    }
    BigInteger[] parts =
        new BigDecimal(text)
            .movePointRight(9)
            .setScale(0, java.math.RoundingMode.FLOOR)
            .toBigIntegerExact()
            .divideAndRemainder(BigInteger.valueOf(1_000_000_000));
    try {
      return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
    } catch (DateTimeException e) {
      throw new ArithmeticException(e.getMessage());
    }
  }

  /** Writes a time, with a fraction only if it has one. */
  static String format(Instant time) {
    return BigDecimal.valueOf(time.getEpochSecond())
        .add(BigDecimal.valueOf(time.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }
}
