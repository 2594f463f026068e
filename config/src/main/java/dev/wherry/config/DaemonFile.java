package dev.wherry.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wherry.config.Directive.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads daemon.json, in dockerd's keys. */
final class DaemonFile {
  /** Groups directives that are single flags. */
  private static final String PROXIES = "proxies";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private DaemonFile() {}

  /**
   * Reads the file.
   *
   * @param file daemon.json
   * @return its directives; a {@code null} value counts as absent
   * @throws ConfigException when the file cannot be read, is no JSON object, has a directive
   *     dockerd does not know, or one of another type
   */
  static Settings read(Path file) throws ConfigException {
    JsonNode root;
    try {
      root = MAPPER.readTree(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new ConfigException("open " + file + ": no such file or directory", e);
    } catch (JsonProcessingException e) {
      throw new ConfigException("invalid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ConfigException("open " + file + ": " + e.getMessage(), e);
    }
    if (!root.isObject()) {
      throw new ConfigException("invalid JSON: an object is expected at the top");
    }
    var values = new LinkedHashMap<String, Object>();
    var unknown = new ArrayList<String>();
    for (var property : flat(root)) {
      Directive directive = Directives.all().get(property.getKey());
      if (directive == null) {
        unknown.add(property.getKey());
      } else if (!property.getValue().isNull()) {
        values.put(property.getKey(), value(directive, property.getValue()));
      }
    }
    if (!unknown.isEmpty()) {
      throw new ConfigException(
          "the following directives don't match any configuration option: "
              + String.join(", ", unknown));
    }
    return new Settings(values);
  }

  /** What the file groups by an object counts as if it were not in one. */
  private static List<Map.Entry<String, JsonNode>> flat(JsonNode root) {
    var properties = new ArrayList<Map.Entry<String, JsonNode>>();
    for (var property : root.properties()) {
      if (property.getKey().equals(PROXIES)
          && (property.getValue().isObject() || property.getValue().isNull())) {
        properties.addAll(property.getValue().properties());
      } else {
        properties.add(property);
      }
    }
    return properties;
  }

  private static Object value(Directive directive, JsonNode node) throws ConfigException {
    boolean fits =
        switch (directive.kind()) {
          case BOOL -> node.isBoolean();
          case INT -> node.isIntegralNumber() && node.canConvertToLong();
          case STRING -> node.isTextual();
          case BYTES -> node.isTextual() || (node.isIntegralNumber() && node.canConvertToLong());
          case LIST -> node.isArray() && allTextual(node);
          case MAP -> node.isObject() && allTextual(node);
          case OBJECT -> node.isContainerNode();
        };
    if (!fits) {
      throw mismatch(directive, node);
    }
    return plain(node);
  }

  private static boolean allTextual(JsonNode node) {
    for (JsonNode item : node) {
      if (!item.isTextual()) {
        return false;
      }
    }
    return true;
  }

  private static ConfigException mismatch(Directive directive, JsonNode node) {
    String expected =
        switch (directive.kind()) {
          case LIST -> "list of strings";
          case MAP -> "object of strings";
          case Kind other -> other.label();
        };
    return new ConfigException(
        "cannot read "
            + node.getNodeType().name().toLowerCase(Locale.ROOT)
            + " into directive "
            + directive.key()
            + " of type "
            + expected);
  }

  private static Object plain(JsonNode node) {
    return MAPPER.convertValue(node, Object.class);
  }
}
