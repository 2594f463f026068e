package dev.wherry.engine.image;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What there is of images, as one document, so that every change of names and images is one atomic
 * write: an image never loses a name before another has it. The configurations themselves are
 * blobs.
 *
 * @param images by id
 * @param references full references, tagged or with digest, to image ids
 */
record Catalog(Map<String, Entry> images, Map<String, String> references) {

  /**
   * What is known of an image beside its configuration.
   *
   * @param parent id of the image it was made from, or empty
   * @param lastTagged {@code null} if never
   */
  record Entry(String parent, @Nullable Instant lastTagged) {}

  static final Catalog EMPTY = new Catalog(Map.of(), Map.of());

  Catalog {
    images = Map.copyOf(images);
    references = Map.copyOf(references);
  }

  Draft draft() {
    return new Draft(this);
  }

  /** A catalog being changed; the change is seen when it is written as a whole. */
  static final class Draft {
    private final Map<String, Entry> images;
    private final Map<String, String> references;

    private Draft(Catalog catalog) {
      this.images = new LinkedHashMap<>(catalog.images);
      this.references = new TreeMap<>(catalog.references);
    }

    Catalog finish() {
      return new Catalog(images, references);
    }

    /** Adds an image; one that is there keeps what is known of it. */
    void add(String id, String parent) {
      images.putIfAbsent(id, new Entry(parent, null));
    }

    void remove(String id) {
      images.remove(id);
      references.values().removeIf(id::equals);
    }

    /** Points a reference at an image; returns the id it pointed at before, if any. */
    @Nullable String point(ImageReference reference, String id) {
      return references.put(reference.toString(), id);
    }

    void touch(String id, Instant now) {
      Entry entry = images.get(id);
      if (entry != null) {
        images.put(id, new Entry(entry.parent, now));
      }
    }

    /** Removes references to images that are not there. */
    void removeDangling() {
      references.values().removeIf(id -> !images.containsKey(id));
    }

    void unpoint(ImageReference reference) {
      references.remove(reference.toString());
    }
  }
}
