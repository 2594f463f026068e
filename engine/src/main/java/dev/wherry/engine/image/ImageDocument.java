package dev.wherry.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.layer.ChainIds;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image's configuration as it was made, with what never changes of the image (OCI image-spec,
 * config.md; Docker image-spec v1.2).
 *
 * @param image without names, parent and sizes
 * @param size bytes of the configuration
 * @param diffIds its layers, lowest first
 * @param chains identity of each layer with all below it, lowest first
 */
record ImageDocument(Image image, long size, List<Digest> diffIds, List<String> chains) {

  /**
   * Reads a configuration.
   *
   * @throws EngineException.InvalidParameter if it is none, or of another operating system
   */
  static ImageDocument parse(byte[] json) {
    JsonNode node = tree(json);
    if (!node.path("rootfs").isObject()) {
      throw new EngineException.InvalidParameter("Invalid image JSON, no RootFS key.");
    }
    requireKinds(node);
    List<Digest> diffIds = diffIds(node.path("rootfs").path("diff_ids"));
    List<String> chains = ChainIds.of(diffIds);
    String os = text(node, "os", "linux");
    if (!os.equals("linux")) {
      throw new EngineException.InvalidParameter("cannot load " + os + " image on linux");
    }
    Image image =
        new Image(
            Digest.sha256(json).toString(),
            List.of(),
            List.of(),
            "",
            text(node, "comment", ""),
            time(node.path("created")),
            text(node, "author", ""),
            text(node, "architecture", ""),
            node.path("variant").textValue(),
            os,
            node.path("os.version").textValue(),
            text(node, "docker_version", ""),
            ImageConfigJson.read(node.path("config")),
            text(node, "container", ""),
            ImageConfigJson.read(node.path("container_config")),
            0,
            diffIds.stream().map(Digest::toString).toList(),
            chains.isEmpty() ? null : chains.getLast(),
            history(node.path("history")),
            null);
    return new ImageDocument(image, json.length, diffIds, chains);
  }

  private static JsonNode tree(byte[] json) {
    try {
      return Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw invalid(Json.complaint(e));
    } catch (IOException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /** What is of another kind is no image's, and might be read as something else elsewhere. */
  private static void requireKinds(JsonNode node) {
    JsonNode config = node.path("config");
    if (!config.isMissingNode() && !config.isNull() && !config.isObject()) {
      throw invalid("config is no object");
    }
    for (JsonNode list : List.of(node.path("rootfs").path("diff_ids"), node.path("history"))) {
      if (!list.isMissingNode() && !list.isNull() && !list.isArray()) {
        throw invalid("diff_ids and history are lists");
      }
    }
  }

  private static List<Digest> diffIds(JsonNode node) {
    List<Digest> diffIds = new ArrayList<>();
    for (JsonNode digest : node) {
      if (!Digest.isDigest(digest.asText(""))) {
        throw invalid("diff_ids");
      }
      diffIds.add(Digest.parse(digest.asText()));
    }
    return List.copyOf(diffIds);
  }

  private static List<Image.HistoryEntry> history(JsonNode node) {
    List<Image.HistoryEntry> history = new ArrayList<>();
    for (JsonNode entry : node) {
      history.add(
          new Image.HistoryEntry(
              time(entry.path("created")),
              text(entry, "created_by", ""),
              text(entry, "author", ""),
              text(entry, "comment", ""),
              entry.path("empty_layer").asBoolean(false),
              0));
    }
    return List.copyOf(history);
  }

  private static String text(JsonNode node, String member, String otherwise) {
    String text = node.path(member).textValue();
    return text == null || text.isEmpty() ? otherwise : text;
  }

  /** RFC 3339 with any offset; Go's zero time and what is no time count as none. */
  private static @Nullable Instant time(JsonNode node) {
    try {
      String text = node.textValue();
      Instant time = text == null ? null : OffsetDateTime.parse(text).toInstant();
      return time == null || time.equals(Instant.parse("0001-01-01T00:00:00Z")) ? null : time;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static EngineException invalid(String why) {
    return new EngineException.InvalidParameter("invalid image configuration: " + why);
  }

  /**
   * The image with what may change.
   *
   * @param layerSizes bytes of each layer, lowest first
   */
  Image toImage(
      List<String> repoTags, List<String> repoDigests, Catalog.Entry entry, List<Long> layerSizes) {
    return new Image(
        image.id(),
        repoTags,
        repoDigests,
        entry.parent(),
        image.comment(),
        image.created(),
        image.author(),
        image.architecture(),
        image.variant(),
        image.os(),
        image.osVersion(),
        image.dockerVersion(),
        image.config(),
        image.container(),
        image.containerConfig(),
        layerSizes.stream().mapToLong(Long::longValue).sum(),
        image.diffIds(),
        image.chainId(),
        sized(layerSizes),
        entry.lastTagged());
  }

  /** The history, where each step that made a layer has its size. */
  private List<Image.HistoryEntry> sized(List<Long> layerSizes) {
    List<Image.HistoryEntry> sized = new ArrayList<>();
    int layer = 0;
    for (Image.HistoryEntry step : image.history()) {
      long size = !step.emptyLayer() && layer < layerSizes.size() ? layerSizes.get(layer++) : 0;
      sized.add(
          new Image.HistoryEntry(
              step.created(),
              step.createdBy(),
              step.author(),
              step.comment(),
              step.emptyLayer(),
              size));
    }
    return List.copyOf(sized);
  }
}
