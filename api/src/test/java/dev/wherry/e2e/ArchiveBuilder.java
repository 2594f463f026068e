package dev.wherry.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Makes images layer by layer and writes them in the forms {@code docker load} takes. */
final class ArchiveBuilder {
  private final List<byte[]> layers = new ArrayList<>();
  private String architecture = "amd64";

  /** What the image says that it runs on, other than amd64. */
  ArchiveBuilder architecture(String name) {
    architecture = name;
    return this;
  }

  /** Adds a layer. */
  ArchiveBuilder layer(TestImages.Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      content.write(tar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rawLayer(bytes.toByteArray());
  }

  /** Adds a layer of any bytes. */
  ArchiveBuilder rawLayer(byte[] tar) {
    layers.add(tar);
    return this;
  }

  /** The layers' archives, lowest first. */
  List<byte[]> layers() {
    return List.copyOf(layers);
  }

  /** The image's configuration. */
  byte[] config() {
    StringBuilder diffIds = new StringBuilder();
    StringBuilder history = new StringBuilder();
    for (byte[] layer : layers) {
      String comma = diffIds.isEmpty() ? "" : ",";
      diffIds.append(comma).append("\"sha256:").append(sha256(layer)).append('"');
      history
          .append(comma)
          .append("{\"created\":\"2026-01-01T00:00:00Z\",\"created_by\":\"layer of a test\"}");
    }
    return TestImages.bytes(
        """
        {"architecture":"%s","os":"linux","created":"2026-01-01T00:00:00Z",\
        "config":{"Env":["PATH=/bin"],"Cmd":["sh"],"Labels":{"made":"by hand"}},\
        "rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}"""
            .formatted(architecture, diffIds, history));
  }

  /** The image's id. */
  String id() {
    return "sha256:" + sha256(config());
  }

  /** What {@code docker save} of the older kind writes: manifest.json and a directory per layer. */
  Path dockerArchive(String tag) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      StringBuilder names = new StringBuilder();
      for (byte[] layer : layers) {
        String name = sha256(layer) + "/layer.tar";
        names.append(names.isEmpty() ? "" : ",").append('"').append(name).append('"');
        tar.file(name, 0644, layer);
      }
      String config = sha256(config()) + ".json";
      tar.file(config, 0644, config());
      tar.text(
          "manifest.json",
          "[{\"Config\":\"%s\",\"RepoTags\":[\"%s\"],\"Layers\":[%s]}]"
              .formatted(config, tag, names));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return TestImages.temporary(bytes.toByteArray());
  }

  /** An OCI image layout with gzipped layers, the tag in the annotation the specification names. */
  Path ociLayout(String tag) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      tar.text("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
      tar.directory("blobs", 0755);
      tar.directory("blobs/sha256", 0755);
      StringBuilder descriptors = new StringBuilder();
      for (byte[] layer : layers) {
        descriptors
            .append(descriptors.isEmpty() ? "" : ",")
            .append(blob(tar, "application/vnd.oci.image.layer.v1.tar+gzip", gzip(layer), ""));
      }
      String config = blob(tar, "application/vnd.oci.image.config.v1+json", config(), "");
      byte[] manifest =
          TestImages.bytes(
              "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                  + "\"config\":"
                  + config
                  + ",\"layers\":["
                  + descriptors
                  + "]}");
      String annotations =
          ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\",\"io.containerd.image.name\":\"docker.io/library/%s\"}"
              .formatted(tag.substring(tag.indexOf(':') + 1), tag);
      String entry = blob(tar, "application/vnd.oci.image.manifest.v1+json", manifest, annotations);
      tar.text("index.json", "{\"schemaVersion\":2,\"manifests\":[" + entry + "]}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return TestImages.temporary(bytes.toByteArray());
  }

  private static String blob(TarBuilder tar, String type, byte[] content, String more)
      throws IOException {
    String digest = sha256(content);
    tar.file("blobs/sha256/" + digest, 0644, content);
    return "{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%d%s}"
        .formatted(type, digest, content.length, more);
  }

  /** Some bytes, compressed. */
  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  /** The digest of some bytes, in hexadecimal. */
  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
