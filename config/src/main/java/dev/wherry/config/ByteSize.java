package dev.wherry.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/** Sizes as Docker's tools write them: {@code 64m}, {@code 1.5GiB}, {@code 4096}. */
final class ByteSize {
  private static final Pattern FORM =
      Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtp]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "kmgtp";

  private ByteSize() {}

  /**
   * Reads a size; a unit is a power of 1024, as in {@code go-units}' {@code RAMInBytes}.
   *
   * @param text the size
   * @return the number of bytes
   * @throws ConfigException when the text is no size or does not fit a signed 64-bit number
   */
  static long parse(String text) throws ConfigException {
    var matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new ConfigException("invalid size: '" + text + "'");
    }
    String unit = matcher.group(2).toLowerCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1;
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1024).pow(power));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new ConfigException("invalid size: '" + text + "' is too large");
    }
    return bytes.setScale(0, RoundingMode.DOWN).longValueExact();
  }
}
