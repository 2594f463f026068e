package dev.wherry.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a command line in the spellings dockerd takes (those of Go's {@code pflag}): {@code --name
 * value}, {@code --name=value}, {@code -n value}, {@code -nvalue}, switches without a value or with
 * one after {@code =}, several short switches in one, and {@code --} before what is no flag.
 *
 * <p>Written by hand: a library for it cost a third of the daemon's time to its first answer.
 */
final class FlagReader {
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

  private final Map<String, Flag> flags;
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final Deque<String> rest = new ArrayDeque<>();
  private final String hint;

  /**
   * A flag.
   *
   * @param name the name its values are kept under
   * @param isSwitch whether it needs no value
   */
  record Flag(String name, boolean isSwitch) {}

  private FlagReader(Map<String, Flag> flags, String hint) {
    this.flags = flags;
    this.hint = hint;
  }

  /**
   * Reads a command line.
   *
   * @param flags by each of their spellings, dashes included
   * @param command the command's name, for messages
   * @param args the arguments
   * @return the values by the flags' names, in the order given
   * @throws ConfigException for a flag that is not there, a value that is missing, or an argument
   *     that is no flag
   */
  static Map<String, List<String>> read(Map<String, Flag> flags, String command, String... args)
      throws ConfigException {
    var reader = new FlagReader(flags, "\nSee './" + command + " --help'.");
    reader.rest.addAll(List.of(args));
    while (!reader.rest.isEmpty()) {
      reader.readNext(command);
    }
    return reader.values;
  }

  private void readNext(String command) throws ConfigException {
    String word = rest.removeFirst();
    if (word.equals("--") && !rest.isEmpty()) {
      throw refusal("\"" + command + "\" accepts no arguments: " + rest.removeFirst());
    }
    if (word.startsWith("--")) {
      if (word.length() > 2) {
        readLong(word);
      }
    } else if (word.startsWith("-") && word.length() > 1) {
      readShort(word);
    } else {
      throw refusal("\"" + command + "\" accepts no arguments: " + word);
    }
  }

  private void readLong(String word) throws ConfigException {
    int equals = word.indexOf('=');
    String spelling = equals < 0 ? word : word.substring(0, equals);
    Flag flag = flags.get(spelling);
    if (flag == null) {
      throw refusal("unknown flag: " + spelling);
    }
    keep(flag, spelling, equals < 0 ? null : word.substring(equals + 1));
  }

  /** One short flag with its value, or several switches of which the last may have one. */
  private void readShort(String word) throws ConfigException {
    for (int i = 1; i < word.length(); i++) {
      String spelling = "-" + word.charAt(i);
      Flag flag = flags.get(spelling);
      if (flag == null) {
        throw refusal("unknown shorthand flag: '" + word.charAt(i) + "' in " + word);
      }
      String after = word.substring(i + 1);
      if (after.startsWith("=")) {
        keep(flag, spelling, after.substring(1));
        return;
      }
      if (!flag.isSwitch()) {
        keep(flag, spelling, after.isEmpty() ? null : after);
        return;
      }
      keep(flag, spelling, null);
    }
  }

  private void keep(Flag flag, String spelling, @Nullable String given) throws ConfigException {
    String value = given;
    if (flag.isSwitch()) {
      value = truth(spelling, given == null ? "true" : given);
    } else if (value == null) {
      value = rest.pollFirst();
      if (value == null) {
        throw refusal("flag needs an argument: " + spelling);
      }
    }
    values.computeIfAbsent(flag.name(), name -> new ArrayList<>()).add(value);
  }

  private String truth(String spelling, String given) throws ConfigException {
    if (TRUE.contains(given)) {
      return "true";
    }
    if (FALSE.contains(given)) {
      return "false";
    }
    throw refusal("invalid argument \"" + given + "\" for \"" + spelling + "\" flag");
  }

  private ConfigException refusal(String message) {
    return new ConfigException(message + hint);
  }
}
