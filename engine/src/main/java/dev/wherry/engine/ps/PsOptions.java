package dev.wherry.engine.ps;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The columns that arguments of ps(1) ask for. Which processes they select does not matter: a
 * container's are shown. An option that is not known is refused by its name.
 */
final class PsOptions {
  private static final Set<String> NO_HEADINGS =
      Set.of("--no-headers", "--no-header", "--no-heading", "--no-headings", "--noheaders");

  private List<PsColumn> columns = PsColumn.SIMPLE;
  private final List<PsColumn> format = new ArrayList<>();

  private PsOptions() {}

  /**
   * @param arguments empty for {@code -ef}
   */
  static List<PsColumn> parse(List<String> arguments) {
    List<String> given = arguments.stream().filter(word -> !word.isBlank()).toList();
    if (given.isEmpty()) {
      return PsColumn.FULL;
    }
    PsOptions options = new PsOptions();
    for (int i = 0; i < given.size(); i++) {
      String word = given.get(i);
      String next = i + 1 < given.size() ? given.get(i + 1) : "";
      if (options.read(word, next)) {
        i++;
      }
    }
    List<PsColumn> chosen = options.format.isEmpty() ? options.columns : options.format;
    if (!chosen.contains(PsColumn.PID)) {
      throw noPid();
    }
    return chosen;
  }

  /** Whether the next word was used too. */
  private boolean read(String word, String next) {
    if (word.startsWith("--")) {
      return longOption(word, next);
    }
    String letters = word.startsWith("-") ? word.substring(1) : word;
    boolean bsd = !word.startsWith("-");
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      switch (letter) {
        case 'e', 'A', 'a', 'x', 'w', 'H', 'h', 'd', 'g', 'r' -> {
          // Which processes, how wide, in which order.
        }
        case 'f' -> columns = bsd ? columns : PsColumn.FULL;
        case 'F' -> columns = bsd ? columns : PsColumn.EXTRA_FULL;
        case 'u' -> columns = PsColumn.USER_ORIENTED;
        case 'o', 'O' -> {
          String rest = letters.substring(i + 1);
          addFormat(rest.isEmpty() ? next : rest);
          return rest.isEmpty();
        }
        default -> throw unknown(word);
      }
    }
    return false;
  }

  private boolean longOption(String word, String next) {
    if (word.startsWith("--format=")) {
      addFormat(word.substring("--format=".length()));
      return false;
    }
    if (word.equals("--format")) {
      addFormat(next);
      return true;
    }
    if (NO_HEADINGS.contains(word)) {
      throw noPid();
    }
    if (word.equals("--forest") || word.startsWith("--sort")) {
      throw unknown(word);
    }
    throw new EngineException.InvalidParameter("ps: error: unknown gnu long option " + word);
  }

  private static EngineException noPid() {
    return new EngineException.InvalidParameter("Couldn't find PID field in ps output");
  }

  private void addFormat(String list) {
    if (list.isEmpty()) {
      throw new EngineException.InvalidParameter("ps: error: format specification must follow -o");
    }
    for (String name : list.split("[, ]+")) {
      if (name.equals("pid=")) {
        // A heading of its own, which nobody would find.
        throw noPid();
      }
      format.add(
          PsColumn.named(name)
              .orElseThrow(
                  () ->
                      new EngineException.InvalidParameter(
                          "ps: error: unknown user-defined format specifier \"" + name + "\"")));
    }
  }

  private static EngineException unknown(String word) {
    return new EngineException.InvalidParameter(
        "ps: option \"" + word + "\" is not supported by this engine");
  }
}
