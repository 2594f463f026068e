package dev.wherry.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values by directive key, as one source gave them: {@code Boolean}, {@code Long}, {@code String},
 * lists and maps of these.
 *
 * @param values the values, in the order given
 */
record Settings(Map<String, Object> values) {

  /** The one directive both sources may give: their runtimes add up. */
  private static final String ADDS_UP = "runtimes";

  Settings {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Joins what the command line and the file say.
   *
   * @param flags the command line's
   * @param file the file's
   * @return both
   * @throws ConfigException when both give the same directive, with dockerd's words
   */
  static Settings join(Settings flags, Settings file) throws ConfigException {
    var conflicts = new ArrayList<String>();
    var joined = new LinkedHashMap<>(file.values);
    for (var flag : flags.values.entrySet()) {
      String key = flag.getKey();
      Object other = joined.get(key);
      if (other == null) {
        joined.put(key, flag.getValue());
      } else if (key.equals(ADDS_UP)) {
        joined.put(key, union(flag.getValue(), other));
      } else {
        conflicts.add(
            key
                + ": (from flag: "
                + shown(key, flag.getValue())
                + ", from file: "
                + shown(key, other)
                + ")");
      }
    }
    if (!conflicts.isEmpty()) {
      throw new ConfigException(
          "the following directives are specified both as a flag and in the configuration file: "
              + String.join(", ", conflicts));
    }
    return new Settings(joined);
  }

  private static Object union(Object one, Object other) {
    var both = new LinkedHashMap<Object, Object>((Map<?, ?>) other);
    both.putAll((Map<?, ?>) one);
    return both;
  }

  /**
   * Refuses values that ask for behaviour the engine does not have.
   *
   * @throws ConfigException naming each of them
   */
  void requireSupported() throws ConfigException {
    var refused = new ArrayList<String>();
    for (var entry : values.entrySet()) {
      Directive directive = Directives.all().get(entry.getKey());
      if (directive != null && !directive.accepts(entry.getValue())) {
        refused.add(entry.getKey() + ": " + show(entry.getValue()));
      }
    }
    if (!refused.isEmpty()) {
      throw new ConfigException(
          "the following directives are not supported by Wherry with this value: "
              + String.join(", ", refused));
    }
  }

  /** The text given for a directive; an empty one counts as not given, as in dockerd. */
  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(Object::toString).filter(s -> !s.isEmpty());
  }

  /** The number given for a directive. */
  Optional<Long> number(String key) {
    return values.get(key) instanceof Long number ? Optional.of(number) : Optional.empty();
  }

  /** The texts given for a list directive. */
  List<String> list(String key) {
    return values.get(key) instanceof List<?> items
        ? items.stream().map(Object::toString).toList()
        : List.of();
  }

  /** The items given for a directive of several, texts or objects. */
  List<?> items(String key) {
    return values.get(key) instanceof List<?> items ? items : List.of();
  }

  /** The entries given for a directive of names and values. */
  Map<String, Object> map(String key) {
    var entries = new LinkedHashMap<String, Object>();
    if (values.get(key) instanceof Map<?, ?> given) {
      given.forEach((name, value) -> entries.put(name.toString(), value));
    }
    return entries;
  }

  /** Whether a boolean directive was given as true. */
  boolean isTrue(String key) {
    return Boolean.TRUE.equals(values.get(key));
  }

  /** Whether a boolean directive was given as false. */
  boolean isFalse(String key) {
    return Boolean.FALSE.equals(values.get(key));
  }

  /** A value without what is secret in it. */
  private static String shown(String key, Object value) {
    String text = show(value);
    return key.endsWith("-proxy") ? ProxyRules.masked(text) : text;
  }

  /** A value as dockerd prints one: {@code [a b]}, {@code map[k:v]}. */
  static String show(Object value) {
    return switch (value) {
      case List<?> items ->
          "[" + String.join(" ", items.stream().map(Settings::show).toList()) + "]";
      case Map<?, ?> entries ->
          "map["
              + String.join(
                  " ",
                  entries.entrySet().stream()
                      .map(entry -> entry.getKey() + ":" + show(entry.getValue()))
                      .sorted()
                      .toList())
              + "]";
      default -> value.toString();
    };
  }
}
