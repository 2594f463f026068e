package dev.wherry.engine.archive;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The form {@code docker save} writes: {@code manifest.json} names configurations and layers. */
final class DockerArchive {
  static final String MANIFEST = "manifest.json";

  private DockerArchive() {}

  /**
   * One image of {@code manifest.json}.
   *
   * @param repoTags {@code null} or empty for an image without names
   */
  record Item(
      @JsonProperty("Config") String config,
      @JsonProperty("RepoTags") @Nullable List<String> repoTags,
      @JsonProperty("Layers") List<String> layers,
      @JsonProperty("Parent") String parent) {}

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
      List<String> names = item.repoTags() == null ? List.of() : item.repoTags();
      images.add(new ArchivedImage(config, names, layers, item.parent()));
    }
    return images;
  }

  private static List<Item> parse(byte[] manifest) throws IOException {
    try {
      List<Item> items = Json.mapper().readValue(manifest, new TypeReference<List<Item>>() {});
      return items == null ? List.of() : items;
    } catch (JsonProcessingException e) {
      throw new EngineException.InvalidParameter(
          "invalid archive: " + MANIFEST + ": " + e.getOriginalMessage());
    }
  }
}
