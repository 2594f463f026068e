package dev.wherry.api.mapping;

import dev.wherry.api.http.Filters;
import dev.wherry.engine.image.Image;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
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
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter for one that ImageList lacks
   */
  public ImageFilter(Filters filters, boolean all, Instant now) {
    this.filters = filters.requireOnly(KNOWN);
    this.all = all;
    this.until = Until.of(filters, now);
    filters.flag("dangling", false);
  }

  /**
   * The images to show, in the order given.
   *
   * @param get finds an image that {@code since} or {@code before} names, or throws
   */
  public List<Image> apply(List<Image> images, Function<String, Image> get) {
    Instant before = created(filters.get("before"), get);
    Instant since = created(filters.get("since"), get);
    Set<String> parents = parents(images);
    return images.stream()
        .filter(image -> isShown(image, parents))
        .filter(image -> before == null || isBefore(image.created(), before))
        .filter(image -> since == null || isBefore(since, image.created()))
        .filter(image -> until.includes(image.created()))
        .filter(image -> filters.labels(labels(image)))
        .filter(image -> filters.any("reference", pattern -> isNamed(image, pattern)))
        .toList();
  }

  private boolean isShown(Image image, Set<String> parents) {
    boolean dangling = ImageJson.isDangling(image);
    boolean intermediate = dangling && parents.contains(image.id());
    if (filters.has("dangling")) {
      return filters.flag("dangling", false) == dangling && !intermediate;
    }
    return all || !intermediate;
  }

  private static Set<String> parents(List<Image> images) {
    var parents = new HashSet<String>();
    images.forEach(image -> parents.add(image.parent()));
    return parents;
  }

  private static @Nullable Instant created(Set<String> names, Function<String, Image> get) {
    return names.isEmpty() ? null : get.apply(names.iterator().next()).created();
  }

  private static boolean isBefore(@Nullable Instant earlier, @Nullable Instant later) {
    Instant first = earlier == null ? Instant.EPOCH : earlier;
    return first.isBefore(later == null ? Instant.EPOCH : later);
  }

  /** An image's labels, empty where it has none. */
  public static Map<String, String> labels(Image image) {
    Map<String, String> labels = image.config().labels();
    return labels == null ? Map.of() : labels;
  }

  /** Whether one of its references, with or without its tag, is matched by a shell pattern. */
  private static boolean isNamed(Image image, String pattern) {
    Pattern compiled = glob(pattern);
    return image.repoTags().stream()
            .anyMatch(
                name ->
                    compiled.matcher(name).matches()
                        || compiled.matcher(withoutTag(name)).matches())
        || image.repoDigests().stream()
            .anyMatch(
                name ->
                    compiled.matcher(name).matches()
                        || compiled.matcher(name.substring(0, name.indexOf('@'))).matches());
  }

  static String withoutTag(String name) {
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }

  /** Go's {@code path.Match}: neither {@code *} nor {@code ?} matches a slash. */
  static Pattern glob(String pattern) {
    var regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int close = c == '[' ? pattern.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (close > 0) {
        regex.append('[').append(pattern.substring(i + 1, close).replace("[", "\\[")).append(']');
        i = close;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString());
  }
}
