package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.image.ImageStore.PulledImage;
import dev.wherry.engine.image.IncomingImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Images from a repository into the store. */
final class ImagePull {
  private static final int MAX_DEPTH = 4;
  private static final Set<String> CONFIGS =
      Set.of(
          "",
          "application/octet-stream",
          "application/vnd.docker.container.image.v1+json",
          Manifest.OCI_CONFIG);

  private final ImageStore store;
  private final LayerDownloads downloads;
  private final LayerOrigins origins;

  ImagePull(ImageStore store, LayerDownloads downloads, LayerOrigins origins) {
    this.store = store;
    this.downloads = downloads;
    this.origins = origins;
  }

  /** Pulls what is wanted, says how that went, and answers what there is now. */
  List<Image> all(
      PullRequest request, Repository repository, Cancellation cancellation, PullProgress progress)
      throws IOException {
    List<ImageReference> wanted = new ArrayList<>();
    if (request.wantsAllTags()) {
      for (String tag : repository.tags(cancellation)) {
        wanted.add(request.reference().withTag(tag));
      }
    } else {
      wanted.add(request.reference());
    }
    boolean changed = false;
    List<Image> images = new ArrayList<>();
    for (ImageReference reference : wanted) {
      PulledImage pulled = one(reference, request, repository, cancellation, progress);
      changed |= pulled.changed();
      images.add(pulled.image());
    }
    progress.line(
        "Status: %s for %s"
            .formatted(
                changed ? "Downloaded newer image" : "Image is up to date",
                request.reference().familiar()));
    return images;
  }

  private PulledImage one(
      ImageReference reference,
      PullRequest request,
      Repository repository,
      Cancellation cancellation,
      PullProgress progress)
      throws IOException {
    String tagOrDigest = Repository.tagOrDigest(reference);
    Repository.Fetched top = repository.manifest(tagOrDigest, cancellation);
    progress.pullingFrom(
        reference.digest() == null ? tagOrDigest : reference.toString(), reference.path());
    Manifest.ImageManifest manifest = choose(top.manifest(), request, repository, cancellation);
    require(manifest);
    byte[] config = repository.config(manifest.config(), cancellation);
    try (IncomingImage image = store.receive(config)) {
      if (image.layerCount() != manifest.layers().size()) {
        throw new EngineException.InvalidParameter(
            "layers from manifest don't match image configuration");
      }
      boolean known = store.list().stream().anyMatch(each -> each.id().equals(image.id()));
      if (!known || !image.isComplete()) {
        downloads.fetch(image, manifest.layers(), repository, progress, cancellation);
      }
      cancellation.check();
      List<ImageReference> names = new ArrayList<>();
      names.add(new ImageReference(reference.domain(), reference.path(), null, top.digest()));
      if (reference.digest() == null) {
        names.add(reference);
      }
      PulledImage pulled = image.publish(reference, names);
      origins.add(reference, blobs(pulled.image(), manifest.layers()));
      progress.line("Digest: " + top.digest());
      return pulled;
    }
  }

  /** What can be pushed as it is: layers compressed with gzip. */
  private static Map<Digest, LayerOrigins.Blob> blobs(Image image, List<Descriptor> layers) {
    Map<Digest, LayerOrigins.Blob> blobs = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      Descriptor layer = layers.get(i);
      if (layer.mediaType().endsWith("gzip")) {
        blobs.put(
            Digest.parse(image.diffIds().get(i)),
            new LayerOrigins.Blob(layer.digest().toString(), layer.size()));
      }
    }
    return blobs;
  }

  private static Manifest.ImageManifest choose(
      Manifest top, PullRequest request, Repository repository, Cancellation cancellation)
      throws IOException {
    Manifest manifest = top;
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      switch (manifest) {
        case Manifest.ImageManifest image -> {
          return image;
        }
        case Manifest.Index(List<Descriptor> manifests) -> {
          Descriptor chosen = PlatformChoice.choose(manifests, request.wantedPlatform());
          manifest = repository.manifest(chosen.digest().toString(), cancellation).manifest();
        }
      }
    }
    throw new EngineException.InvalidParameter("invalid manifest: indexes nested too deeply");
  }

  private static void require(Manifest.ImageManifest manifest) {
    String type = manifest.config().mediaType();
    if (!CONFIGS.contains(type)) {
      throw new EngineException.InvalidParameter("unsupported media type " + type);
    }
    require(manifest.config());
    manifest.layers().forEach(ImagePull::require);
  }

  private static void require(Descriptor descriptor) {
    if (!descriptor.digest().algorithm().equals("sha256")) {
      throw new EngineException.InvalidParameter(
          "unsupported digest algorithm: " + descriptor.digest());
    }
    if (descriptor.size() < 0) {
      throw new EngineException.InvalidParameter(
          "invalid manifest: " + descriptor.digest() + " has no size");
    }
  }
}
