package dev.wherry.engine.contents;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.GraftedTree;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.snapshot.Snapshotter;

/** A container's file system with its volumes and bind mounts in place, open. */
record ContainerTree(Snapshotter.View view, GraftedTree tree, Undo sources)
    implements AutoCloseable {

  RootDir root() {
    return tree.root();
  }

  @Override
  public void close() {
    try (view) {
      tree.close();
      takeBack(sources);
    }
  }

  /** Unmounts what was mounted for this look alone. */
  static void takeBack(Undo sources) {
    EngineException failure = new EngineException.Internal("what was looked at stays mounted");
    sources.run(failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }
}
