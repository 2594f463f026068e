package dev.wherry.engine.image;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All images at one moment, immutable, and how they are found.
 *
 * @param byId in no order
 * @param references full reference to id
 * @param newestFirst all images
 */
record ImageIndex(
    Map<String, Image> byId, Map<String, String> references, List<Image> newestFirst) {
  private static final Pattern HEX64 = Pattern.compile("[a-f0-9]{64}");
  private static final Pattern PREFIX = Pattern.compile("(?:sha256:)?[a-f0-9]{1,64}");
  private static final String SHA256 = "sha256:";

  /**
   * Makes the index of a catalog.
   *
   * @param documents the configuration of each image
   * @param layerSizes bytes of each layer of an image, lowest first
   */
  static ImageIndex of(
      Catalog catalog,
      Function<String, ImageDocument> documents,
      Function<ImageDocument, List<Long>> layerSizes) {
    Map<String, List<ImageReference>> names = new HashMap<>();
    catalog
        .references()
        .forEach(
            (name, id) ->
                names.computeIfAbsent(id, i -> new ArrayList<>()).add(ImageReference.parse(name)));
    Map<String, Image> byId = new HashMap<>();
    catalog
        .images()
        .forEach(
            (id, entry) -> {
              ImageDocument document = documents.apply(id);
              List<ImageReference> own = names.getOrDefault(id, List.of());
              byId.put(
                  id,
                  document.toImage(
                      familiar(own.stream().filter(name -> name.digest() == null)),
                      familiar(own.stream().filter(name -> name.digest() != null)),
                      entry,
                      layerSizes.apply(document)));
            });
    Comparator<Image> age = Comparator.comparing(ImageIndex::created);
    List<Image> sorted =
        byId.values().stream().sorted(age.reversed().thenComparing(Image::id)).toList();
    return new ImageIndex(Map.copyOf(byId), catalog.references(), sorted);
  }

  private static List<String> familiar(Stream<ImageReference> names) {
    return names.map(ImageReference::familiar).sorted().toList();
  }

  private static Instant created(Image image) {
    Instant created = image.created();
    return created == null ? Instant.EPOCH : created;
  }

  /** See {@link ImageStore#get}. */
  Image get(String nameOrId) {
    if (HEX64.matcher(nameOrId).matches() || Digest.isDigest(nameOrId)) {
      String id = nameOrId.indexOf(':') < 0 ? SHA256 + nameOrId : nameOrId;
      Image image = byId.get(id);
      if (image == null) {
        throw new EngineException.NotFound("No such image: " + id);
      }
      return image;
    }
    ImageReference reference = ImageReference.parse(nameOrId);
    return byReference(reference)
        .or(() -> byPrefix(nameOrId))
        .orElseThrow(
            () ->
                new EngineException.NotFound(
                    "No such image: " + reference.withDefaultTag().familiar()));
  }

  /** The image a reference points at; where it has a tag and a digest, the digest counts. */
  Optional<Image> byReference(ImageReference reference) {
    return Optional.ofNullable(references.get(key(reference))).map(byId::get);
  }

  /** The image whose id is the only one to begin so. */
  Optional<Image> byPrefix(String text) {
    if (!PREFIX.matcher(text).matches()) {
      return Optional.empty();
    }
    String prefix = text.startsWith(SHA256) ? text : SHA256 + text;
    List<Image> found =
        newestFirst.stream().filter(image -> image.id().startsWith(prefix)).limit(2).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /** What a reference is stored as. */
  static ImageReference stored(ImageReference reference) {
    return reference.digest() == null
        ? reference.withDefaultTag()
        : new ImageReference(reference.domain(), reference.path(), null, reference.digest());
  }

  private static String key(ImageReference reference) {
    return stored(reference).toString();
  }

  /** The references that point at an image, sorted. */
  List<ImageReference> referencesTo(String id) {
    return references.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(entry -> ImageReference.parse(entry.getKey()))
        .sorted(Comparator.comparing(ImageReference::familiar))
        .toList();
  }

  /** The images made from an image. */
  List<Image> children(String id) {
    return newestFirst.stream().filter(image -> image.parent().equals(id)).toList();
  }
}
