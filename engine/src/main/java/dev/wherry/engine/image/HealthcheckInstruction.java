package dev.wherry.engine.image;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code HEALTHCHECK [--option=value ...] CMD command} or {@code HEALTHCHECK NONE}. */
final class HealthcheckInstruction {
  private static final Pattern OPTION = Pattern.compile("--([a-z-]+)(?:=(\\S*))?(?:\\s+|$)");
  private static final Pattern WORD = Pattern.compile("(\\S+)\\s*(.*)", Pattern.DOTALL);
  private static final long LEAST_NANOS = 1_000_000;

  private HealthcheckInstruction() {}

  static Healthcheck parse(String text) {
    long interval = 0;
    long timeout = 0;
    long startPeriod = 0;
    long startInterval = 0;
    int retries = 0;
    Matcher option = OPTION.matcher(text);
    int at = 0;
    while (option.find(at) && option.start() == at) {
      String name = option.group(1);
      String value = option.group(2) == null ? "" : option.group(2);
      switch (name) {
        case "interval" -> interval = duration(name, value);
        case "timeout" -> timeout = duration(name, value);
        case "start-period" -> startPeriod = duration(name, value);
        case "start-interval" -> startInterval = duration(name, value);
        case "retries" -> retries = retries(value);
        default -> throw new EngineException.InvalidParameter("unknown flag: " + name);
      }
      at = option.end();
    }
    return new Healthcheck(
        test(text.substring(at)), interval, timeout, startPeriod, startInterval, retries);
  }

  private static List<String> test(String text) {
    Matcher word = WORD.matcher(text);
    if (!word.matches()) {
      throw new EngineException.InvalidParameter("Missing command after HEALTHCHECK");
    }
    String kind = word.group(1).toUpperCase(Locale.ROOT);
    String rest = word.group(2);
    return switch (kind) {
      case "NONE" -> {
        if (!rest.isBlank()) {
          throw new EngineException.InvalidParameter("HEALTHCHECK NONE takes no arguments");
        }
        yield List.of("NONE");
      }
      case "CMD" -> command(rest);
      default ->
          throw new EngineException.InvalidParameter(
              "Unknown type \"%s\" in HEALTHCHECK (try CMD)".formatted(kind));
    };
  }

  private static List<String> command(String text) {
    List<String> exec = ImageChanges.execForm(text);
    if (text.isBlank() || (exec != null && exec.isEmpty())) {
      throw new EngineException.InvalidParameter("Missing command after HEALTHCHECK CMD");
    }
    if (exec == null) {
      return List.of("CMD-SHELL", text);
    }
    List<String> test = new ArrayList<>(List.of("CMD"));
    test.addAll(exec);
    return test;
  }

  private static long duration(String option, String value) {
    OptionalLong nanos = GoDuration.parse(value);
    if (nanos.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "time: invalid duration \"%s\" in option --%s".formatted(value, option));
    }
    if (nanos.getAsLong() < 0 || (nanos.getAsLong() > 0 && nanos.getAsLong() < LEAST_NANOS)) {
      throw new EngineException.InvalidParameter(
          "Interval \"%s\" cannot be less than 1ms".formatted(option));
    }
    return nanos.getAsLong();
  }

  private static int retries(String value) {
    try {
      int retries = Integer.parseInt(value);
      if (retries >= 0) {
        return retries;
      }
    } catch (NumberFormatException notANumber) {
      throw new EngineException.InvalidParameter(
          "--retries must be a number, not \"%s\"".formatted(value), notANumber);
    }
    throw new EngineException.InvalidParameter("--retries cannot be negative (" + value + ")");
  }
}
