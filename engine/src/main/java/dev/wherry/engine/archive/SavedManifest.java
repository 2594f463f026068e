package dev.wherry.engine.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.store.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The manifest under which an image is saved: its layers are not compressed. */
public final class SavedManifest {
  private SavedManifest() {}

  /** Some content: its digest, and its size in bytes. */
  public record Content(Digest digest, long size) {}

  /**
   * Writes the manifest (OCI image-spec, manifest.md); the same for the same image.
   *
   * @param layers uncompressed archives, lowest first
   */
  public static byte[] write(Content config, List<Content> layers) {
    Map<String, Object> image = new LinkedHashMap<>();
    image.put("schemaVersion", 2);
    image.put("mediaType", Manifest.OCI_MANIFEST);
    image.put("config", descriptor(Manifest.OCI_CONFIG, config));
    image.put(
        "layers", layers.stream().map(layer -> descriptor(Manifest.OCI_LAYER, layer)).toList());
    try {
      return Json.mapper().writeValueAsBytes(image);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Object> descriptor(String mediaType, Content content) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", mediaType);
    descriptor.put("digest", content.digest().toString());
    descriptor.put("size", content.size());
    return descriptor;
  }
}
