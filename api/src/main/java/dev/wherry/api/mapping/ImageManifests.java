package dev.wherry.api.mapping;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.wherry.api.dto.DistributionView.DescriptorView;
import dev.wherry.api.dto.DistributionView.PlatformView;
import dev.wherry.api.dto.ImageManifestView;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageStore.StoredManifest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Images' manifests as the API shows them: each image has one, that of this host's platform. */
public final class ImageManifests {
  private final Function<String, StoredManifest> manifests;
  private final Map<String, List<String>> users;

  /**
   * @param manifests finds an image's manifest by its id
   * @param containers all there are
   */
  public ImageManifests(Function<String, StoredManifest> manifests, List<Container> containers) {
    this.manifests = manifests;
    this.users =
        containers.stream()
            .collect(groupingBy(Container::imageId, mapping(Container::id, toList())));
  }

  /** An image's manifests; none if it has gone meanwhile. */
  public List<ImageManifestView> of(Image image) {
    StoredManifest manifest;
    try {
      manifest = manifests.apply(image.id());
    } catch (EngineException.NotFound e) {
      return List.of();
    }
    String digest = manifest.descriptor().digest().toString();
    return List.of(
        new ImageManifestView(
            digest,
            new DescriptorView(
                manifest.descriptor().mediaType(), digest, manifest.descriptor().size()),
            true,
            new ImageManifestView.SizeView(
                manifest.contentSize(), manifest.contentSize() + image.size()),
            "image",
            new ImageManifestView.ImageDataView(
                new PlatformView(
                    image.architecture(),
                    image.os(),
                    Objects.requireNonNullElse(image.variant(), "")),
                users.getOrDefault(image.id(), List.of()),
                new ImageManifestView.UnpackedView(image.size()))));
  }
}
