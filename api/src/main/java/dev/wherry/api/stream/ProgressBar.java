package dev.wherry.api.stream;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The bar that dockerd draws for clients that only print it. */
final class ProgressBar {
  private static final int WIDTH = 50;
  private static final int STEP = 1000;
  private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB", "PB");

  private ProgressBar() {}

  /**
   * Draws it.
   *
   * @param current bytes done
   * @param total bytes in all, not positive where unknown
   * @return {@code null} where there is nothing to draw
   */
  static @Nullable String text(long current, long total) {
    if (current <= 0 && total <= 0) {
      return null;
    }
    if (total <= 0) {
      return "%8s".formatted(size(current));
    }
    int done = Math.clamp((long) ((double) current / total * 100) / 2, 0, WIDTH);
    String numbers =
        current > total
            ? "%8s".formatted(size(current))
            : "%8s/%s".formatted(size(current), size(total));
    return "[" + "=".repeat(done) + ">" + " ".repeat(WIDTH - done) + "] " + numbers;
  }

  /** Four digits that count, as Go's {@code %.4g} writes them. */
  private static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= STEP && unit < UNITS.size() - 1) {
      value /= STEP;
      unit++;
    }
    int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
    String digits = String.format(Locale.ROOT, "%." + decimals + "f", value);
    String shown = decimals == 0 ? digits : digits.replaceFirst("0+$", "").replaceFirst("\\.$", "");
    return shown + UNITS.get(unit);
  }
}
