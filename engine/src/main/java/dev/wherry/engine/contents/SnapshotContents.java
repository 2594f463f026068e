package dev.wherry.engine.contents;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TreeArchiver;
import dev.wherry.engine.launch.Accounts;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.LifecycleParts;
import dev.wherry.engine.lifecycle.RootPreparation;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.tar.TarWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Contents of containers whose file systems are snapshots of {@link LifecycleParts}. */
public final class SnapshotContents implements ContainerContents {
  private final LifecycleParts parts;
  private final ContainerLifecycle lifecycle;
  private final ContainerTrees trees;
  private final ContainerCommit commits;

  /**
   * @param lifecycle of the same parts
   */
  public SnapshotContents(LifecycleParts parts, ContainerLifecycle lifecycle) {
    this.parts = parts;
    this.lifecycle = lifecycle;
    this.trees = new ContainerTrees(parts);
    this.commits = new ContainerCommit(parts, lifecycle);
  }

  @Override
  public List<Change> changes(String id) {
    Container container = lifecycle.index().get(id);
    return UpperChanges.of(parts.paths(), parts.snapshotter().stack(container.id()));
  }

  @Override
  public Outgoing export(String id) {
    Container container = lifecycle.index().get(id);
    refuseHalfGone(container, "export");
    Snapshotter.View view = parts.snapshotter().view(container.id());
    boolean opened = false;
    try {
      RootDir root = parts.paths().openRoot(view.root());
      opened = true;
      return new Export(container, view, root);
    } finally {
      if (!opened) {
        view.close();
      }
    }
  }

  /**
   * dockerd's refusal of what is being removed.
   *
   * @param verb what can't be done to it
   */
  static void refuseHalfGone(Container container, String verb) {
    String state =
        switch (container.state()) {
          case ContainerState.Dead ignored -> "Dead";
          case ContainerState.Removing ignored -> "being removed";
          case ContainerState.Created ignored -> "";
          case ContainerState.Running ignored -> "";
          case ContainerState.Paused ignored -> "";
          case ContainerState.Restarting ignored -> "";
          case ContainerState.Exited ignored -> "";
        };
    if (!state.isEmpty()) {
      throw new EngineException.Conflict(
          "You cannot %s container %s which is %s".formatted(verb, container.id(), state));
    }
  }

  private final class Export implements Outgoing {
    private final Container container;
    private final Snapshotter.View view;
    private final RootDir root;

    Export(Container container, Snapshotter.View view, RootDir root) {
      this.container = container;
      this.view = view;
      this.root = root;
    }

    @Override
    public void writeTo(OutputStream archive) throws IOException {
      lifecycle.tell(container, "export", Map.of());
      try (TarWriter tar = new TarWriter(archive)) {
        new TreeArchiver(tar, TreeArchiver.Form.MERGED, parts.ids()).addContents(root.top(), "");
      }
    }

    @Override
    public void close() {
      root.close();
      view.close();
    }
  }

  @Override
  public PathStat stat(String id, String path) {
    Container container = lifecycle.index().get(id);
    ContainerPath inside = ContainerPath.of(path);
    try (ContainerTree tree = trees.open(container, true);
        Located located = Located.find(tree.root(), inside, id)) {
      return located.stat();
    }
  }

  @Override
  public PathArchive archive(String id, String path) {
    Container container = lifecycle.index().get(id);
    ContainerPath inside = ContainerPath.of(path);
    ContainerTree tree = trees.open(container, true);
    boolean found = false;
    try {
      Located located = Located.find(tree.root(), inside, id);
      found = true;
      return new Found(container, tree, located);
    } finally {
      if (!found) {
        tree.close();
      }
    }
  }

  private final class Found implements PathArchive {
    private final Container container;
    private final ContainerTree tree;
    private final Located located;

    Found(Container container, ContainerTree tree, Located located) {
      this.container = container;
      this.tree = tree;
      this.located = located;
    }

    @Override
    public PathStat stat() {
      return located.stat();
    }

    @Override
    public void writeTo(OutputStream archive) throws IOException {
      lifecycle.tell(container, "archive-path", Map.of());
      try (TarWriter tar = new TarWriter(archive)) {
        // With the host's ids, as in dockerd: what is bound in may belong to others than
        // containers.
        located.writeTo(new TreeArchiver(tar, TreeArchiver.Form.MERGED, IdMapping.IDENTITY));
      }
    }

    @Override
    public void close() {
      located.close();
      tree.close();
    }
  }

  @Override
  public Incoming extractInto(String id, String path, ExtractOptions options) {
    Container container = lifecycle.index().get(id);
    ContainerPath inside = ContainerPath.of(path);
    ContainerTree tree = trees.open(container, false);
    boolean opened = false;
    try {
      String directory = directory(tree.root(), inside, id);
      refuseReadOnly(container, directory);
      ArchiveExtraction.Owner owner =
          options.ownedByUser() && !container.config().user().isEmpty()
              ? owner(container, tree.root())
              : null;
      lifecycle.tell(container, "extract-to-dir", Map.of());
      opened = true;
      return new ArchiveExtraction(
          tree, directory.equals("/") ? "" : directory, parts.ids(), options.keepKinds(), owner);
    } finally {
      if (!opened) {
        tree.close();
      }
    }
  }

  /** The directory a path leads to, as a path without links. */
  private static String directory(RootDir root, ContainerPath path, String ref) {
    try (DirFd directory = root.openDirectory(path.inside())) {
      return root.pathInside(directory.fd());
    } catch (LinuxException e) {
      if (e.is(Errno.ENOTDIR)) {
        throw new EngineException.InvalidParameter("extraction point is not a directory", e);
      }
      throw Located.failure(e, path, ref);
    }
  }

  /** Says in dockerd's words what the kernel would refuse. */
  private static void refuseReadOnly(Container container, String directory) {
    Optional<MountPoint> mount =
        container.mounts().stream()
            .filter(
                m ->
                    directory.equals(m.destination())
                        || directory.startsWith(m.destination() + "/"))
            .max(Comparator.comparingInt(m -> m.destination().length()));
    if (mount.isPresent() && !mount.get().readWrite()) {
      throw new EngineException.Forbidden("mounted volume is marked read-only");
    }
    if (mount.isEmpty() && container.hostConfig().security().readonlyRootfs()) {
      throw new EngineException.Forbidden("container rootfs is marked read-only");
    }
  }

  private static ArchiveExtraction.Owner owner(Container container, RootDir root) {
    Accounts.Identity user =
        RootPreparation.accounts(root).resolve(container.config().user(), List.of());
    return new ArchiveExtraction.Owner(user.uid(), user.gid());
  }

  @Override
  public String commit(String id, CommitRequest request) {
    return commits.commit(lifecycle.index().get(id), request);
  }
}
