package dev.wherry.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.store.DocumentStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which repositories have which layer, and as which blob: those it was pulled from or pushed to.
 * Compressing a layer anew makes another blob of it, so this is how one that is there already is
 * found. Only a hint: the registry is asked before it counts. Thread-safe; read at its first use.
 */
final class LayerOrigins {
  private static final int MOST_OF_A_REPOSITORY = 2000;

  private final DocumentStore<Layers> documents;
  private final Supplier<Set<String>> known;
  private @Nullable Map<String, Layers> all;

  /**
   * The layers of one repository.
   *
   * @param blobs by the layer's diff id, the latest last
   */
  record Layers(String domain, String path, Map<String, Blob> blobs) {
    Layers {
      blobs = new LinkedHashMap<>(blobs);
    }
  }

  /** A compressed layer. */
  record Blob(String digest, long size) {}

  /** Where a blob is said to be. */
  record Origin(String domain, String path, Digest digest, long size) {
    boolean isIn(ImageReference repository) {
      return isAt(repository) && path.equals(repository.path());
    }

    boolean isAt(ImageReference repository) {
      return domain.equals(repository.domain());
    }
  }

  /**
   * @param known the diff ids of all layers that are here; what is noted of others is dropped
   */
  LayerOrigins(DocumentStore<Layers> documents, Supplier<Set<String>> known) {
    this.documents = documents;
    this.known = known;
  }

  private Map<String, Layers> all() {
    Map<String, Layers> loaded = all;
    if (loaded == null) {
      loaded = new LinkedHashMap<>(documents.loadAll());
      all = loaded;
    }
    return loaded;
  }

  private static String key(ImageReference repository) {
    return Digest.sha256((repository.domain() + "/" + repository.path()).getBytes(UTF_8)).hex();
  }

  /** Where a layer is; those of the repository first, then those of its registry. */
  synchronized List<Origin> of(Digest diffId, ImageReference repository) {
    List<Origin> origins = new ArrayList<>();
    for (Layers layers : all().values()) {
      Blob blob = layers.blobs.get(diffId.toString());
      if (blob != null) {
        origins.add(new Origin(layers.domain, layers.path, Digest.parse(blob.digest), blob.size));
      }
    }
    origins.sort(
        Comparator.comparing((Origin origin) -> !origin.isIn(repository))
            .thenComparing(origin -> !origin.isAt(repository)));
    return origins;
  }

  /**
   * Notes what a repository has.
   *
   * @param found blobs by their layers' diff ids
   */
  synchronized void add(ImageReference repository, Map<Digest, Blob> found) {
    String key = key(repository);
    Layers before = all().get(key);
    Map<String, Blob> blobs = new LinkedHashMap<>();
    if (before != null) {
      blobs.putAll(before.blobs);
      blobs.keySet().retainAll(known.get());
    }
    found.forEach(
        (diffId, blob) -> {
          blobs.remove(diffId.toString());
          blobs.put(diffId.toString(), blob);
        });
    while (blobs.size() > MOST_OF_A_REPOSITORY) {
      blobs.remove(blobs.keySet().iterator().next());
    }
    if (before == null || !before.blobs.equals(blobs)) {
      Layers layers = new Layers(repository.domain(), repository.path(), blobs);
      documents.put(key, layers);
      all().put(key, layers);
    }
  }
}
