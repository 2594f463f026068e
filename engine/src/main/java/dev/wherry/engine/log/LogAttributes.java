package dev.wherry.engine.log;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What the log options {@code labels}, {@code labels-regex}, {@code env}, {@code env-regex} and
 * {@code tag} say of each line of a container; {@code docker logs --details} shows it.
 */
public final class LogAttributes {
  private static final Pattern FIELD = Pattern.compile("\\{\\{\\s*\\.(\\w+)\\s*}}");
  private static final int SHORT_ID = 12;

  /** The tag of drivers that need one: a container's short id. */
  public static final String DEFAULT_TAG = "{{.ID}}";

  /** What the tag is called among the attributes. */
  public static final String TAG = "tag";

  private LogAttributes() {}

  /**
   * The attributes by name.
   *
   * @throws EngineException.InvalidParameter if an expression or the tag cannot be read
   */
  public static SortedMap<String, String> of(Container container) {
    Map<String, String> options = container.hostConfig().logConfig().config();
    SortedMap<String, String> attributes = new TreeMap<>();
    Map<String, String> labels = container.config().labels();
    take(labels, options.get("labels"), options.get("labels-regex"), attributes);
    take(
        variables(container.config().env()),
        options.get("env"),
        options.get("env-regex"),
        attributes);
    String tag = options.getOrDefault("tag", "");
    if (!tag.isEmpty()) {
      attributes.put(TAG, tag(tag, container));
    }
    return attributes;
  }

  private static void take(
      Map<String, String> all,
      @Nullable String names,
      @Nullable String expression,
      Map<String, String> into) {
    if (names != null) {
      for (String name : names.split(",", -1)) {
        String value = all.get(name);
        if (value != null) {
          into.put(name, value);
        }
      }
    }
    if (expression != null && !expression.isEmpty()) {
      Pattern pattern = pattern(expression);
      all.forEach(
          (name, value) -> {
            if (pattern.matcher(name).find()) {
              into.put(name, value);
            }
          });
    }
  }

  private static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new EngineException.InvalidParameter(
          "error parsing regexp: " + e.getDescription() + ": `" + expression + "`", e);
    }
  }

  private static Map<String, String> variables(List<String> environment) {
    Map<String, String> variables = new TreeMap<>();
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        variables.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return variables;
  }

  /**
   * A tag with its fields filled in (docs.docker.com, "Customize log driver output").
   *
   * @throws EngineException.InvalidParameter if it has anything but those fields
   */
  public static String tag(String template, Container container) {
    Matcher matcher = FIELD.matcher(template);
    StringBuilder tag = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(
          tag, Matcher.quoteReplacement(field(matcher.group(1), template, container)));
    }
    int rest = tag.length();
    matcher.appendTail(tag);
    if (template.replaceAll(FIELD.pattern(), "").contains("{{")) {
      throw badTag(template, tag.substring(rest));
    }
    return tag.toString();
  }

  private static String field(String name, String template, Container container) {
    return switch (name) {
      case "ID" -> container.id().substring(0, SHORT_ID);
      case "FullID" -> container.id();
      case "Name" -> container.name();
      case "ImageID" ->
          container.imageId().substring(0, Math.min(SHORT_ID, container.imageId().length()));
      case "ImageFullID" -> container.imageId();
      case "ImageName" -> container.config().image();
      case "DaemonName" -> "docker";
      case "Command" -> (container.path() + " " + String.join(" ", container.args())).strip();
      default -> throw badTag(template, name);
    };
  }

  private static EngineException badTag(String template, String what) {
    return new EngineException.InvalidParameter(
        "template: log-tag: \"%s\": can't evaluate \"%s\"".formatted(template, what));
  }
}
