package dev.wherry.engine.image;

import dev.wherry.engine.archive.ArchivedImage;
import dev.wherry.engine.archive.ImageArchive;
import dev.wherry.engine.content.ContentStore;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.Journal;
import dev.wherry.engine.files.UnmappedOwnerException;
import dev.wherry.engine.layer.LayerLimits;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.store.JsonDocumentStore;
import dev.wherry.engine.tar.TarFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Images on disk: configurations as blobs, layers in the snapshotter, and an {@link ImageTable} of
 * what there is. Work on an image is done beside what is there and becomes visible with the
 * catalog's one atomic write; what was done and not written down is collected at the next start.
 */
public final class FileImageStore implements ImageStore {
  private final Snapshotter snapshotter;
  private final Clock clock;
  private final LayerStager stager;
  private final LayerReferences layers;
  private final ImageTable table;
  private final ImageEvents events;

  /**
   * Opens the store and collects what was interrupted.
   *
   * @param directory for its own files, {@code image} below the data root
   * @param snapshotter which keeps the layers of this store and of no other
   */
  public FileImageStore(
      Path directory, Snapshotter snapshotter, Paths paths, Journal journal, Clock clock) {
    this(directory, snapshotter, paths, journal, clock, LayerLimits.DEFAULT);
  }

  /** The same with limits of one's own. */
  public FileImageStore(
      Path directory,
      Snapshotter snapshotter,
      Paths paths,
      Journal journal,
      Clock clock,
      LayerLimits limits) {
    this.snapshotter = snapshotter;
    this.clock = clock;
    this.events = new ImageEvents(journal);
    this.stager = new LayerStager(snapshotter, paths, limits);
    this.layers = new LayerReferences(snapshotter, stager);
    this.table =
        new ImageTable(
            new JsonDocumentStore<>(directory.resolve("catalog"), Catalog.class),
            new ContentStore(directory),
            layers,
            snapshotter);
  }

  @Override
  public List<Image> list() {
    return table.index().newestFirst();
  }

  @Override
  public Image get(String nameOrId) {
    return table.index().get(nameOrId);
  }

  @Override
  public StoredManifest manifest(String id) {
    return table.manifest(id);
  }

