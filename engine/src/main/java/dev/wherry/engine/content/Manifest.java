package dev.wherry.engine.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an image is made of (OCI image-spec, manifest.md and image-index.md; Docker's image manifest
 * version 2, schema 2, which differs in its media types only).
 */
public sealed interface Manifest {
  String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

  /** One image: its configuration and its layers, lowest first. */
  record ImageManifest(Descriptor config, List<Descriptor> layers) implements Manifest {}

  /** Several manifests, mostly of one image for several platforms. */
  record Index(List<Descriptor> manifests) implements Manifest {}

  /**
   * Reads a manifest of either kind.
   *
   * @throws EngineException.InvalidParameter if it is none, or could be taken for both kinds, which
   *     would mean different things to different readers (CVE-2021-41190)
   */
  static Manifest parse(byte[] json) {
    JsonNode node;
    try {
      node = Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw invalid("not JSON");
    } catch (IOException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    boolean index = node.path("manifests").isArray();
    boolean image = node.has("config") || node.has("layers");
    if (index && image) {
      throw invalid("both an index and an image");
    }
    if (index) {
      return new Index(descriptors(node.get("manifests")));
    }
    if (!node.path("config").isObject() || !node.path("layers").isArray()) {
      throw invalid("neither an index nor an image");
    }
    return new ImageManifest(descriptor(node.get("config")), descriptors(node.get("layers")));
  }

  private static List<Descriptor> descriptors(JsonNode nodes) {
    List<Descriptor> all = new ArrayList<>();
    for (JsonNode node : nodes) {
      all.add(descriptor(node));
    }
    return List.copyOf(all);
  }

  private static Descriptor descriptor(JsonNode node) {
    String digest = node.path("digest").asText("");
    if (!Digest.isDigest(digest)) {
      throw invalid("invalid digest \"" + digest + "\"");
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    node.path("annotations")
        .properties()
        .forEach(entry -> annotations.put(entry.getKey(), entry.getValue().asText("")));
    JsonNode platform = node.path("platform");
    return new Descriptor(
        node.path("mediaType").asText(""),
        Digest.parse(digest),
        node.path("size").asLong(-1),
        annotations,
        platform.isObject()
            ? new Descriptor.Platform(
                platform.path("os").asText(""),
                platform.path("architecture").asText(""),
                platform.path("variant").asText(""))
            : null);
  }

  private static EngineException invalid(String why) {
    return new EngineException.InvalidParameter("invalid manifest: " + why);
  }
}
