package dev.wherry.engine.image;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which images a listing shows. Every list that is not empty must let an image pass; within one,
 * any entry will do, but for labels, which must all be there.
 *
 * @param dangling only those without a tag, or only those with one; {@code null} for both
 * @param before only those made before this moment, and {@code since} after
 * @param labels {@code key} or {@code key=value}
 * @param references patterns with {@code *}, {@code ?} and {@code []}, for repository, or
 *     repository and tag
 */
public record ImageFilters(
    @Nullable Boolean dangling,
    @Nullable Instant before,
    @Nullable Instant since,
    List<String> labels,
    List<String> references) {

  public boolean matches(Image image) {
    Instant created = image.created() == null ? Instant.EPOCH : image.created();
    return (dangling == null || dangling == isDangling(image))
        && (before == null || created.isBefore(before))
        && (since == null || created.isAfter(since))
        && labels.stream().allMatch(label -> hasLabel(image, label))
        && (references.isEmpty() || names(image).anyMatch(this::isReferenced));
  }

  /** Whether no tag leads to it: what dockerd lists and prunes as dangling. */
  public static boolean isDangling(Image image) {
    return image.repoTags().isEmpty();
  }

  /** Whether it has no name at all, not even one with a digest. */
  public static boolean isNameless(Image image) {
    return isDangling(image) && image.repoDigests().isEmpty();
  }

  /** An image that matches, with the names to be shown: where some are asked for, only those. */
  public Image shown(Image image) {
    return references.isEmpty()
        ? image
        : image.withNames(referenced(image.repoTags()), referenced(image.repoDigests()));
  }

  private List<String> referenced(List<String> names) {
    return names.stream().filter(this::isReferenced).toList();
  }

  private boolean isReferenced(String name) {
    ImageReference reference = ImageReference.parse(name);
    return references.stream()
        .anyMatch(
            pattern ->
                globMatches(pattern, reference.familiar())
                    || globMatches(pattern, reference.familiarName()));
  }

  private static Stream<String> names(Image image) {
    return Stream.concat(image.repoTags().stream(), image.repoDigests().stream());
  }

  private static boolean hasLabel(Image image, String wanted) {
    Map<String, String> labels = image.config().labels();
    if (labels == null) {
      return false;
    }
    int equals = wanted.indexOf('=');
    if (equals < 0) {
      return labels.containsKey(wanted);
    }
    return wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  /** Go's {@code path.Match}: a star stops at a slash, braces mean nothing, and ^ negates. */
  private static boolean globMatches(String pattern, String name) {
    String glob =
        pattern.replaceAll("\\*+", "*").replace("[^", "[!").replace("{", "\\{").replace("}", "\\}");
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    return matcher.matches(Path.of(name));
  }
}
