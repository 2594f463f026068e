package dev.wherry.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.error.EngineException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The {@code filters} parameter of lists, prunes and events: names to sets of wanted values, given
 * as {@code {"status":{"paused":true}}} or in the old form {@code {"status":["paused"]}}.
 */
public record Filters(Map<String, Set<String>> fields) {
  public static final Filters NONE = new Filters(Map.of());

  private static final String OF_NEITHER_FORM = "invalid filter";

  /**
   * Reads the parameter.
   *
   * @param text the parameter's value, empty for no filters
   * @throws EngineException.InvalidParameter if it is not JSON of one of the two forms
   */
  public static Filters parse(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    JsonNode tree = tree(text);
    if (tree.isNull() || tree.isMissingNode()) {
      return NONE;
    }
    if (!tree.isObject()) {
      throw ofNeitherForm();
    }
    var fields = new LinkedHashMap<String, Set<String>>();
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      fields.put(field.getKey(), values(field.getValue()));
    }
    return new Filters(fields);
  }

  private static JsonNode tree(String text) {
    try {
      return Json.tree(text);
    } catch (EngineException e) {
      throw new EngineException.InvalidParameter(OF_NEITHER_FORM, e);
    }
  }

  private static Set<String> values(JsonNode node) {
    var values = new LinkedHashSet<String>();
    if (node.isArray()) {
      for (JsonNode item : node) {
        if (!item.isTextual()) {
          throw ofNeitherForm();
        }
        values.add(item.textValue());
      }
    } else if (node.isObject()) {
      for (Map.Entry<String, JsonNode> item : node.properties()) {
        if (!item.getValue().isBoolean()) {
          throw ofNeitherForm();
        }
        values.add(item.getKey());
      }
    } else if (!node.isNull()) {
      throw ofNeitherForm();
    }
    return values;
  }

  private static EngineException ofNeitherForm() {
    return new EngineException.InvalidParameter(OF_NEITHER_FORM);
  }

  /**
   * Refuses filters that an endpoint does not have.
   *
   * @throws EngineException.InvalidParameter naming the first
   */
  public Filters requireOnly(Set<String> known) {
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        throw new EngineException.InvalidParameter("invalid filter '" + name + "'");
      }
    }
    return this;
  }

  /** These and one more value. */
  public Filters with(String name, String value) {
    var more = new LinkedHashMap<>(fields);
    var values = new LinkedHashSet<>(get(name));
    values.add(value);
    more.put(name, values);
    return new Filters(more);
  }

  /** The wanted values of a filter, empty if it was not given. */
  public Set<String> get(String name) {
    return fields.getOrDefault(name, Set.of());
  }

  /** Whether the filter was given with at least one value. */
  public boolean has(String name) {
    return !get(name).isEmpty();
  }

  /** Whether the value is wanted: it is one of those given, or none was given. */
  public boolean exact(String name, String value) {
    Set<String> wanted = get(name);
    return wanted.isEmpty() || wanted.contains(value);
  }

  /**
   * As {@link #exact}, also if one of those given, taken as a regular expression, is found in it.
   */
  public boolean matches(String name, String value) {
    return exact(name, value) || get(name).stream().anyMatch(regex -> found(regex, value));
  }

  /** Whether a test holds for one of the values given, or none was given. */
  public boolean any(String name, Predicate<String> test) {
    Set<String> wanted = get(name);
    return wanted.isEmpty() || wanted.stream().anyMatch(test);
  }

  /** Whether all labels given, as {@code key} or {@code key=value}, are there. */
  public boolean labels(Map<String, String> labels) {
    return get("label").stream().allMatch(wanted -> hasLabel(labels, wanted));
  }

  /** As {@link #labels}, and none of those given as {@code label!}. */
  public boolean labelsOrNot(Map<String, String> labels) {
    Set<String> unwanted = get("label!");
    return labels(labels)
        && (unwanted.isEmpty() || !unwanted.stream().allMatch(label -> hasLabel(labels, label)));
  }

  /**
   * A filter that is true or false.
   *
   * @throws EngineException.InvalidParameter for anything else, or both
   */
  public boolean flag(String name, boolean otherwise) {
    Set<String> given = get(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    boolean yes = given.contains("1") || given.contains("true");
    boolean no = given.contains("0") || given.contains("false");
    if (yes == no) {
      throw new EngineException.InvalidParameter(
          "invalid filter '" + name + "=[" + String.join(" ", given) + "]'");
    }
    return yes;
  }

  private static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    if (equals < 0) {
      return labels.containsKey(wanted);
    }
    return wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  private static boolean found(String regex, String value) {
    try {
      return Pattern.compile(regex).matcher(value).find();
    } catch (PatternSyntaxException e) {
      // As dockerd: what is no regular expression matches only what equals it.
      return false;
    }
  }
}
