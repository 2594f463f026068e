package dev.wherry.config;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One setting dockerd knows: its key in daemon.json, its flags, and what becomes of it here.
 *
 * @param key the key in daemon.json
 * @param flags the flags, {@code --long} first; empty for a setting that only the file has
 * @param kind the type of its value
 * @param support what becomes of it here
 * @param help the line {@code --help} shows
 */
record Directive(String key, List<String> flags, Kind kind, Support support, String help) {

  /** The type of a directive's value, and how one reads on the command line. */
  enum Kind {
    /** {@code true} or {@code false}; a flag without a value is {@code true}. */
    BOOL("bool"),
    /** A whole number. */
    INT("int"),
    /** Text. */
    STRING("string"),
    /** A number of bytes, or text such as {@code 64M}. */
    BYTES("bytes"),
    /** A list of texts; a flag is repeated. */
    LIST("list"),
    /** Texts by name; a flag is repeated as {@code name=value}. */
    MAP("map"),
    /** An object or a list of objects; a flag is repeated as {@code name=value}. */
    OBJECT("object");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** What becomes of a directive here. */
  sealed interface Support {
    /** It does what it does in dockerd. */
    record Honoured() implements Support {}

    /**
     * Every value is taken, since none makes a difference that can be seen here.
     *
     * @param why why not
     */
    record Immaterial(String why) implements Support {}

    /**
     * Only values that ask for what the engine does anyway are taken.
     *
     * @param values those values
     */
    record Only(Set<Object> values) implements Support {}
  }

  /**
   * Whether a value can be done justice.
   *
   * @param value the value as read from a flag or the file
   * @return false when the value asks for behaviour the engine does not have
   */
  boolean accepts(Object value) {
    // No pattern switches: this is on the way to the daemon's first answer, and their first use is
    // slow.
    return !(support instanceof Support.Only only)
        || isEmpty(value)
        || only.values().contains(value);
  }

  private static boolean isEmpty(Object value) {
    return (value instanceof String text && text.isEmpty())
        || (value instanceof Collection<?> items && items.isEmpty())
        || (value instanceof Map<?, ?> entries && entries.isEmpty());
  }

  /** A directive that does what it does in dockerd. */
  static Directive honoured(String key, String flags, Kind kind, String help) {
    return new Directive(key, names(flags), kind, new Support.Honoured(), help);
  }

  /** A directive of which no value makes a difference. */
  static Directive immaterial(String key, String flags, Kind kind, String why) {
    return new Directive(key, names(flags), kind, new Support.Immaterial(why), why);
  }

  /** A directive of which only some values, and the empty one, ask for what is done anyway. */
  static Directive only(String key, String flags, Kind kind, Object... values) {
    return new Directive(key, names(flags), kind, new Support.Only(Set.of(values)), "");
  }

  private static List<String> names(String flags) {
    return Stream.of(flags.split(" ")).filter(name -> !name.isEmpty()).toList();
  }
}
