package dev.wherry.api.mapping;

import dev.wherry.api.http.Filters;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageFilters;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Which images a list shows: {@code all} and the filters of ImageList. */
public final class ImageFilter {
  private static final Set<String> KNOWN =
      Set.of("before", "dangling", "label", "reference", "since", "until");

  private final Filters filters;
  private final boolean all;
  private final Until until;

  /**
   * Checks the filters.
   *
   * @param all also the images other images were made from
   * @throws EngineException.InvalidParameter for one that ImageList lacks
   */
  public ImageFilter(Filters filters, boolean all, Instant now) {
    this.filters = filters.requireOnly(KNOWN);
    this.all = all;
    this.until = Until.of(filters, now);
    filters.flag("dangling", false);
  }

  /**
   * The images to show, in the order given, with the names to show of each.
   *
   * @param get finds an image that {@code since} or {@code before} names, or throws
   */
  public List<Image> apply(List<Image> images, Function<String, Image> get) {
    var engineFilters =
        new ImageFilters(
            filters.has("dangling") ? filters.flag("dangling", false) : null,
            created("before", get),
            created("since", get),
            List.copyOf(filters.get("label")),
            List.copyOf(filters.get("reference")));
    Set<String> parents = parents(images);
    try {
      return images.stream()
          .filter(image -> all || !isIntermediate(image, parents))
          .filter(image -> until.includes(image.created()))
          .filter(engineFilters::matches)
          .map(engineFilters::shown)
          .toList();
    } catch (PatternSyntaxException e) {
      throw new EngineException.InvalidParameter("syntax error in pattern", e);
    }
  }

  /** An image that is there only because another one was made from it. */
  private static boolean isIntermediate(Image image, Set<String> parents) {
    return ImageFilters.isNameless(image) && parents.contains(image.id());
  }

  private static Set<String> parents(List<Image> images) {
    var parents = new HashSet<String>();
    images.forEach(image -> parents.add(image.parent()));
    return parents;
  }

  private @Nullable Instant created(String filter, Function<String, Image> get) {
    if (!filters.has(filter)) {
      return null;
    }
    Instant created = get.apply(filters.get(filter).iterator().next()).created();
    return created == null ? Instant.EPOCH : created;
  }

  /** An image's labels, empty where it has none. */
  public static Map<String, String> labels(Image image) {
    Map<String, String> labels = image.config().labels();
    return labels == null ? Map.of() : labels;
  }

  /** A reference's repository. */
  static String withoutTag(String name) {
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