  @Override
  public List<LoadedImage> load(
      InputStream archive, String platform, Consumer<ImageProgress> progress) throws IOException {
    List<NewImage> images = new ArrayList<>();
    try (ImageArchive read =
        ImageArchive.read(archive, stager, this::isKnown, new LoadProgress(progress))) {
      for (ArchivedImage archived : read.images(Platforms.parse(platform), platform.isEmpty())) {
        NewImage image = NewImage.of(archived);
        images.add(image);
        Platforms.require(image.document().image(), image.called(), platform);
      }
      for (NewImage image : images) {
        install(image);
      }
      snapshotter.sync();
      return table.exclusively(() -> add(images, progress));
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

  private void install(NewImage image) throws IOException {
    image.hold(
        layers.install(image.document().diffIds(), image.document().chains(), image.layers()));
  }

  /** Puts whole images into the catalog, all at once. */
  private List<LoadedImage> add(List<NewImage> images, Consumer<ImageProgress> progress)
      throws IOException {
    Catalog.Draft draft = table.draft();
    for (NewImage image : images) {
      draft.add(image.id(), image.parent());
      for (ImageReference name : image.names()) {
        String before = draft.point(name, image.id());
        if (before != null && !before.equals(image.id())) {
          progress.accept(ImageProgress.message(renamed(name, before)));
        }
      }
    }
    table.publish(draft, images);
    images.forEach(image -> events.tell(table.index(), "load", image.id(), image.id()));
    return images.stream().flatMap(image -> image.loaded(table.index()).stream()).toList();
  }

  private static String renamed(ImageReference name, String id) {
    return "The image %s already exists, renaming the old one with ID %s to empty string"
        .formatted(name.familiar(), id);
  }

  @Override
  public IncomingImage receive(byte[] config) {
    return new IncomingImage(config, layers, stager, this::isKnown, this::addPulled);
  }

  /** Puts a pulled image, whose layers are there, into the catalog under its names. */
  private PulledImage addPulled(NewImage image, ImageReference asked) throws IOException {
    snapshotter.sync();
    return table.exclusively(
        () -> {
          Catalog.Draft draft = table.draft();
          draft.add(image.id(), "");
          String before = table.index().references().get(ImageIndex.stored(asked).toString());
          for (ImageReference name : image.names()) {
            draft.point(ImageIndex.stored(name), image.id());
          }
          table.publish(draft, List.of(image));
          return new PulledImage(get(image.id()), !image.id().equals(before));
        });
  }

  @Override
  public void pulled(ImageReference reference) {
    tell("pull", reference);
  }

  private void tell(String action, ImageReference reference) {
    ImageIndex index = table.index();
    String id = index.byReference(reference).map(Image::id).orElse("");
    events.tell(index, action, id, reference.familiar(), reference.familiarName());
  }

  @Override
  public OutgoingImage send(String nameOrId) {
    try {
      return OutgoingImage.of(table.hold(nameOrId), snapshotter, stager);
    } catch (IOException e) {
      throw new EngineException.Internal("push: " + e.getMessage(), e);
    }
  }

  @Override
  public void sent(String imageId, ImageReference reference) {
    table.exclusively(
        () -> {
          Catalog.Draft draft = table.draft();
          if (table.index().byId().containsKey(imageId)) {
            draft.point(ImageIndex.stored(reference), imageId);
            table.publish(draft);
          }
          return imageId;
        });
  }

  @Override
  public void pushed(ImageReference reference) {
    tell("push", reference);
  }

  @Override
  public Export save(List<String> namesOrIds, String platform) {
    return table.exclusively(() -> export(namesOrIds, platform));
  }

  private Export export(List<String> namesOrIds, String platform) {
    Map<String, ImageExport.Held> held = new LinkedHashMap<>();
    boolean done = false;
    try {
      ImageSelection selection = ImageSelection.of(table.index(), namesOrIds);
      for (String id : selection.ids()) {
        Platforms.require(get(id), selection.called(id), platform);
        held.put(id, table.hold(id));
      }
      done = true;
      return new ImageExport(
          selection, held, snapshotter, stager, id -> events.tell(table.index(), "save", id, id));
    } catch (IOException e) {
      throw new EngineException.Internal("save: " + e.getMessage(), e);
    } finally {
      if (!done) {
        held.values().forEach(ImageExport.Held::close);
      }
    }
  }

  @Override
  public Image importRootfs(InputStream tar, Import request, Consumer<ImageProgress> progress)
      throws IOException {
    ImageReference name = newTag(request.reference(), "cannot import digest reference");
    ImportedConfig config = ImportedConfig.of(request, clock.instant());
    try (PendingLayer layer = stager.stage(tar, new LoadProgress(progress)::importing);
        NewImage image =
            NewImage.of(config.with(layer.unpacked().diffId()), List.of(), layer, "")) {
      Image made = add(image, name);
      events.tell(table.index(), "import", made.id(), made.id());
      return made;
    } catch (TarFormatException e) {
      throw notAnArchive(e);
    }
  }

  @Override
  public Image commit(Commit commit, InputStream layer) throws IOException {
    ImageReference name = newTag(commit.reference(), "cannot commit to digest reference");
    try (ImageExport.Held base = commit.baseId().isEmpty() ? null : table.hold(commit.baseId());
        PendingLayer pending = stager.stage(layer, bytes -> {});
        NewImage image = CommittedConfig.image(commit, base, pending, clock.instant())) {
      return add(image, name);
    }
  }

  private static @Nullable ImageReference newTag(@Nullable String reference, String refusal) {
    ImageReference name =
        reference == null ? null : ImageReference.parse(reference).withDefaultTag();
    if (name != null && name.digest() != null) {
      throw new EngineException.InvalidParameter(refusal);
    }
    return name;
  }

  /** Puts an image made here into the catalog, with a tag if it gets one. */
  private Image add(NewImage image, @Nullable ImageReference name) throws IOException {
    install(image);
    snapshotter.sync();
    return table.exclusively(
        () -> {
          Catalog.Draft draft = table.draft();
          draft.add(image.id(), image.parent());
          if (name != null) {
            draft.point(ImageIndex.stored(name), image.id());
            draft.touch(image.id(), clock.instant());
          }
          table.publish(draft, List.of(image));
          if (name != null) {
            events.tell(table.index(), "tag", image.id(), name.familiar());
          }
          return get(image.id());
        });
  }

  private static EngineException notAnArchive(TarFormatException e) {
    if (e instanceof UnmappedOwnerException) {
      return new EngineException.Internal(String.valueOf(e.getMessage()), e);
    }
    return new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
  }

  @Override
  public Image tag(String nameOrId, String reference) {
    ImageReference name = ImageReference.parse(reference).withDefaultTag();
    if (name.digest() != null) {
      throw new EngineException.InvalidParameter("cannot import digest reference");
    }
    return table.exclusively(
        () -> {
          Image image = get(nameOrId);
          Catalog.Draft draft = table.draft();
          draft.point(ImageIndex.stored(name), image.id());
          draft.touch(image.id(), clock.instant());
          table.publish(draft);
          events.tell(table.index(), "tag", image.id(), name.familiar());
          return get(image.id());
        });
  }

  @Override
  public List<ImageDeletion> remove(
      String nameOrId, boolean force, boolean prune, ImageUsers usedBy) {
    return table.exclusively(
        () -> {
          ImageIndex before = table.index();
          List<ImageRemoval.Step> steps = ImageRemoval.plan(before, nameOrId, force, prune, usedBy);
          Catalog.Draft draft = table.draft();
          for (ImageRemoval.Step step : steps) {
            switch (step) {
              case ImageRemoval.Step.Untag untag -> draft.unpoint(untag.reference());
              case ImageRemoval.Step.Delete delete -> draft.remove(delete.imageId());
            }
          }
          table.publish(draft);
          return carryOut(steps, before);
        });
  }

  private List<ImageDeletion> carryOut(List<ImageRemoval.Step> steps, ImageIndex before) {
    List<ImageDeletion> answer = new ArrayList<>();
    for (ImageRemoval.Step step : steps) {
      switch (step) {
        case ImageRemoval.Step.Untag untag -> {
          if (untag.event()) {
            events.tell(before, "untag", untag.imageId(), untag.imageId());
          }
          answer.add(new ImageDeletion(untag.reference().familiar(), null));
        }
        case ImageRemoval.Step.Delete delete -> {
          // As from dockerd without its labels: it is gone.
          events.tell(table.index(), "delete", delete.imageId(), delete.imageId());
          answer.add(new ImageDeletion(null, delete.imageId()));
          for (String chain : table.close(delete.imageId())) {
            answer.add(new ImageDeletion(null, chain));
          }
        }
      }
    }
    return answer;
  }
}
