package dev.wherry.engine.linux;

/**
 * A directory tree with more mounted in it than others see; see {@link Mounts#graft}. May be used
 * from any thread. Closing takes it down once nothing of it is open any more.
 */
public final class GraftedTree implements AutoCloseable {
  private final RootDir root;

  /** Keeps the mount namespace, and with it the way from one of its mounts to the next. */
  private final Fd namespace;

  GraftedTree(RootDir root, Fd namespace) {
    this.root = root;
    this.namespace = namespace;
  }

  /** The tree, owned by this object. */
  public RootDir root() {
    return root;
  }

  @Override
  public void close() {
    root.close();
    namespace.close();
  }
}
