package dev.wherry.api.mapping;

import dev.wherry.api.dto.GraphDriverView;
import dev.wherry.api.dto.HistoryView;
import dev.wherry.api.dto.ImageManifestView;
import dev.wherry.api.dto.ImageSummaryView;
import dev.wherry.api.dto.ImageView;
import dev.wherry.api.dto.ImageView.MetadataView;
import dev.wherry.api.dto.ImageView.RootFsView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageFilters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Images as the API shows them. */
public final class ImageJson {
  private static final long NOT_COUNTED = -1;
  private static final String UNKNOWN_LAYER_IMAGE = "<missing>";

  private ImageJson() {}

  /**
   * What ImageInspect shows.
   *
   * @param manifests empty if they were not asked for
   */
  public static ImageView inspect(
      Image image, String driver, ApiVersion version, List<ImageManifestView> manifests) {
    boolean old = !version.atLeast(1, 44);
    String created = image.created() == null && !old ? "" : GoTime.nano(image.created());
    return new ImageView(
        image.id(),
        image.repoTags(),
        image.repoDigests(),
        image.parent(),
        comment(image),
        created,
        image.container(),
        ConfigJson.of(image.containerConfig()),
        image.dockerVersion(),
        image.author(),
        version.atLeast(1, 50) ? ConfigJson.ofOci(image.config()) : ConfigJson.of(image.config()),
        image.architecture(),
        image.variant(),
        image.os(),
        image.osVersion(),
        image.size(),
        old ? Long.valueOf(image.size()) : null,
        new GraphDriverView(null, driver),
        new RootFsView("layers", image.diffIds()),
        new MetadataView(GoTime.nano(image.lastTagged())),
        manifests);
  }

  /** The image's own, else that of its last step. */
  private static String comment(Image image) {
    return image.comment().isEmpty() && !image.history().isEmpty()
        ? image.history().getLast().comment()
        : image.comment();
  }

  /**
   * An entry of ImageList.
   *
   * @param containers how many containers were made from it, -1 if not counted
   * @param sharedSize bytes it shares with other images, -1 if not counted
   */
  public static ImageSummaryView summary(
      Image image, long containers, long sharedSize, ApiVersion version) {
    return new ImageSummaryView(
        containers,
        image.created() == null ? 0 : image.created().getEpochSecond(),
        image.id(),
        image.config().labels(),
        image.parent(),
        references(image, image.repoDigests(), "<none>@<none>", version),
        references(image, image.repoTags(), "<none>:<none>", version),
        sharedSize,
        image.size(),
        version.atLeast(1, 44) ? null : Long.valueOf(image.size()),
        List.of());
  }

  /** How many containers were made from each image, by its id. */
  public static Map<String, Long> users(Collection<Container> containers) {
    return containers.stream()
        .collect(Collectors.groupingBy(Container::imageId, Collectors.counting()));
  }

  /** An entry whose sizes and users were not counted. */
  public static ImageSummaryView summary(Image image, ApiVersion version) {
    return summary(image, NOT_COUNTED, NOT_COUNTED, version);
  }

  /** An entry of SystemDataUsage: as in ImageList, but names that it has none of are null. */
  public static ImageSummaryView usage(
      Image image, long containers, long sharedSize, ApiVersion version) {
    return summary(image, containers, sharedSize, version)
        .withNames(
            ConfigJson.listOrNull(image.repoTags()), ConfigJson.listOrNull(image.repoDigests()));
  }

  /** Before 1.43 an image without names was shown with a name that says so. */
  private static @Nullable List<String> references(
      Image image, List<String> references, String none, ApiVersion version) {
    if (version.atLeast(1, 43)) {
      return references;
    }
    if (ImageFilters.isNameless(image)) {
      return List.of(none);
    }
    return ConfigJson.listOrNull(references);
  }

  /**
   * What ImageHistory shows: the steps of its making, newest first, each with the image that it led
   * to as long as that is here.
   *
   * @param find an image by its id
   */
  public static List<HistoryView> history(Image image, Function<String, Optional<Image>> find) {
    var views = new ArrayList<HistoryView>();
    Optional<Image> made = Optional.of(image);
    for (Image.HistoryEntry entry : image.history().reversed()) {
      views.add(
          new HistoryView(
              entry.comment(),
              entry.created() == null ? 0 : entry.created().getEpochSecond(),
              entry.createdBy(),
              made.map(Image::id).orElse(UNKNOWN_LAYER_IMAGE),
              entry.size(),
              made.map(known -> ConfigJson.listOrNull(known.repoTags())).orElse(null)));
      made = made.map(Image::parent).filter(id -> !id.isEmpty()).flatMap(find);
    }
    return views;
  }
}
