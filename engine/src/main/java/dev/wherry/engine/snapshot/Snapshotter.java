package dev.wherry.engine.snapshot;

import java.nio.file.Path;
import java.util.List;
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

  /** Whether the committed snapshot is there. */
  boolean exists(String chainId);

  /**
   * Starts a new committed layer on top of {@code parent}; write files below {@link
   * Extraction#root}.
   */
  Extraction extract(@Nullable String parent);

  /** Makes the writable layer {@code key} on top of {@code parent}; mounts nothing. */
  void prepare(String key, @Nullable String parent);

  /** Mounts the active snapshot and returns its root; a second call returns the same mount. */
  Path mount(String key);

  /** Undoes {@link #mount}; nothing happens if it is not mounted. */
  void unmount(String key);

  /** Removes an active snapshot and all its files; nothing happens if there is none. */
  void remove(String key);

  /** Removes a committed layer that no other snapshot stands on. */
  void removeCommitted(String chainId);

  /** Bytes the writable layer holds. */
  long usage(String key);

  /** Bytes a committed layer holds by itself, as recorded when it was made. */
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

  /** A layer being written. Exactly one of commit and close takes effect. */
  interface Extraction extends AutoCloseable {
    Path root();

    /** Makes the layer visible under its chain id; if it is there already, ours is dropped. */
    void commit(String chainId, long size);

    /** Drops what was written, unless committed. */
    @Override
    void close();
  }

  /** Where a snapshot's directories are; {@code null} where it has none. */
  record Layout(
      @Nullable String lowerDir,
      @Nullable String mergedDir,
      @Nullable String upperDir,
      @Nullable String workDir) {}
}
