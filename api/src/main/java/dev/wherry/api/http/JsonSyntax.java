package dev.wherry.api.http;

import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a JSON text in the words Docker's clients know, those of Go's {@code
 * encoding/json} scanner. Used only once a text has been found to be wrong.
 */
final class JsonSyntax {
  private final String text;
  private final int maxDepth;
  private int at;

  private JsonSyntax(String text, int maxDepth) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  /**
   * Looks for the first fault of the first value in a text.
   *
   * @return the fault, or {@code null} if there is none
   */
  static @Nullable String fault(String text, int maxDepth) {
    var scan = new JsonSyntax(text, maxDepth);
    scan.space();
    if (scan.at == text.length()) {
      return "EOF";
    }
    try {
      scan.value(0);
      return null;
    } catch (Fault fault) {
      return fault.getMessage();
    }
  }

  private void value(int depth) throws Fault {
    if (depth > maxDepth) {
      throw new Fault("exceeded max depth");
    }
    space();
    char first = next("looking for beginning of value");
    switch (first) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> {
        at--;
        number();
      }
    }
  }

  private void object(int depth) throws Fault {
    space();
    if (peek() == '}') {
      at++;
      return;
    }
    while (true) {
      space();
      expect('"', "looking for beginning of object key string");
      string();
      space();
      expect(':', "after object key");
      value(depth + 1);
      space();
      char after = next("after object key:value pair");
      if (after == '}') {
        return;
      }
      if (after != ',') {
        throw invalid(after, "after object key:value pair");
      }
    }
  }

  private void array(int depth) throws Fault {
    space();
    if (peek() == ']') {
      at++;
      return;
    }
    while (true) {
      value(depth + 1);
      space();
      char after = next("after array element");
      if (after == ']') {
        return;
      }
      if (after != ',') {
        throw invalid(after, "after array element");
      }
    }
  }

  private void string() throws Fault {
    while (true) {
      char c = next("in string literal");
      if (c == '"') {
        return;
      }
      if (c < ' ') {
        throw invalid(c, "in string literal");
      }
      if (c == '\\') {
        char escape = next("in string escape code");
        if (escape == 'u') {
          hex();
        } else if ("bfnrt\\/\"".indexOf(escape) < 0) {
          throw invalid(escape, "in string escape code");
        }
      }
    }
  }

  private void hex() throws Fault {
    for (int i = 0; i < 4; i++) {
      char c = next("in \\u hexadecimal character escape");
      if (Character.digit(c, 16) < 0 || c > 'f') {
        throw invalid(c, "in \\u hexadecimal character escape");
      }
    }
  }

  private void literal(String word) throws Fault {
    for (int i = 1; i < word.length(); i++) {
      expect(word.charAt(i), "in literal " + word + " (expecting '" + word.charAt(i) + "')");
    }
  }

  private void number() throws Fault {
    if (peek() == '-') {
      at++;
      digits("in numeric literal");
    } else if (isDigit(peek())) {
      digits("looking for beginning of value");
    } else {
      throw invalid(text.charAt(at), "looking for beginning of value");
    }
    if (peek() == '.') {
      at++;
      digits("after decimal point in numeric literal");
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits("in exponent of numeric literal");
    }
  }

  private void digits(String where) throws Fault {
    char first = next(where);
    if (!isDigit(first)) {
      throw invalid(first, where);
    }
    boolean leadingZero = first == '0' && !where.contains("point") && !where.contains("exponent");
    while (!leadingZero && isDigit(peek())) {
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** The character ahead, NUL at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private char next(String where) throws Fault {
    if (at >= text.length()) {
      throw new Fault("unexpected EOF");
    }
    char c = text.charAt(at++);
    if (c == 0) {
      throw invalid(c, where);
    }
    return c;
  }

  private void expect(char wanted, String where) throws Fault {
    char c = next(where);
    if (c != wanted) {
      throw invalid(c, where);
    }
  }

  private static Fault invalid(char c, String where) {
    return new Fault("invalid character " + quote(c) + " " + where);
  }

  private static String quote(char c) {
    return switch (c) {
      case '\'' -> "'\\''";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      case '\\' -> "'\\\\'";
      default -> c < ' ' ? "'\\x%02x'".formatted((int) c) : "'" + c + "'";
    };
  }

  /** The first fault found. */
  private static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message, null, false, false);
    }
  }
}
