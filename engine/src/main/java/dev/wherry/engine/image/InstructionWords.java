package dev.wherry.engine.image;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Splits an instruction's text into words as a Dockerfile does: at white space, with single quotes,
 * double quotes and backslashes taken off, and variables replaced outside single quotes ({@code
 * $NAME}, {@code ${NAME}}, {@code ${NAME:-default}}, {@code ${NAME:+alternative}}).
 */
final class InstructionWords {
  private final String text;
  private final Function<String, @Nullable String> variables;
  private int at;

  private InstructionWords(String text, Function<String, @Nullable String> variables) {
    this.text = text;
    this.variables = variables;
  }

  /**
   * The words of the text.
   *
   * @param variables gives a variable's value, {@code null} for one that is not set
   * @throws EngineException.InvalidParameter if a quote or brace is not closed
   */
  static List<String> split(String text, Function<String, @Nullable String> variables) {
    InstructionWords reader = new InstructionWords(text, variables);
    List<String> words = new ArrayList<>();
    reader.skipSpace();
    while (reader.at < text.length()) {
      words.add(reader.word(false));
      reader.skipSpace();
    }
    return words;
  }

  /** The text as one word, white space kept. */
  static String expand(String text, Function<String, @Nullable String> variables) {
    return new InstructionWords(text, variables).word(true);
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private String word(boolean withSpace) {
    StringBuilder word = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c) && !withSpace) {
        break;
      }
      at++;
      switch (c) {
        case '\'' -> word.append(untilQuote());
        case '"' -> doubleQuoted(word);
        case '\\' -> word.append(at < text.length() ? text.charAt(at++) : c);
        case '$' -> word.append(variable());
        default -> word.append(c);
      }
    }
    return word.toString();
  }

  private String untilQuote() {
    int end = text.indexOf('\'', at);
    if (end < 0) {
      throw unterminated("single quote");
    }
    String inside = text.substring(at, end);
    at = end + 1;
    return inside;
  }

  private void doubleQuoted(StringBuilder word) {
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '"' -> {
          return;
        }
        case '$' -> word.append(variable());
        case '\\' -> {
          char next = at < text.length() ? text.charAt(at) : c;
          if (next == '"' || next == '$' || next == '\\') {
            word.append(next);
            at++;
          } else {
            word.append(c);
          }
        }
        default -> word.append(c);
      }
    }
    throw unterminated("double quote");
  }

  /** What stands for the variable whose dollar sign was just read. */
  private String variable() {
    if (at < text.length() && text.charAt(at) == '{') {
      return braced();
    }
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at))) {
      at++;
    }
    return start == at ? "$" : value(text.substring(start, at));
  }

  private String braced() {
    int end = text.indexOf('}', at);
    if (end < 0) {
      throw unterminated("${");
    }
    String inside = text.substring(at + 1, end);
    at = end + 1;
    int colon = inside.indexOf(':');
    String name = colon < 0 ? inside : inside.substring(0, colon);
    if (name.isEmpty() || !name.chars().allMatch(c -> isNamePart((char) c))) {
      throw new EngineException.InvalidParameter("bad substitution: ${" + inside + "}");
    }
    if (colon < 0) {
      return value(name);
    }
    String operation = inside.substring(colon + 1);
    String value = value(name);
    if (operation.startsWith("-")) {
      return value.isEmpty() ? expand(operation.substring(1), variables) : value;
    }
    if (operation.startsWith("+")) {
      return value.isEmpty() ? "" : expand(operation.substring(1), variables);
    }
    throw new EngineException.InvalidParameter(
        "unsupported modifier in substitution: ${" + inside + "}");
  }

  private String value(String name) {
    String value = variables.apply(name);
    return value == null ? "" : value;
  }

  private static boolean isNamePart(char c) {
    return c == '_' || (c < 128 && Character.isLetterOrDigit(c));
  }

  private EngineException unterminated(String what) {
    return new EngineException.InvalidParameter("unterminated " + what + " in: " + text);
  }
}
