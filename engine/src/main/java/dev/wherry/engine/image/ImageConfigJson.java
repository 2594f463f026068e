package dev.wherry.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.store.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The member {@code config} of an image's configuration (OCI image-spec, config.md, and Docker
 * image-spec v1.2), read and written. Absent, null and empty are kept apart.
 */
final class ImageConfigJson {
  private ImageConfigJson() {}

  static ImageConfig read(JsonNode config) {
    return new ImageConfig(
        config.path("User").asText(""),
        keys(config.path("ExposedPorts")),
        texts(config.path("Env")),
        texts(config.path("Entrypoint")),
        texts(config.path("Cmd")),
        keys(config.path("Volumes")),
        config.path("WorkingDir").asText(""),
        map(config.path("Labels")),
        emptyToNull(config.path("StopSignal").asText("")),
        config.path("StopTimeout").isInt() ? config.path("StopTimeout").intValue() : null,
        healthcheck(config.path("Healthcheck")),
        texts(config.path("OnBuild")),
        texts(config.path("Shell")),
        config.path("ArgsEscaped").asBoolean(false));
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable List<String> texts(JsonNode node) {
    if (!node.isArray()) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    node.forEach(text -> texts.add(text.asText("")));
    return List.copyOf(texts);
  }

  private static @Nullable Set<String> keys(JsonNode node) {
    if (!node.isObject()) {
      return null;
    }
    Set<String> keys = new LinkedHashSet<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static @Nullable Map<String, String> map(JsonNode node) {
    if (!node.isObject()) {
      return null;
    }
    Map<String, String> map = new LinkedHashMap<>();
    node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText("")));
    return map;
  }

  private static @Nullable Healthcheck healthcheck(JsonNode node) {
    if (!node.isObject()) {
      return null;
    }
    List<String> test = texts(node.path("Test"));
    return new Healthcheck(
        test == null ? List.of() : test,
        node.path("Interval").asLong(0),
        node.path("Timeout").asLong(0),
        node.path("StartPeriod").asLong(0),
        node.path("StartInterval").asLong(0),
        node.path("Retries").asInt(0));
  }

  static ObjectNode write(ImageConfig config) {
    ObjectNode node = Json.mapper().createObjectNode();
    putText(node, "User", config.user());
    putKeys(node, "ExposedPorts", config.exposedPorts());
    putTexts(node, "Env", config.env());
    putTexts(node, "Entrypoint", config.entrypoint());
    putTexts(node, "Cmd", config.cmd());
    putKeys(node, "Volumes", config.volumes());
    putText(node, "WorkingDir", config.workingDir());
    Map<String, String> labels = config.labels();
    if (labels != null) {
      ObjectNode map = node.putObject("Labels");
      labels.forEach(map::put);
    }
    putText(node, "StopSignal", config.stopSignal());
    Integer stopTimeout = config.stopTimeout();
    if (stopTimeout != null) {
      node.put("StopTimeout", stopTimeout);
    }
    putHealthcheck(node, config.healthcheck());
    putTexts(node, "OnBuild", config.onBuild());
    putTexts(node, "Shell", config.shell());
    if (config.argsEscaped()) {
      node.put("ArgsEscaped", true);
    }
    return node;
  }

  private static void putHealthcheck(ObjectNode into, @Nullable Healthcheck healthcheck) {
    if (healthcheck == null) {
      return;
    }
    ObjectNode node = into.putObject("Healthcheck");
    if (!healthcheck.test().isEmpty()) {
      putTexts(node, "Test", healthcheck.test());
    }
    putNumber(node, "Interval", healthcheck.interval());
    putNumber(node, "Timeout", healthcheck.timeout());
    putNumber(node, "StartPeriod", healthcheck.startPeriod());
    putNumber(node, "StartInterval", healthcheck.startInterval());
    putNumber(node, "Retries", healthcheck.retries());
  }

  private static void putNumber(ObjectNode node, String name, long value) {
    if (value != 0) {
      node.put(name, value);
    }
  }

  private static void putText(ObjectNode node, String name, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      node.put(name, text);
    }
  }

  private static void putTexts(ObjectNode node, String name, @Nullable Collection<String> texts) {
    if (texts != null) {
      ArrayNode array = node.putArray(name);
      texts.forEach(array::add);
    }
  }

  private static void putKeys(ObjectNode node, String name, @Nullable Collection<String> keys) {
    if (keys != null) {
      ObjectNode map = node.putObject(name);
      keys.forEach(map::putObject);
    }
  }
}
