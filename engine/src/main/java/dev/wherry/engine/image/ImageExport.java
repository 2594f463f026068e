package dev.wherry.engine.image;

import dev.wherry.engine.archive.ArchiveWriter;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.snapshot.CommittedLayer;
import dev.wherry.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes chosen images, whose layers it holds until it is closed. */
final class ImageExport implements ImageStore.Export {

  /** An image with a claim on its layers. */
  static final class Held implements AutoCloseable {
    private final byte[] config;
    private final ImageDocument document;
    private final LayerReferences.Hold layers;

    Held(byte[] config, ImageDocument document, LayerReferences.Hold layers) {
      this.config = config;
      this.document = document;
      this.layers = layers;
    }

    byte[] config() {
      return config;
    }

    ImageDocument document() {
      return document;
    }

    /** Its layers, lowest first. */
    List<CommittedLayer> layers(Snapshotter snapshotter) {
      return document.chains().stream().map(chain -> layer(snapshotter, chain)).toList();
    }

    private static CommittedLayer layer(Snapshotter snapshotter, String chain) {
      return snapshotter
          .committed(chain)
          .orElseThrow(() -> new EngineException.NotFound("layer " + chain + " does not exist"));
    }

    @Override
    public void close() {
      layers.close();
    }
  }

  private final ImageSelection selection;
  private final Map<String, Held> images;
  private final Snapshotter snapshotter;
  private final LayerStager stager;
  private final Consumer<String> saved;

  /**
   * @param images by id, all that the selection names
   * @param saved told each image's id once it is written
   */
  ImageExport(
      ImageSelection selection,
      Map<String, Held> images,
      Snapshotter snapshotter,
      LayerStager stager,
      Consumer<String> saved) {
    this.selection = selection;
    this.images = images;
    this.snapshotter = snapshotter;
    this.stager = stager;
    this.saved = saved;
  }

  @Override
  public void writeTo(OutputStream archive) throws IOException {
    try (ArchiveWriter writer = new ArchiveWriter(archive)) {
      for (Map.Entry<String, Held> image : images.entrySet()) {
        write(image.getKey(), image.getValue(), writer);
        saved.accept(image.getKey());
      }
    }
  }

  private void write(String id, Held image, ArchiveWriter writer) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    for (ImageReference name : selection.namesOf(id)) {
      names.put(name.toString(), name.familiar());
    }
    List<ArchiveWriter.Layer> layers = new ArrayList<>();
    for (CommittedLayer layer : image.layers(snapshotter)) {
      layers.add(
          new ArchiveWriter.Layer(
              Digest.parse(layer.diffId()), layer.archiveSize(), () -> stager.archive(layer)));
    }
    writer.add(image.config, names, layers, selection.savedParent(id));
  }

  @Override
  public void close() {
    images.values().forEach(Held::close);
  }
}
