package dev.wherry.engine.contents;

import dev.wherry.engine.linux.GraftedTree;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.snapshot.Snapshotter;

/** A container's file system with its volumes and bind mounts in place, open. */
record ContainerTree(Snapshotter.View view, GraftedTree tree) implements AutoCloseable {

  RootDir root() {
    return tree.root();
  }

  @Override
  public void close() {
    try {
      tree.close();
    } finally {
      view.close();
    }
  }
}
