package dev.wherry.engine.image;

import dev.wherry.engine.archive.ArchivedImage;
import dev.wherry.engine.archive.ImageArchive;
import dev.wherry.engine.content.ContentStore;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import dev.wherry.engine.layer.LayerLimits;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.store.DocumentStore;
import dev.wherry.engine.store.JsonDocumentStore;
import dev.wherry.engine.tar.TarFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images on disk: configurations as blobs, layers in the snapshotter, and one {@link Catalog} of
 * what there is. Work on an image is done beside what is there and becomes visible with the
 * catalog's one atomic write; what was done and not written down is collected at the next start.
 */
public final class FileImageStore implements ImageStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileImageStore.class);
  private static final String CATALOG = "catalog";

  private final Snapshotter snapshotter;
  private final Journal journal;
  private final Clock clock;
  private final DocumentStore<Catalog> documents;
  private final ContentStore content;
  private final LayerStager stager;
  private final LayerReferences layers;
  private final ReentrantLock lock = new ReentrantLock();

  /** What is in the catalog, kept open: configurations and claims on layers, by image id. */
  private final Map<String, Stored> stored = new HashMap<>();

  private Catalog catalog;
  private volatile ImageIndex index;

  private record Stored(ImageDocument document, LayerReferences.Hold layers) {}

  /**
   * Opens the store and collects what was interrupted.
   *
   * @param directory for its own files, {@code image} below the data root
   * @param snapshotter which keeps the layers of this store and of no other
   */
  public FileImageStore(
      Path directory, Snapshotter snapshotter, Paths paths, Journal journal, Clock clock) {
    this.snapshotter = snapshotter;
    this.journal = journal;
    this.clock = clock;
    this.documents = new JsonDocumentStore<>(directory.resolve("catalog"), Catalog.class);
    this.content = new ContentStore(directory);
    this.stager = new LayerStager(snapshotter, paths, LayerLimits.DEFAULT);
    this.layers = new LayerReferences(snapshotter, stager);
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

  /** Makes a change visible: on disk first, then in memory. Called with the lock held. */
  private void publish(Catalog changed) {
    documents.put(CATALOG, changed);
    catalog = changed;
    index = indexOf(changed);
  }

  @Override
  public List<Image> list() {
    return index.newestFirst();
  }

  @Override
  public Image get(String nameOrId) {
    return index.get(nameOrId);
  }

  @Override
  public List<LoadedImage> load(InputStream archive, Consumer<ImageProgress> progress)
      throws IOException {
    List<NewImage> images = new ArrayList<>();
    try (ImageArchive read =
        ImageArchive.read(
            archive, stager, this::isKnown, Platforms.host(), new LoadProgress(progress))) {
      for (ArchivedImage image : read.images()) {
        images.add(NewImage.of(image));
      }
      for (NewImage image : images) {
        install(image);
      }
      return add(images, progress);
    } catch (TarFormatException e) {
      throw notAnArchive(e);
    } finally {
      images.forEach(NewImage::close);
    }
  }

  private boolean isKnown(Digest diffId) {
    return snapshotter.committed().stream()
        .anyMatch(layer -> layer.diffId().equals(diffId.toString()));
  }

  @Override
  public IncomingImage receive(byte[] config) {
    return new IncomingImage(config, layers, stager, this::isKnown, this::addPulled);
  }

  /** Puts a pulled image, whose layers are there, into the catalog under its names. */
  private PulledImage addPulled(NewImage image, ImageReference asked) throws IOException {
    snapshotter.sync();
    lock.lock();
    try {
      Catalog.Draft draft = catalog.draft();
      draft.add(image.id(), "");
      String before = catalog.references().get(ImageIndex.stored(asked).toString());
      for (ImageReference name : image.names()) {
        draft.point(ImageIndex.stored(name), image.id());
      }
      open(List.of(image));
      publish(draft.finish());
      return new PulledImage(index.get(image.id()), !image.id().equals(before));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void pulled(ImageReference reference) {
    String id = index.byReference(reference).map(Image::id).orElse("");
    tell(index, "pull", id, reference.familiar(), reference.familiarName());
  }

  private void install(NewImage image) throws IOException {
    image.hold(
        layers.install(image.document().diffIds(), image.document().chains(), image.layers()));
  }

  /** Puts whole images into the catalog, all at once. */
  private List<LoadedImage> add(List<NewImage> images, Consumer<ImageProgress> progress)
      throws IOException {
    snapshotter.sync();
    lock.lock();
    try {
      Catalog.Draft draft = catalog.draft();
      for (NewImage image : images) {
        draft.add(image.id(), image.parent());
        for (ImageReference name : image.names()) {
          String before = draft.point(name, image.id());
          if (before != null && !before.equals(image.id())) {
            progress.accept(ImageProgress.message(renamed(name, before)));
          }
        }
      }
      open(images);
      publish(draft.finish());
      images.forEach(image -> tell("load", image.id(), image.id()));
      return images.stream().flatMap(image -> image.loaded(index).stream()).toList();
    } finally {
      lock.unlock();
    }
  }

  private static String renamed(ImageReference name, String id) {
    return "The image %s already exists, renaming the old one with ID %s to empty string"
        .formatted(name.familiar(), id);
  }

  /**
   * Stores configurations and takes over the claims of new images; those of images that are there
   * stay as they are.
   */
  private void open(List<NewImage> images) throws IOException {
    for (NewImage image : images) {
      content.put(image.config());
      if (!stored.containsKey(image.id())) {
        stored.put(image.id(), new Stored(image.document(), image.takeHold()));
      }
    }
  }

  @Override
  public Export save(List<String> namesOrIds) {
    Map<String, ImageExport.Held> held = new LinkedHashMap<>();
    boolean done = false;
    lock.lock();
    try {
      ImageSelection selection = ImageSelection.of(index, namesOrIds);
      for (String id : selection.ids()) {
        held.put(id, hold(id));
      }
      done = true;
      return new ImageExport(selection, held, snapshotter, stager, id -> tell("save", id, id));
    } catch (IOException e) {
      throw new EngineException.Internal("save: " + e.getMessage(), e);
    } finally {
      lock.unlock();
      if (!done) {
        held.values().forEach(ImageExport.Held::close);
      }
    }
  }

  @Override
  public Image importRootfs(
      InputStream tar,
      @Nullable String reference,
      List<String> changes,
      String message,
      @Nullable String platform,
      Consumer<ImageProgress> progress)
      throws IOException {
    ImageReference name = newTag(reference, "cannot import digest reference");
    ImportedConfig config =
        ImportedConfig.of(changes, message, Platforms.parse(platform), clock.instant());
    try (PendingLayer layer = stager.stage(tar, new LoadProgress(progress)::importing);
        NewImage image =
            NewImage.of(config.with(layer.unpacked().diffId()), List.of(), layer, "")) {
      Image made = add(image, name);
      tell("import", made.id(), made.id());
      return made;
    } catch (TarFormatException e) {
      throw notAnArchive(e);
    }
  }

  @Override
  public Image commit(Commit commit, InputStream layer) throws IOException {
    ImageReference name = newTag(commit.reference(), "cannot commit to digest reference");
    try (ImageExport.Held base = commit.baseId().isEmpty() ? null : hold(commit.baseId());
        PendingLayer pending = stager.stage(layer, bytes -> {});
        NewImage image = CommittedConfig.image(commit, base, pending, clock.instant())) {
      return add(image, name);
    }
  }

  private ImageExport.Held hold(String nameOrId) throws IOException {
    lock.lock();
    try {
      String id = index.get(nameOrId).id();
      ImageDocument document = stored(id).document;
      byte[] config = content.read(Digest.parse(id));
      return new ImageExport.Held(config, document, layers.hold(document.chains()));
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable ImageReference newTag(@Nullable String reference, String refusal) {
    ImageReference name = reference == null ? null : ImageReference.parse(reference);
    if (name != null && name.digest() != null) {
      throw new EngineException.InvalidParameter(refusal);
    }
    return name;
  }

  /** Puts an image made here into the catalog, with a tag if it gets one. */
  private Image add(NewImage image, @Nullable ImageReference name) throws IOException {
    install(image);
    snapshotter.sync();
    lock.lock();
    try {
      Catalog.Draft draft = catalog.draft();
      draft.add(image.id(), image.parent());
      if (name != null) {
        draft.point(ImageIndex.stored(name), image.id());
        draft.touch(image.id(), clock.instant());
      }
      open(List.of(image));
      publish(draft.finish());
      if (name != null) {
        tell("tag", image.id(), name.familiar());
      }
      return index.get(image.id());
    } finally {
      lock.unlock();
    }
  }

  private static EngineException notAnArchive(TarFormatException e) {
    return new EngineException.InvalidParameter("Error processing tar file: " + e.getMessage(), e);
  }

  @Override
  public Image tag(String nameOrId, String reference) {
    ImageReference name = ImageReference.parse(reference);
    if (name.digest() != null) {
      throw new EngineException.InvalidParameter(
          "refusing to create a tag with a digest reference");
    }
    lock.lock();
    try {
      Image image = index.get(nameOrId);
      Catalog.Draft draft = catalog.draft();
      draft.point(ImageIndex.stored(name), image.id());
      draft.touch(image.id(), clock.instant());
      publish(draft.finish());
      tell("tag", image.id(), name.familiar());
      return index.get(image.id());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<ImageDeletion> remove(
      String nameOrId, boolean force, boolean prune, ImageUsers usedBy) {
    lock.lock();
    try {
      List<ImageRemoval.Step> steps = ImageRemoval.plan(index, nameOrId, force, prune, usedBy);
      ImageIndex before = index;
      Catalog.Draft draft = catalog.draft();
      for (ImageRemoval.Step step : steps) {
        switch (step) {
          case ImageRemoval.Step.Untag untag -> draft.unpoint(untag.reference());
          case ImageRemoval.Step.Delete delete -> draft.remove(delete.imageId());
        }
      }
      publish(draft.finish());
      return carryOut(steps, before);
    } finally {
      lock.unlock();
    }
  }

  private List<ImageDeletion> carryOut(List<ImageRemoval.Step> steps, ImageIndex before) {
    List<ImageDeletion> answer = new ArrayList<>();
    for (ImageRemoval.Step step : steps) {
      switch (step) {
        case ImageRemoval.Step.Untag untag -> {
          if (untag.event()) {
            tell(before, "untag", untag.imageId(), untag.imageId());
          }
          answer.add(new ImageDeletion(untag.reference().familiar(), null));
        }
        case ImageRemoval.Step.Delete delete -> {
          tell(before, "delete", delete.imageId(), delete.imageId());
          answer.add(new ImageDeletion(null, delete.imageId()));
          for (String chain : close(delete.imageId())) {
            answer.add(new ImageDeletion(null, chain));
          }
        }
      }
    }
    return answer;
  }

  /** Lets go of an image that is no longer in the catalog; says which layers went with it. */
  private List<String> close(String id) {
    Stored image = stored(id);
    stored.remove(id);
    try {
      content.delete(Digest.parse(id));
    } catch (IOException e) {
      LOG.warn("the configuration of image {} is left for the next start: {}", id, e.getMessage());
    }
    return image.layers.release();
  }

  private void tell(String action, String imageId, String name) {
    tell(index, action, imageId, name);
  }

  private void tell(ImageIndex at, String action, String imageId, String name) {
    tell(at, action, imageId, imageId, name);
  }

  /** dockerd's attributes of an image's event: its labels, and a name. */
  private void tell(ImageIndex at, String action, String imageId, String actor, String name) {
    Map<String, String> attributes = new HashMap<>();
    Image image = at.byId().get(imageId);
    if (image != null && image.config().labels() != null) {
      attributes.putAll(image.config().labels());
    }
    attributes.put("name", name);
    journal.append(EngineEvent.Type.IMAGE, action, actor, attributes);
  }
}
