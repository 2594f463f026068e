package dev.wherry.engine.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.DigestStream;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.store.Json;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes images in the form of {@code docker save} since version 25: an OCI layout that is a {@code
 * docker-archive} as well, so that every version of docker, podman and skopeo reads it. Layers are
 * not compressed, and each blob is written once.
 */
public final class ArchiveWriter implements AutoCloseable {
  private static final int BUFFER = 128 * 1024;

  /** Where a layer's uncompressed archive comes from. */
  public interface Source {
    InputStream open() throws IOException;
  }

  /**
   * A layer to be written.
   *
   * @param size bytes of its uncompressed archive
   */
  public record Layer(Digest diffId, long size, Source source) {}

  private final TarWriter tar;
  private final Set<Digest> written = new HashSet<>();
  private final List<Map<String, Object>> manifest = new ArrayList<>();
  private final List<Map<String, Object>> index = new ArrayList<>();

  /** Begins the archive; the stream stays open at its end. */
  public ArchiveWriter(OutputStream out) throws IOException {
    this.tar = new TarWriter(out);
    directory("blobs/");
    directory("blobs/sha256/");
  }

  /**
   * Writes an image.
   *
   * @param names full references and their familiar forms
   * @param parent id of its parent if that is written too, else empty
   * @throws IOException if a layer is not what its digest says; the archive is worthless then
   */
  public void add(byte[] config, Map<String, String> names, List<Layer> layers, String parent)
      throws IOException {
    Digest configDigest = blob(config);
    List<SavedManifest.Content> contents = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    Map<String, Object> sources = new LinkedHashMap<>();
    for (Layer layer : layers) {
      write(layer);
      SavedManifest.Content content = new SavedManifest.Content(layer.diffId(), layer.size());
      contents.add(content);
      paths.add(ArchiveScan.blob(layer.diffId()));
      sources.put(layer.diffId().toString(), SavedManifest.descriptor(Manifest.OCI_LAYER, content));
    }
    byte[] imageJson =
        SavedManifest.write(new SavedManifest.Content(configDigest, config.length), contents);
    index(blob(imageJson), imageJson.length, names);

    Map<String, Object> item = new LinkedHashMap<>();
    item.put("Config", ArchiveScan.blob(configDigest));
    item.put("RepoTags", names.isEmpty() ? null : names.values());
    item.put("Layers", paths);
    if (!parent.isEmpty()) {
      item.put("Parent", parent);
    }
    item.put("LayerSources", sources);
    manifest.add(item);
  }

  private void index(Digest digest, int size, Map<String, String> names) {
    if (names.isEmpty()) {
      index.add(manifestDescriptor(digest, size));
    }
    for (String name : names.keySet()) {
      Map<String, Object> descriptor = manifestDescriptor(digest, size);
      descriptor.put(
          "annotations",
          Map.of(
              "io.containerd.image.name",
              name,
              "org.opencontainers.image.ref.name",
              name.substring(name.lastIndexOf(':') + 1)));
      index.add(descriptor);
    }
  }

  private static Map<String, Object> manifestDescriptor(Digest digest, int size) {
    return SavedManifest.descriptor(Manifest.OCI_MANIFEST, new SavedManifest.Content(digest, size));
  }

  private void write(Layer layer) throws IOException {
    if (!written.add(layer.diffId())) {
      return;
    }
    tar.put(file(ArchiveScan.blob(layer.diffId()), layer.size()));
    byte[] buffer = new byte[BUFFER];
    try (DigestStream content = new DigestStream(layer.source().open())) {
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        tar.write(buffer, 0, n);
      }
      if (!content.digest().equals(layer.diffId())) {
        throw new IOException("the stored layer " + layer.diffId() + " is damaged");
      }
    }
  }

  private Digest blob(byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    if (written.add(digest)) {
      tar.put(file(ArchiveScan.blob(digest), content.length), content);
    }
    return digest;
  }

  /** Writes what names the images, and ends the archive. */
  @Override
  public void close() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("schemaVersion", 2);
    all.put("mediaType", Manifest.OCI_INDEX);
    all.put("manifests", index);
    document(OciLayout.INDEX, Json.mapper().writeValueAsBytes(all));
    document(DockerArchive.MANIFEST, Json.mapper().writeValueAsBytes(manifest));
    document("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(UTF_8));
    tar.close();
  }

  private void document(String name, byte[] json) throws IOException {
    tar.put(file(name, json.length), json);
  }

  private void directory(String name) throws IOException {
    tar.put(TarEntry.simple(name, TarEntry.Type.DIRECTORY, 0755, 0, Instant.EPOCH));
  }

  private static TarEntry file(String name, long size) {
    return TarEntry.simple(name, TarEntry.Type.FILE, 0644, size, Instant.EPOCH);
  }
}
