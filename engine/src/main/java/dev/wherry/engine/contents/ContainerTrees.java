package dev.wherry.engine.contents;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.lifecycle.ContainerEvents;
import dev.wherry.engine.lifecycle.LifecycleParts;
import dev.wherry.engine.lifecycle.MountSources;
import dev.wherry.engine.lifecycle.RootDirectories;
import dev.wherry.engine.lifecycle.RootPreparation;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Mounts.Graft;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.network.NetworkFiles;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.store.Ids;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Opens containers' file systems as the containers see them: the root file system with volumes,
 * bind mounts and the files of its network. What only lives in the container's own mount namespace,
 * such as a tmpfs, is not seen, as in dockerd.
 */
final class ContainerTrees {
  private static final int FILE_MODE = 0755;

  private final LifecycleParts parts;
  private final RootPreparation preparation;
  private final MountSources sources;
  private final ContainerEvents events;

  ContainerTrees(LifecycleParts parts) {
    this.parts = parts;
    this.preparation = new RootPreparation(parts.paths(), parts.ids());
    this.sources = new MountSources(parts.paths(), parts.mounts(), parts.snapshotter());
    this.events = new ContainerEvents(parts.journal());
  }

  /**
   * @param readOnly whether nothing at all is to be written
   */
  ContainerTree open(Container container, boolean readOnly) {
    Snapshotter.View view = parts.snapshotter().view(container.id());
    Undo undo = new Undo();
    boolean opened = false;
    try {
      Container mounted = withSources(container, undo);
      List<Graft> grafts = grafts(mounted, readOnly);
      try (RootDir root = parts.paths().openRoot(view.root())) {
        preparation.fillVolumes(mounted, root);
        grafts.forEach(graft -> makePlace(root, graft));
      }
      boolean sealed = readOnly || container.hostConfig().security().readonlyRootfs();
      ContainerTree tree =
          new ContainerTree(view, parts.mounts().graft(view.root(), grafts, sealed), undo);
      opened = true;
      return tree;
    } finally {
      if (!opened) {
        ContainerTree.takeBack(undo);
        view.close();
      }
    }
  }

  /** Sees to it that volumes that are mounts, parts of volumes and images are there. */
  private Container withSources(Container container, Undo undo) {
    String id = Ids.random();
    undo.add(() -> events.volumesUnmounted(container));
    for (MountPoint mount : container.mounts()) {
      if (mount.type() == MountSpec.Type.VOLUME) {
        parts.volumes().mount(mount.name(), id);
        undo.add(() -> parts.volumes().unmount(mount.name(), id));
      }
    }
    events.volumesMounted(container);
    return sources.forView(container, parts.places().viewParts(container.id(), id), undo);
  }

  private List<Graft> grafts(Container container, boolean readOnly) {
    List<Graft> grafts = new ArrayList<>();
    for (MountPoint mount : container.mounts()) {
      Path source = Path.of(mount.source());
      // A source that is missing is made or refused at the start; until then nothing is there.
      if (mount.type() != MountSpec.Type.TMPFS && Files.exists(source)) {
        grafts.add(
            new Graft(
                source,
                mount.destination(),
                readOnly || !mount.readWrite(),
                !container
                    .hostConfig()
                    .bindOptions(mount)
                    .filter(MountSpec.BindOptions::nonRecursive)
                    .isPresent()));
      }
    }
    Set<String> taken = grafts.stream().map(Graft::place).collect(Collectors.toSet());
    boolean sealed = readOnly || container.hostConfig().security().readonlyRootfs();
    networkFiles(container, sealed).stream()
        .filter(file -> !taken.contains(file.place()) && Files.exists(file.source()))
        .forEach(grafts::add);
    // One on /a before one on /a/b.
    grafts.sort(
        Comparator.comparingLong(graft -> graft.place().chars().filter(c -> c == '/').count()));
    return grafts;
  }

  private List<Graft> networkFiles(Container container, boolean readOnly) {
    NetworkFiles.Location files =
        NetworkFiles.Location.in(parts.places().container(container.id()));
    return List.of(
        new Graft(files.resolvConf(), "/etc/resolv.conf", readOnly, false),
        new Graft(files.hostname(), "/etc/hostname", readOnly, false),
        new Graft(files.hosts(), "/etc/hosts", readOnly, false));
  }

  /** Makes what something is to be mounted on, if it is missing, as the runtime does at a start. */
  private void makePlace(RootDir root, Graft graft) {
    try {
      root.open(graft.place(), OpenFlags.O_PATH).close();
      return;
    } catch (LinuxException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
    if (Files.isDirectory(graft.source())) {
      RootDirectories.make(root, graft.place(), parts.ids());
      return;
    }
    String place = graft.place();
    RootDirectories.make(root, place.substring(0, place.lastIndexOf('/')), parts.ids());
    try (RootDir.Entry entry = root.locate(place)) {
      entry.parent().createFile(entry.name(), FILE_MODE).close();
      parts.ids().own(entry.parent(), entry.name());
    }
  }
}
