package dev.wherry.engine.layer;

import dev.wherry.engine.snapshot.CommittedLayer;
import dev.wherry.engine.snapshot.Snapshotter;
import org.jspecify.annotations.Nullable;

/** A layer that is unpacked and not committed yet; closing drops it unless it was. One thread. */
public final class PendingLayer implements AutoCloseable {
  private final Snapshotter.Extraction extraction;
  private final UnpackedLayer unpacked;
  private boolean committed;

  PendingLayer(Snapshotter.Extraction extraction, UnpackedLayer unpacked) {
    this.extraction = extraction;
    this.unpacked = unpacked;
  }

  public UnpackedLayer unpacked() {
    return unpacked;
  }

  /** Whether it has its place and can't be given another. */
  public boolean isCommitted() {
    return committed;
  }

  /** Gives it its place on top of a parent, {@code null} for none. */
  public void commit(String chainId, @Nullable String parent) {
    extraction.commit(
        new CommittedLayer(
            chainId,
            parent,
            unpacked.diffId().toString(),
            unpacked.size(),
            unpacked.archiveSize()));
    committed = true;
  }

  @Override
  public void close() {
    extraction.close();
  }
}
