package dev.wherry.engine.layer;

import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.snapshot.CommittedLayer;
import dev.wherry.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Unpacks layers into a snapshotter, and reads them back from it. */
public final class LayerStager {
  private final Snapshotter snapshotter;
  private final Paths paths;
  private final LayerLimits limits;
  private final LayerUnpacker unpacker;

  public LayerStager(Snapshotter snapshotter, Paths paths, LayerLimits limits) {
    this.snapshotter = snapshotter;
    this.paths = paths;
    this.limits = limits;
    this.unpacker = new LayerUnpacker(paths, limits, snapshotter.ids());
  }

  /** What the layers that are staged may be. */
  public LayerLimits limits() {
    return limits;
  }

  /**
   * Unpacks an archive; when that fails, nothing of it is left.
   *
   * @param progress see {@link LayerUnpacker#unpack}
   */
  public PendingLayer stage(InputStream archive, LongConsumer progress) throws IOException {
    Snapshotter.Extraction extraction = snapshotter.extract();
    boolean unpacked = false;
    try {
      UnpackedLayer layer =
          unpacker.unpack(archive, extraction.root(), extraction.attic(), progress);
      unpacked = true;
      return new PendingLayer(extraction, layer);
    } finally {
      if (!unpacked) {
        extraction.close();
      }
    }
  }

  /** The uncompressed archive of a committed layer. */
  public InputStream archive(CommittedLayer layer) throws IOException {
    String chainId = layer.chainId();
    return LayerArchive.open(
        paths, snapshotter.layers(chainId).getLast(), snapshotter.attic(chainId));
  }
}
