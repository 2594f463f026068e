package dev.wherry.engine.image;

import dev.wherry.engine.archive.SavedManifest;
import dev.wherry.engine.content.ContentStore;
import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.snapshot.CommittedLayer;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.store.DocumentStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What images there are: the catalog on disk; what is kept open of each image, its configuration
 * and its claim on layers; and the index that reads answer from. Changes are made one at a time,
 * inside {@link #exclusively}, and each is seen once its catalog is written, or not at all.
 */
final class ImageTable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageTable.class);
  private static final String CATALOG = "catalog";

  private final DocumentStore<Catalog> documents;
  private final ContentStore content;
  private final LayerReferences layers;
  private final Snapshotter snapshotter;
  private final ReentrantLock lock = new ReentrantLock();

  /** What is in the catalog, kept open, by image id. Changed with the lock held. */
  private final Map<String, Stored> stored = new ConcurrentHashMap<>();

  private Catalog catalog;
  private volatile ImageIndex index;

  private record Stored(ImageDocument document, LayerReferences.Hold layers) {}

  /** Something to be done while nobody else changes anything. */
  interface Work<T, E extends Exception> {
    T run() throws E;
  }

  /** Opens all images there are and removes what belongs to none. */
  ImageTable(
      DocumentStore<Catalog> documents,
      ContentStore content,
      LayerReferences layers,
      Snapshotter snapshotter) {
    this.documents = documents;
    this.content = content;
    this.layers = layers;
    this.snapshotter = snapshotter;
    this.catalog = documents.loadAll().getOrDefault(CATALOG, Catalog.EMPTY);
    this.index = openImages();
    layers.collectGarbage();
    removeUnusedContent();
  }

  /** Opens all images of the catalog; one that is not whole is dropped from it. */
  private ImageIndex openImages() {
    Catalog.Draft draft = catalog.draft();
    for (String id : catalog.images().keySet()) {
      try {
        ImageDocument document = ImageDocument.parse(content.read(Digest.parse(id)));
        stored.put(id, new Stored(document, layers.hold(document.chains())));
      } catch (IOException | EngineException e) {
        LOG.error("image {} is damaged and dropped: {}", id, e.getMessage());
        draft.remove(id);
      }
    }
    draft.removeDangling();
    Catalog whole = draft.finish();
    if (!whole.equals(catalog)) {
      documents.put(CATALOG, whole);
      catalog = whole;
    }
    return indexOf(whole);
  }

  private void removeUnusedContent() {
    try {
      for (Digest digest : content.list()) {
        if (!stored.containsKey(digest.toString())) {
          content.delete(digest);
        }
      }
    } catch (IOException e) {
      throw new EngineException.Internal("images: " + e.getMessage(), e);
    }
  }

  private ImageIndex indexOf(Catalog of) {
    return ImageIndex.of(of, id -> stored(id).document, this::layerSizes);
  }

  private Stored stored(String id) {
    Stored image = stored.get(id);
    if (image == null) {
      throw new IllegalStateException("image " + id + " is in the catalog but not open");
    }
    return image;
  }

  private List<Long> layerSizes(ImageDocument document) {
    return document.chains().stream().map(snapshotter::committedSize).toList();
  }

  /** What there is now; a snapshot, for any thread. */
  ImageIndex index() {
    return index;
  }

  /** See {@link ImageStore#manifest}; for any thread. */
  ImageStore.StoredManifest manifest(String id) {
    Stored image = stored.get(id);
    if (image == null) {
      throw new EngineException.NotFound("No such image: " + id);
    }
    List<SavedManifest.Content> contents = new ArrayList<>();
    for (String chain : image.document.chains()) {
      CommittedLayer layer =
          snapshotter
              .committed(chain)
              .orElseThrow(() -> new EngineException.NotFound("No such image: " + id));
      contents.add(new SavedManifest.Content(Digest.parse(layer.diffId()), layer.archiveSize()));
    }
    long configSize = image.document.size();
    byte[] json =
        SavedManifest.write(new SavedManifest.Content(Digest.parse(id), configSize), contents);
    Descriptor descriptor =
        new Descriptor(Manifest.OCI_MANIFEST, Digest.sha256(json), json.length, Map.of(), null);
    return new ImageStore.StoredManifest(descriptor, configSize);
  }

  <T, E extends Exception> T exclusively(Work<T, E> work) throws E {
    lock.lock();
    try {
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  /** A change to the catalog, to be published. */
  Catalog.Draft draft() {
    requireExclusive();
    return catalog.draft();
  }

  /** Makes a change of names visible: on disk first, then in memory. */
  void publish(Catalog.Draft draft) {
    requireExclusive();
    Catalog changed = draft.finish();
    documents.put(CATALOG, changed);
    catalog = changed;
    index = indexOf(changed);
  }

  /**
   * Makes a change visible that brings images. Their claims on layers are taken over, but for those
   * that are there already, which stay as they are; if it fails, nothing is.
   */
  void publish(Catalog.Draft draft, List<NewImage> images) throws IOException {
    requireExclusive();
    Catalog changed = draft.finish();
    boolean done = false;
    try {
      for (NewImage image : images) {
        content.put(image.config());
      }
      documents.put(CATALOG, changed);
      done = true;
    } finally {
      if (!done) {
        images.forEach(image -> removeContent(image.id()));
      }
    }
    for (NewImage image : images) {
      if (!stored.containsKey(image.id())) {
        stored.put(image.id(), new Stored(image.document(), image.takeHold()));
      }
    }
    catalog = changed;
    index = indexOf(changed);
  }

  /**
   * Lets go of an image that is no longer in the catalog.
   *
   * @return the layers that went with it, the uppermost first
   */
  List<String> close(String id) {
    requireExclusive();
    Stored image = stored(id);
    stored.remove(id);
    removeContent(id);
    return image.layers.release();
  }

  /** Removes a configuration that no image has; it is in the way of nothing if that fails. */
  private void removeContent(String id) {
    if (stored.containsKey(id)) {
      return;
    }
    try {
      content.delete(Digest.parse(id));
    } catch (IOException e) {
      LOG.warn("the configuration of image {} is left for the next start: {}", id, e.getMessage());
    }
  }

  /** An image's configuration and layers, which stay until this is closed. */
  ImageExport.Held hold(String nameOrId) throws IOException {
    return exclusively(
        () -> {
          String id = index.get(nameOrId).id();
          ImageDocument document = stored(id).document;
          byte[] config = content.read(Digest.parse(id));
          return new ImageExport.Held(config, document, layers.hold(document.chains()));
        });
  }

  private void requireExclusive() {
    if (!lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("images are changed by one at a time");
    }
  }
}
