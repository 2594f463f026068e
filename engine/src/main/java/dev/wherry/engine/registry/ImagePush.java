package dev.wherry.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.image.OutgoingImage;
import dev.wherry.engine.registry.LayerOrigins.Blob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Images from the store into a repository. */
final class ImagePush {
  private static final String CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

  private final ImageStore store;
  private final LayerUploads uploads;

  ImagePush(ImageStore store, LayerUploads uploads) {
    this.store = store;
    this.uploads = uploads;
  }

  /**
   * The tags to be pushed.
   *
   * @throws EngineException.NotFound in dockerd's words if there are none
   */
  List<ImageReference> wanted(ImageReference reference) {
    List<ImageReference> tags = new ArrayList<>();
    store.list().stream()
        .flatMap(image -> image.repoTags().stream())
        .map(ImageReference::parse)
        .filter(tag -> tag.familiarName().equals(reference.familiarName()))
        .sorted((a, b) -> a.familiar().compareTo(b.familiar()))
        .forEach(tags::add);
    if (tags.isEmpty()) {
      throw new EngineException.NotFound(
          "An image does not exist locally with the tag: " + reference.familiarName());
    }
    if (reference.tag() == null) {
      return tags;
    }
    if (!tags.contains(reference)) {
      throw new EngineException.NotFound("tag does not exist: " + reference.familiar());
    }
    return List.of(reference);
  }

  /** Pushes one tag. */
  void one(ImageReference tag, PushTarget target, Cancellation cancellation, PushProgress progress)
      throws IOException {
    try (OutgoingImage image = store.send(tag.toString())) {
      List<Blob> layers = uploads.send(image, target, progress, cancellation);
      byte[] config = image.config();
      config(target, config);
      byte[] manifest = manifest(config, layers).getBytes(UTF_8);
      String name = String.valueOf(tag.tag());
      target.manifest(name, Repository.DOCKER_MANIFEST, manifest);
      Digest digest = Digest.sha256(manifest);
      progress.line("%s: digest: %s size: %d".formatted(name, digest, manifest.length));
      store.sent(image.id(), new ImageReference(tag.domain(), tag.path(), null, digest));
      progress.listener().pushed(new PushListener.Pushed(name, digest, manifest.length));
    }
  }

  private static void config(PushTarget target, byte[] config) throws IOException {
    Digest digest = Digest.sha256(config);
    if (!target.has(digest)) {
      target.finish(target.begin(), digest, RegistryHttp.Content.of(config));
    }
  }

  /** Of this very form in every detail, as Docker has always written it. */
  private static String manifest(byte[] config, List<Blob> layers) {
    String descriptor =
        """
        {
        %1$s   "mediaType": "%2$s",
        %1$s   "size": %3$d,
        %1$s   "digest": "%4$s"
        %1$s}""";
    String list =
        layers.stream()
            .map(
                layer ->
                    " ".repeat(6)
                        + descriptor.formatted(" ".repeat(6), LAYER, layer.size(), layer.digest()))
            .collect(Collectors.joining(",\n"));
    return """
        {
           "schemaVersion": 2,
           "mediaType": "%s",
           "config": %s,
           "layers": [
        %s
           ]
        }"""
        .formatted(
            Repository.DOCKER_MANIFEST,
            descriptor.formatted("   ", CONFIG, config.length, Digest.sha256(config)),
            list);
  }
}
