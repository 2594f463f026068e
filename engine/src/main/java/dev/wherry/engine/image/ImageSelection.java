package dev.wherry.engine.image;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Images chosen to be saved, each with the names it is to be saved under.
 *
 * @param names by image id, in the order they were asked for
 * @param parents by image id
 */
record ImageSelection(Map<String, Set<ImageReference>> names, Map<String, String> parents) {

  /**
   * Resolves names and ids by dockerd's rules: an id has no name in the archive, a repository
   * without tag has all its tags.
   *
   * @throws EngineException.NotFound in dockerd's words
   */
  static ImageSelection of(ImageIndex index, List<String> namesOrIds) {
    Map<String, Set<ImageReference>> names = new LinkedHashMap<>();
    Map<String, String> parents = new LinkedHashMap<>();
    for (String text : namesOrIds) {
      select(index, text, names);
    }
    names.keySet().forEach(id -> parents.put(id, index.get(id).parent()));
    return new ImageSelection(names, parents);
  }

  private static void select(
      ImageIndex index, String text, Map<String, Set<ImageReference>> names) {
    if (Digest.isDigest(text) || text.matches("[a-f0-9]{64}")) {
      under(names, index.get(text).id());
      return;
    }
    ImageReference reference = ImageReference.parse(text);
    if (reference.tag() == null && reference.digest() == null) {
      selectRepository(index, reference, text, names);
      return;
    }
    Image image =
        index
            .byReference(reference)
            .or(() -> index.byPrefix(text))
            .orElseThrow(() -> new EngineException.NotFound("reference does not exist"));
    if (reference.tag() != null && index.byReference(reference).isPresent()) {
      under(names, image.id()).add(ImageIndex.stored(reference));
    } else {
      under(names, image.id());
    }
  }

  private static void selectRepository(
      ImageIndex index,
      ImageReference repository,
      String text,
      Map<String, Set<ImageReference>> names) {
    boolean found = false;
    for (Map.Entry<String, String> entry : index.references().entrySet()) {
      ImageReference name = ImageReference.parse(entry.getKey());
      if (name.tag() != null
          && name.domain().equals(repository.domain())
          && name.path().equals(repository.path())) {
        under(names, entry.getValue()).add(name);
        found = true;
      }
    }
    if (!found) {
      Image image =
          index
              .byPrefix(text)
              .orElseThrow(() -> new EngineException.NotFound("No such image: " + text));
      under(names, image.id());
    }
  }

  private static Set<ImageReference> under(Map<String, Set<ImageReference>> names, String id) {
    return names.computeIfAbsent(
        id, i -> new TreeSet<>(Comparator.comparing(ImageReference::familiar)));
  }

  /** The names an image is saved under; may be none. */
  Set<ImageReference> namesOf(String id) {
    return names.getOrDefault(id, Set.of());
  }

  /** What to call it where something is wrong with it. */
  String called(String id) {
    return namesOf(id).stream().findFirst().map(ImageReference::familiar).orElse(id);
  }

  Set<String> ids() {
    return names.keySet();
  }

  /** The parent of an image if it is saved too, else empty. */
  String savedParent(String id) {
    String parent = parents.getOrDefault(id, "");
    return names.containsKey(parent) ? parent : "";
  }
}
