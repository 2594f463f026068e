package dev.wherry.engine.snapshot;

import dev.wherry.engine.linux.IdMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps layers unpacked on disk and makes root file systems of them.
 *
 * <p>A <b>committed</b> snapshot is one read-only layer on top of its parent, named by its chain id
 * (OCI image-spec). An <b>active</b> one is a container's writable layer on top of a committed
 * parent, named by the container's id. A layer becomes visible only by {@link Extraction#commit},
 * in one atomic step; whatever a crash leaves before that is collected at the next start.
 *
 * <p>Thread-safe; blocking.
 */
public interface Snapshotter {

  /** The name shown as {@code Driver}, for example {@code overlay2}. */
  String driver();

  /** Whom files of containers belong to on disk. */
  IdMapping ids();

  /** Whether the committed snapshot is there. */
  default boolean exists(String chainId) {
    return committed(chainId).isPresent();
  }

  /** What is known of a committed layer, empty if it is not there; from memory. */
  Optional<CommittedLayer> committed(String chainId);

  /** All committed layers; a snapshot, from memory. */
  List<CommittedLayer> committed();

  /** Starts a new layer; write files below {@link Extraction#root}. */
  Extraction extract();

  /** Makes the writable layer {@code key} on top of {@code parent}; mounts nothing. */
  void prepare(String key, @Nullable String parent);

  /** Mounts the active snapshot and returns its root; a second call returns the same mount. */
  Path mount(String key);

  /**
   * Undoes {@link #mount}; nothing happens if it is not mounted. While there are views it stays
   * mounted.
   */
  void unmount(String key);

  /** Sees to it that the active snapshot is mounted until the view is closed. */
  View view(String key);

  /**
   * The active snapshot's layers, unmounted: whatever is written meanwhile is seen.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound if it is not there
   */
  Stack stack(String key);

  /**
   * Removes an active snapshot; nothing happens if there is none. Its files are out of sight when
   * this returns and deleted soon after.
   */
  void remove(String key);

  /**
   * Takes a committed layer out of {@link #committed()} and removes its files: at once, or, while a
   * snapshot stands on it, when the last one that does is removed, be it after a restart.
   *
   * @return whether nothing stood on it
   */
  boolean removeCommitted(String chainId);

  /** Bytes the writable layer holds. */
  long usage(String key);

  /**
   * Bytes a committed layer holds by itself, as recorded when it was made.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound if it is not there
   */
  long committedSize(String chainId);

  /** Directories to show as {@code GraphDriver.Data}: LowerDir, MergedDir, UpperDir, WorkDir. */
  Layout layout(String key);

  /** As {@link #layout(String)} for a committed snapshot. */
  Layout committedLayout(String chainId);

  /** All active snapshots on disk, for the reconciliation at start. */
  List<String> activeKeys();

  /**
   * Read-only view of a committed snapshot's whole tree, lowest layer first, for diffs and saves.
   */
  List<Path> layers(String chainId);

  /** Returns once all that was written so far, layers included, is on disk. */
  void sync();

  /** What {@link Extraction#attic} of a committed layer holds. */
  Path attic(String chainId);

  /** A layer being written. Exactly one of commit and close takes effect. */
  interface Extraction extends AutoCloseable {
    Path root();

    /** A directory for what belongs to the layer without being part of its tree. */
    Path attic();

    /**
     * Makes the layer visible under its chain id; if it is there already, ours is dropped.
     *
     * @throws dev.wherry.engine.error.EngineException.NotFound if its parent is not there
     */
    void commit(CommittedLayer layer);

    /** Drops what was written, unless committed. */
    @Override
    void close();
  }

  /** An active snapshot's root file system, mounted for as long as this is open. */
  interface View extends AutoCloseable {
    Path root();

    /** Unmounts it if nobody else needs it; a second time nothing happens. */
    @Override
    void close();
  }

  /**
   * Directories of layers, as the overlay file system has them.
   *
   * @param upper what is the snapshot's own
   * @param lower what lies below, the uppermost first
   */
  record Stack(Path upper, List<Path> lower) {}

  /** Where a snapshot's directories are; {@code null} where it has none. */
  record Layout(
      @Nullable String lowerDir,
      @Nullable String mergedDir,
      @Nullable String upperDir,
      @Nullable String workDir) {}
}
