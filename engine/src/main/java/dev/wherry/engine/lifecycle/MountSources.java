package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What is mounted in a container and has no fixed path on the host: images, and parts of volumes
 * and images. A part is found inside its volume or image and held by a mount of its own, so that
 * whoever changes links in there meanwhile changes nothing.
 */
public final class MountSources {
  private static final int PRIVATE = 0700;
  private static final int FILE = 0600;

  private final Paths paths;
  private final Mounts mounts;
  private final Snapshotter snapshotter;

  public MountSources(Paths paths, Mounts mounts, Snapshotter snapshotter) {
    this.paths = paths;
    this.mounts = mounts;
    this.snapshotter = snapshotter;
  }

  /** The snapshot of the image that is a container's n-th mount. */
  static String imageKey(String containerId, int index) {
    return containerId + ".image" + index;
  }

  /** The snapshots of a container's images. */
  static List<String> imageKeys(Container container) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < container.mounts().size(); i++) {
      if (container.mounts().get(i).type() == MountSpec.Type.IMAGE) {
        keys.add(imageKey(container.id(), i));
      }
    }
    return keys;
  }

  /** For a container that starts: its images stay mounted until {@link #close}. */
  Container forStart(Container container, Path directory, Undo undo) {
    return open(
        container,
        directory,
        undo,
        key -> {
          snapshotter.mount(key);
          return () -> snapshotter.unmount(key);
        });
  }

  /** For somebody who looks at a container's files, until all is undone. */
  public Container forView(Container container, Path directory, Undo undo) {
    return open(container, directory, undo, key -> snapshotter.view(key)::close);
  }

  /**
   * Mounts them.
   *
   * @param directory is made to hold the parts
   * @param images mounts an image's snapshot, and gives how to unmount it
   * @param undo gets how to take them down again
   * @return the container with mounts that lead to them
   * @throws EngineException.InvalidParameter if a part is not there or lies outside
   */
  private Container open(
      Container container, Path directory, Undo undo, Function<String, Runnable> images) {
    List<MountPoint> opened = new ArrayList<>();
    for (MountPoint mount : container.mounts()) {
      int index = opened.size();
      if (mount.type() == MountSpec.Type.IMAGE) {
        undo.add(images.apply(imageKey(container.id(), index)));
      }
      opened.add(mount.isPart() ? mount.from(part(mount, directory, index, undo)) : mount);
    }
    return container.withMounts(List.copyOf(opened));
  }

  private Path part(MountPoint mount, Path directory, int index, Undo undo) {
    String subpath = String.valueOf(mount.subpath());
    Path place = directory.resolve(Integer.toString(index));
    try (RootDir whole = paths.openRoot(Path.of(mount.source()));
        Fd part = whole.openBeneath(subpath)) {
      paths.mkdirs(directory, PRIVATE);
      snapshotter.ids().letThrough(paths, directory);
      undo.add(() -> close(directory));
      if (part.stat().isDirectory()) {
        paths.mkdirs(place, PRIVATE);
      } else {
        paths.open(place, OpenFlags.O_CREAT | OpenFlags.O_WRONLY, FILE).close();
      }
      mounts.bind(part, place, true);
      mounts.propagation(place, MountFlags.MS_REC | MountFlags.MS_PRIVATE);
      return place;
    } catch (LinuxException e) {
      if (e.is(Errno.EXDEV)) {
        throw new EngineException.InvalidParameter(
            "path \"%s\" escapes base \"%s\"".formatted(subpath, mount.source()), e);
      }
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
        throw new EngineException.InvalidParameter(
            "cannot access path %s/%s: %s"
                .formatted(mount.source(), subpath, e.errno().text().toLowerCase(Locale.ROOT)),
            e);
      }
      throw e;
    }
  }

  /** Unmounts the parts in a directory and removes it; nothing happens if there is none. */
  void close(Path directory) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> places = Files.newDirectoryStream(directory)) {
      for (Path place : places) {
        Teardown.unmount(mounts, place);
      }
    } catch (IOException e) {
      throw new EngineException.Internal("cannot list " + directory + ": " + e.getMessage(), e);
    }
    paths.removeTree(directory);
  }

  /** Undoes what a start has mounted that is still up. */
  void close(Container container, Path directory) {
    close(directory);
    imageKeys(container).forEach(snapshotter::unmount);
  }
}
