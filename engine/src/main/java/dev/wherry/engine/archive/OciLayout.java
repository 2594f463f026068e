package dev.wherry.engine.archive;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The form of OCI image-spec, image-layout.md: {@code index.json} and blobs by digest. */
final class OciLayout {
  static final String INDEX = "index.json";
  private static final String FULL_NAME = "io.containerd.image.name";
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String REFERENCE_TYPE = "vnd.docker.reference.type";
  private static final int MAX_DEPTH = 5;

  private final ArchiveScan scan;
  private final Platform wanted;

  /** Names by manifest, so that an image with several is one image. */
  private final Map<Digest, Set<String>> names = new LinkedHashMap<>();

  OciLayout(ArchiveScan scan, Platform wanted) {
    this.scan = scan;
    this.wanted = wanted;
  }

  List<ArchivedImage> images(byte[] index) throws IOException {
    if (!(Manifest.parse(index) instanceof Manifest.Index(List<Descriptor> manifests))) {
      throw new EngineException.InvalidParameter("invalid archive: index.json is no index");
    }
    for (Descriptor descriptor : manifests) {
      collect(descriptor, namesOf(descriptor), 0);
    }
    List<ArchivedImage> images = new ArrayList<>();
    for (Map.Entry<Digest, Set<String>> image : names.entrySet()) {
      images.add(image(image.getKey(), List.copyOf(image.getValue())));
    }
    return images;
  }

  private static Set<String> namesOf(Descriptor descriptor) {
    String full = descriptor.annotations().getOrDefault(FULL_NAME, "");
    String ref = descriptor.annotations().getOrDefault(REF_NAME, "");
    if (!full.isEmpty()) {
      return Set.of(full);
    }
    // A word alone is a tag of a repository that the archive does not name.
    return ref.indexOf('/') >= 0 || ref.indexOf(':') >= 0 ? Set.of(ref) : Set.of();
  }

  private void collect(Descriptor descriptor, Set<String> named, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new EngineException.InvalidParameter("invalid archive: indexes nested too deeply");
    }
    if (isAttestation(descriptor)) {
      return;
    }
    switch (Manifest.parse(blob(descriptor))) {
      case Manifest.ImageManifest image ->
          names.computeIfAbsent(descriptor.digest(), d -> new LinkedHashSet<>()).addAll(named);
      case Manifest.Index(List<Descriptor> manifests) -> {
        Descriptor chosen = choose(manifests);
        Set<String> all = new LinkedHashSet<>(named);
        all.addAll(namesOf(chosen));
        collect(chosen, all, depth + 1);
      }
    }
  }

  private static boolean isAttestation(Descriptor descriptor) {
    Platform platform = descriptor.platform();
    return descriptor.annotations().containsKey(REFERENCE_TYPE)
        || (platform != null && platform.os().equals("unknown"));
  }

  /** Of the manifests that are in the archive, the one for the platform, or the only one. */
  private Descriptor choose(List<Descriptor> manifests) throws IOException {
    List<Descriptor> present = new ArrayList<>();
    for (Descriptor descriptor : manifests) {
      if (!isAttestation(descriptor) && scan.has(ArchiveScan.blob(descriptor.digest()))) {
        present.add(descriptor);
      }
    }
    for (Descriptor descriptor : present) {
      if (isWanted(descriptor)) {
        return descriptor;
      }
    }
    if (present.size() == 1) {
      return present.getFirst();
    }
    throw new EngineException.InvalidParameter(
        "the archive holds no image for " + wanted.os() + "/" + wanted.architecture());
  }

  private boolean isWanted(Descriptor descriptor) throws IOException {
    Platform platform = descriptor.platform();
    if (platform == null) {
      if (!(Manifest.parse(blob(descriptor)) instanceof Manifest.ImageManifest image)) {
        return false;
      }
      JsonNode config = Json.mapper().readTree(blob(image.config()));
      platform =
          new Platform(config.path("os").asText(""), config.path("architecture").asText(""), "");
    }
    return platform.os().equals(wanted.os())
        && platform.architecture().equals(wanted.architecture());
  }

  private ArchivedImage image(Digest digest, List<String> named) throws IOException {
    Descriptor self = new Descriptor("", digest, -1, Map.of(), null);
    if (!(Manifest.parse(blob(self)) instanceof Manifest.ImageManifest manifest)) {
      throw new EngineException.InvalidParameter("invalid archive: " + digest + " is no image");
    }
    List<ArchivedLayer> layers = new ArrayList<>();
    for (Descriptor layer : manifest.layers()) {
      layers.add(verified(layer));
    }
    return new ArchivedImage(blob(manifest.config()), named, layers, "");
  }

  private ArchivedLayer verified(Descriptor descriptor) throws IOException {
    ArchivedLayer layer = scan.layer(ArchiveScan.blob(descriptor.digest()));
    if (layer instanceof ArchivedLayer.Unpacked(PendingLayer pending)
        && !pending.unpacked().digest().equals(descriptor.digest())) {
      return new ArchivedLayer.Unusable(descriptor.digest() + " is not what its name says");
    }
    return layer;
  }

  private byte[] blob(Descriptor descriptor) throws IOException {
    byte[] content = scan.document(ArchiveScan.blob(descriptor.digest()));
    if (content == null) {
      throw new EngineException.InvalidParameter(
          "invalid archive: " + descriptor.digest() + " is missing");
    }
    if (!Digest.sha256(content).equals(descriptor.digest())) {
      throw new EngineException.InvalidParameter(
          "invalid archive: " + descriptor.digest() + " is not what its name says");
    }
    return content;
  }
}
