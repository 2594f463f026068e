package dev.wherry.engine.cdi;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device's full name, {@code vendor.com/class=device} (CDI specification, "Kind" and "Devices").
 */
record CdiName(String kind, String device) {
  private static final Pattern KIND =
      Pattern.compile("[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?/[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?");
  private static final Pattern DEVICE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?");
  private static final Pattern FULL = Pattern.compile("([^=]+)=(.+)");

  static Optional<CdiName> parse(String text) {
    Matcher full = FULL.matcher(text);
    if (!full.matches() || !isKind(full.group(1)) || !DEVICE.matcher(full.group(2)).matches()) {
      return Optional.empty();
    }
    return Optional.of(new CdiName(full.group(1), full.group(2)));
  }

  static boolean isKind(String text) {
    return KIND.matcher(text).matches();
  }
}
