package dev.wherry.engine.snapshot;

import dev.wherry.engine.linux.Paths;
import java.nio.file.Path;
import java.util.function.BiPredicate;

/** A layer being written in a staging directory of its own. */
final class StagedLayer implements Snapshotter.Extraction {
  private final Path staged;
  private final Paths paths;
  private final BiPredicate<Path, CommittedLayer> committer;
  private boolean placed;

  /**
   * @param committer gives the directory its place and says whether it took it
   */
  StagedLayer(Path staged, Paths paths, BiPredicate<Path, CommittedLayer> committer) {
    this.staged = staged;
    this.paths = paths;
    this.committer = committer;
  }

  @Override
  public Path root() {
    return staged.resolve(OverlayDirectories.DIFF);
  }

  @Override
  public Path attic() {
    return staged.resolve(OverlayDirectories.ATTIC);
  }

  @Override
  public void commit(CommittedLayer layer) {
    placed = committer.test(staged, layer);
  }

  @Override
  public void close() {
    if (!placed) {
      paths.removeTree(staged);
    }
  }
}
