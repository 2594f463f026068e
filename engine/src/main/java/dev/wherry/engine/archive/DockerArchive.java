package dev.wherry.engine.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The form {@code docker save} writes: {@code manifest.json} names configurations and layers. */
final class DockerArchive {
  static final String MANIFEST = "manifest.json";

  private DockerArchive() {}

  /**
   * One image of {@code manifest.json}.
   *
   * @param repoTags empty for an image without names
   */
  record Item(String config, List<String> repoTags, List<String> layers, String parent) {

    static Item of(JsonNode node) {
      JsonNode config = node.path("Config");
      if (!config.isTextual()) {
        throw invalid("an image without Config");
      }
      return new Item(
          config.textValue(),
          texts(node, "RepoTags"),
          texts(node, "Layers"),
          node.path("Parent").asText(""));
    }
  }

  static List<ArchivedImage> images(ArchiveScan scan, byte[] manifest) throws IOException {
    List<ArchivedImage> images = new ArrayList<>();
    for (Item item : parse(manifest)) {
      byte[] config = scan.document(item.config());
      if (config == null) {
        throw new EngineException.InvalidParameter(
            "invalid archive: the configuration " + item.config() + " is missing");
      }
      List<ArchivedLayer> layers = new ArrayList<>();
      for (String path : item.layers()) {
        layers.add(scan.layer(path));
      }
      images.add(new ArchivedImage(config, item.repoTags(), layers, item.parent()));
    }
    return images;
  }

  private static List<Item> parse(byte[] manifest) throws IOException {
    JsonNode node;
    try {
      node = Json.mapper().readTree(manifest);
    } catch (JsonProcessingException e) {
      throw invalid(Json.complaint(e));
    }
    if (!node.isArray()) {
      throw invalid("no list of images");
    }
    List<Item> items = new ArrayList<>();
    node.forEach(item -> items.add(Item.of(item)));
    return items;
  }

  /** A list that may be null or missing. */
  private static List<String> texts(JsonNode node, String member) {
    JsonNode list = node.path(member);
    if (!list.isArray() && !list.isNull() && !list.isMissingNode()) {
      throw invalid(member + " is no list");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode text : list) {
      if (!text.isTextual()) {
        throw invalid(member + " is no list of texts");
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  private static EngineException invalid(String why) {
    return new EngineException.InvalidParameter("invalid archive: " + MANIFEST + ": " + why);
  }
}
