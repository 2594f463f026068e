package dev.wherry.engine.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.layer.Archives;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Makes archives of images for tests, in the forms that tools write. */
final class ImageArchives {

  /** An image of these layers; the config is what its layers and marks make it. */
  record TestImage(String config, List<byte[]> layers) {
    static TestImage of(String mark, byte[]... layers) {
      return of("\"Labels\":{\"mark\":\"" + mark + "\"}", "amd64", List.of(layers));
    }

    static TestImage of(String config, String architecture, List<byte[]> layers) {
      String diffIds =
          layers.stream()
              .map(layer -> "\"" + Digest.sha256(layer) + "\"")
              .collect(Collectors.joining(","));
      String history =
          layers.stream()
              .map(layer -> "{\"created\":\"2026-01-01T00:00:00Z\",\"created_by\":\"step\"}")
              .collect(Collectors.joining(","));
      String json =
          """
          {"architecture":"%s","os":"linux","created":"2026-01-01T00:00:00.5Z",\
          "config":{%s},"rootfs":{"type":"layers","diff_ids":[%s]},\
          "history":[%s%s{"created_by":"CMD","empty_layer":true}]}"""
              .formatted(architecture, config, diffIds, history, layers.isEmpty() ? "" : ",");
      return new TestImage(json, layers);
    }

    byte[] bytes() {
      return config.getBytes(UTF_8);
    }

    String id() {
      return Digest.sha256(bytes()).toString();
    }

    String hex() {
      return id().substring(7);
    }
  }

  private ImageArchives() {}

  static byte[] layer(String name, String content) {
    return new Archives().file(name, content).bytes();
  }

  private static String quoted(List<String> texts) {
    return texts.stream().map(t -> "\"" + t + "\"").collect(Collectors.joining(",", "[", "]"));
  }

  /** As docker wrote it up to version 24: layers first, by directories, the manifest last. */
  static Archives docker(TestImage image, String... tags) {
    Archives archive = new Archives();
    List<String> paths = new ArrayList<>();
    archive.file(image.hex() + ".json", image.config());
    for (int i = 0; i < image.layers().size(); i++) {
      String path = "layer%d/layer.tar".formatted(i);
      archive.directory("layer" + i + "/", 0755);
      archive.file("layer" + i + "/VERSION", "1.0");
      archive.file("layer" + i + "/json", "{\"id\":\"x\"}");
      archive.file(path, image.layers().get(i));
      paths.add(path);
    }
    return archive.file("manifest.json", dockerManifest(image, paths, tags));
  }

  static String dockerManifest(TestImage image, List<String> paths, String... tags) {
    return "[{\"Config\":\"%s.json\",\"RepoTags\":%s,\"Layers\":%s}]"
        .formatted(image.hex(), tags.length == 0 ? "null" : quoted(List.of(tags)), quoted(paths));
  }

  static String blob(byte[] content) {
    return "blobs/sha256/" + Digest.sha256(content).hex();
  }

  static String descriptor(String type, byte[] content, String more) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(type, Digest.sha256(content), content.length, more);
  }

  static byte[] ociManifest(TestImage image, List<byte[]> blobs) {
    String layers =
        blobs.stream()
            .map(blob -> descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob, ""))
            .collect(Collectors.joining(","));
    return ("{\"schemaVersion\":2,\"config\":"
            + descriptor("application/vnd.oci.image.config.v1+json", image.bytes(), "")
            + ",\"layers\":["
            + layers
            + "]}")
        .getBytes(UTF_8);
  }

  /** Adds an image's blobs and returns its manifest. */
  static byte[] addOci(Archives archive, TestImage image, List<byte[]> blobs) {
    byte[] manifest = ociManifest(image, blobs);
    archive.file(blob(manifest), manifest);
    archive.file(blob(image.bytes()), image.bytes());
    blobs.forEach(blob -> archive.file(blob(blob), blob));
    return manifest;
  }

  static byte[] index(String... descriptors) {
    return ("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", descriptors) + "]}")
        .getBytes(UTF_8);
  }

  static String manifestDescriptor(byte[] manifest, String more) {
    return descriptor("application/vnd.oci.image.manifest.v1+json", manifest, more);
  }
}
