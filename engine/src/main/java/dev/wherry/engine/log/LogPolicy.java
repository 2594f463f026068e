package dev.wherry.engine.log;

import dev.wherry.engine.error.EngineException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a container's log options mean. Unlike with dockerd's json-file driver no log grows without
 * end: one whose options say nothing is kept in five files of 20 MB, as with dockerd's local
 * driver, the older ones compressed.
 *
 * @param kept whether {@code docker logs} shows what is in files
 * @param maxSize bytes from which on a new file is begun; 0 for never
 * @param maxFiles how many files are kept, with the one being written
 * @param compress whether older files are compressed
 */
public record LogPolicy(
    LogDriver driver, boolean kept, long maxSize, int maxFiles, boolean compress) {
  private static final long DEFAULT_SIZE = 20_000_000;
  private static final int DEFAULT_FILES = 5;

  /** {@code go-units}' {@code FromHumanSize}: a unit is a power of 1000. */
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtp]?)i?b?", Pattern.CASE_INSENSITIVE);

  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  /**
   * Reads the options.
   *
   * @throws EngineException.InvalidParameter if a value is wrong, in dockerd's words
   */
  public static LogPolicy of(LogDriver driver, Map<String, String> options) {
    checkMode(options);
    return switch (driver) {
      case NONE -> new LogPolicy(driver, false, 0, 1, false);
      case JSON_FILE, LOCAL -> files(driver, options, "");
      case JOURNALD ->
          flag(options, "cache-disabled", false)
              ? new LogPolicy(driver, false, 0, 1, false)
              : files(driver, options, "cache-");
      case SYSLOG -> {
        LogPolicy files = files(driver, options, "cache-");
        boolean kept = !flag(options, "cache-disabled", false);
        yield new LogPolicy(driver, kept, files.maxSize(), files.maxFiles(), files.compress());
      }
    };
  }

  private static LogPolicy files(LogDriver driver, Map<String, String> options, String prefix) {
    String size = options.get(prefix + "max-size");
    String files = options.get(prefix + "max-file");
    // The driver local takes 0 as well, for a file that grows without end.
    boolean endless = driver == LogDriver.LOCAL && "0".equals(size);
    long maxSize = size == null || size.isEmpty() ? DEFAULT_SIZE : endless ? 0 : size(size);
    int maxFiles = maxFiles(driver, size, files);
    boolean compress = compress(driver, options, prefix + "compress", maxFiles > 1);
    if (compress && maxFiles < 2 && maxSize > 0) {
      throw new EngineException.InvalidParameter(
          "compress cannot be true when max-file is less than 2 or max-size is not set");
    }
    return new LogPolicy(driver, true, maxSize, maxFiles, compress);
  }

  /** With json-file a size alone means one file, as dockerd has it. */
  private static int maxFiles(LogDriver driver, @Nullable String size, @Nullable String files) {
    if (files == null || files.isEmpty()) {
      boolean sizeAlone = size != null && !size.isEmpty() && driver == LogDriver.JSON_FILE;
      return sizeAlone ? 1 : DEFAULT_FILES;
    }
    int number;
    try {
      number = Integer.parseInt(files);
    } catch (NumberFormatException e) {
      throw new EngineException.InvalidParameter(
          "strconv.Atoi: parsing \"" + files + "\": invalid syntax", e);
    }
    if (number < 1) {
      throw new EngineException.InvalidParameter("max-file cannot be less than 1");
    }
    return number;
  }

  private static long size(String text) {
    if (text.equals("-1")) {
      return 0;
    }
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new EngineException.InvalidParameter("invalid size: '" + text + "'");
    }
    String unit = matcher.group(2).toLowerCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : "kmgtp".indexOf(unit) + 1;
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1000).pow(power));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new EngineException.InvalidParameter("invalid size: '" + text + "'");
    }
    long size = bytes.setScale(0, RoundingMode.DOWN).longValueExact();
    if (size == 0) {
      throw new EngineException.InvalidParameter("max-size must be a positive number");
    }
    return size;
  }

  private static boolean compress(
      LogDriver driver, Map<String, String> options, String name, boolean byDefault) {
    try {
      return flag(options, name, byDefault);
    } catch (EngineException.InvalidParameter e) {
      if (driver == LogDriver.LOCAL) {
        throw new EngineException.InvalidParameter(
            "error reading compress log option: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private static boolean flag(Map<String, String> options, String name, boolean byDefault) {
    String text = options.get(name);
    if (text == null || text.isEmpty()) {
      return byDefault;
    }
    if (TRUE.contains(text) || FALSE.contains(text)) {
      return TRUE.contains(text);
    }
    throw new EngineException.InvalidParameter(
        "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
  }

  /**
   * Checks what is said of how lines are handed over; dockerd does at create, too.
   *
   * @throws EngineException.InvalidParameter if it is wrong, in dockerd's words
   */
  public static void checkMode(Map<String, String> options) {
    String mode = options.getOrDefault("mode", "");
    if (!Set.of("", "blocking", "non-blocking").contains(mode)) {
      throw new EngineException.InvalidParameter("logger: logging mode not supported: " + mode);
    }
    String buffer = options.get("max-buffer-size");
    if (buffer != null) {
      if (!mode.equals("non-blocking")) {
        throw new EngineException.InvalidParameter(
            "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
      }
      checkBuffer(buffer);
    }
  }

  private static void checkBuffer(String size) {
    if (!SIZE.matcher(size).matches()) {
      throw new EngineException.InvalidParameter(
          "error parsing option max-buffer-size: invalid size: '" + size + "'");
    }
  }

  /** Whether there are files at all: what is sent elsewhere is sent from there. */
  public boolean written() {
    return kept || driver == LogDriver.SYSLOG || driver == LogDriver.JOURNALD;
  }

  /** Whether a new file is to be begun at some size. */
  public boolean rotates() {
    return written() && maxSize > 0;
  }
}
