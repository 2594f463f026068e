package dev.wherry.engine.container;

import dev.wherry.engine.error.EngineException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Signals as Docker's clients name them: {@code SIGTERM}, {@code term}, {@code 15}. */
public final class SignalNumber {
  /** Numbers 1 to 31 of signal(7), the same on x86_64 and aarch64. */
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  /** The first and last real-time signal a C library gives out (signal(7)). */
  private static final int RTMIN = 34;

  private static final int RTMAX = 64;

  private static final Map<String, Integer> NUMBERS = numbers();

  private SignalNumber() {}

  private static Map<String, Integer> numbers() {
    var numbers = new HashMap<String, Integer>();
    for (int i = 0; i < NAMES.size(); i++) {
      numbers.put(NAMES.get(i), i + 1);
    }
    numbers.put("IOT", numbers.get("ABRT"));
    numbers.put("CLD", numbers.get("CHLD"));
    numbers.put("POLL", numbers.get("IO"));
    numbers.put("RTMIN", RTMIN);
    numbers.put("RTMAX", RTMAX);
    for (int i = 1; i <= 15; i++) {
      numbers.put("RTMIN+" + i, RTMIN + i);
    }
    for (int i = 1; i <= 14; i++) {
      numbers.put("RTMAX-" + i, RTMAX - i);
    }
    return Map.copyOf(numbers);
  }

  /**
   * The number of a signal.
   *
   * @param text a name in any case, with or without {@code SIG}, or a number
   * @throws EngineException.InvalidParameter if there is no such signal
   */
  public static int parse(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    Integer number = NUMBERS.get(name.startsWith("SIG") ? name.substring(3) : name);
    if (number != null) {
      return number;
    }
    if (!text.matches("[+-]?[0-9]{1,9}") || Integer.parseInt(text) == 0) {
      throw new EngineException.InvalidParameter("invalid signal: " + text);
    }
    int value = Integer.parseInt(text);
    if (value < 0 || value > RTMAX) {
      throw new EngineException.InvalidParameter(
          "the linux daemon does not support signal " + text);
    }
    return value;
  }
}
