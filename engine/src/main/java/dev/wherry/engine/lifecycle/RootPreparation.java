package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TreeCopy;
import dev.wherry.engine.launch.Accounts;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is read from and made in a container's root file system before a start; confined to it. */
public final class RootPreparation {
  private static final int MAX_ACCOUNTS = 16 << 20;
  private static final int OPEN_TO_ALL = 0755;

  private final Paths paths;
  private final IdMapping ids;

  /**
   * @param ids whose root gets what is made
   */
  public RootPreparation(Paths paths, IdMapping ids) {
    this.paths = paths;
    this.ids = ids;
  }

  /** Checks where mounts go, makes the working directory, fills volumes; gives the accounts. */
  Accounts prepare(Container container, Path rootfs) {
    try (RootDir root = paths.openRoot(rootfs)) {
      container.mounts().forEach(mount -> ProcMounts.check(root, mount));
      makeDirectories(root, container);
      fillVolumes(container, root);
      return accounts(root);
    }
  }

  /**
   * Fills the empty volumes of a container that was never started with what its image has there.
   */
  public void fillVolumes(Container container, RootDir root) {
    if (!container.hasBeenStartedBefore()) {
      container.mounts().stream()
          .filter(mount -> mount.type() == MountSpec.Type.VOLUME && mount.copyUp())
          .forEach(mount -> fill(root, mount));
    }
  }

  /** The accounts of a live container. */
  Accounts accounts(Path rootfs) {
    try (RootDir root = paths.openRoot(rootfs)) {
      return accounts(root);
    }
  }

  /** The accounts of a root file system. */
  public static Accounts accounts(RootDir root) {
    return Accounts.parse(text(root, "etc/passwd"), text(root, "etc/group"));
  }

  /** A file's text; empty if there is none, or none that can be read. */
  private static String text(RootDir root, String name) {
    try (InputStream in = root.newInputStream(name)) {
      return new String(in.readNBytes(MAX_ACCOUNTS), StandardCharsets.UTF_8);
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case ENOENT, ENOTDIR, EINVAL, ELOOP, EISDIR, ENXIO -> "";
        default -> throw e;
      };
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read /" + name + ": " + e.getMessage(), e);
    }
  }

  private void makeDirectories(RootDir root, Container container) {
    String directory = container.config().workingDir();
    if (!directory.isEmpty()) {
      RootDirectories.make(root, directory, ids);
    }
    for (MountPoint mount : container.mounts()) {
      if (mount.type() == MountSpec.Type.TMPFS || Files.isDirectory(Path.of(mount.source()))) {
        RootDirectories.makeBehindLinks(root, mount.destination(), ids);
      }
    }
    for (String path : container.hostConfig().tmpfs().keySet()) {
      RootDirectories.makeBehindLinks(root, path, ids);
    }
  }

  /** Copies what the image has at a volume's place, if the volume is still empty. */
  private void fill(RootDir root, MountPoint mount) {
    try (RootDir volume = paths.openRoot(Path.of(mount.source()))) {
      if (!volume.top().list().isEmpty()) {
        return;
      }
      try (DirFd source = root.openDirectory(mount.destination())) {
        TreeCopy.copy(source, volume.top());
      }
    } catch (LinuxException e) {
      // The image has nothing there, or a file: there is nothing to fill it with.
      if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR)) {
        throw e;
      }
    }
  }

  /**
   * Makes sure that the sources of bind mounts exist: {@code -v} makes a missing directory, {@code
   * --mount} refuses.
   */
  void checkBindSources(Container container) {
    for (MountPoint mount : container.mounts()) {
      Path source = Path.of(mount.source());
      if (mount.type() != MountSpec.Type.BIND || Files.exists(source)) {
        continue;
      }
      if (mustExist(container.hostConfig(), mount)) {
        throw new EngineException.InvalidParameter(
            "invalid mount config for type \"bind\": bind source path does not exist: " + source);
      }
      try {
        makeSource(source);
      } catch (LinuxException e) {
        throw new EngineException.Internal(
            "error while creating mount source path '%s': %s".formatted(source, e.getMessage()), e);
      }
    }
  }

  private void makeSource(Path source) {
    Path parent = source.getParent();
    if (parent != null && !Files.exists(parent)) {
      makeSource(parent);
    }
    paths.mkdir(source, OPEN_TO_ALL);
    ids.own(paths, source);
  }

  private static boolean mustExist(HostConfig host, MountPoint mount) {
    return host.mounts().stream()
        .filter(spec -> spec.target().equals(mount.destination()))
        .anyMatch(spec -> spec.bind() == null || !spec.bind().createMountpoint());
  }
}
