package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes down what a start put up, in reverse. Each step is taken even if one before it failed; what
 * a failed one leaves is taken at the next start of the daemon or of the container.
 */
final class Teardown {
  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);

  private final LifecycleParts parts;
  private final ContainerIndex index;
  private final MountSources sources;

  Teardown(LifecycleParts parts, ContainerIndex index) {
    this.parts = parts;
    this.index = index;
    this.sources = new MountSources(parts.paths(), parts.mounts(), parts.snapshotter());
  }

  MountSources sources() {
    return sources;
  }

  /** After the process has ended. */
  void afterExit(Container container, Order order, boolean killFirst) {
    step(container, "network", () -> closeNetwork(container));
    step(
        container,
        "runtime",
        () -> {
          if (killFirst) {
            parts.supervisor().destroy(order);
          } else {
            parts.supervisor().delete(order);
          }
        });
    step(container, "root file system", () -> parts.snapshotter().unmount(container.id()));
    step(
        container,
        "parts and images",
        () -> sources.close(container, parts.places().parts(container.id())));
    step(container, "volumes", () -> unmountVolumes(container));
    step(container, "shared memory", () -> unmountSharedMemory(container));
    step(container, "bundle", () -> parts.paths().removeTree(order.bundle().directory()));
    step(container, "log forwarding", () -> parts.forwarding().finish(container.id()));
  }

  private void closeNetwork(Container container) {
    Container.NetworkSandbox sandbox = container.networkSandbox();
    if (sandbox != null) {
      if (isShared(container)) {
        parts.networks().unplug(sandbox(container, sandbox));
      }
      closeNetwork(sandbox(container, sandbox));
    }
    if (NamespaceChoice.isOnHostNetwork(container)) {
      parts.networks().tellOffHost(container.id());
    }
  }

  /** Whether containers that run are in its network namespace too. */
  private boolean isShared(Container container) {
    return index.list().stream()
        .filter(other -> other.state().isAlive())
        .anyMatch(
            other ->
                NamespaceChoice.networkDonorId(other).filter(container.id()::equals).isPresent());
  }

  void closeNetwork(Sandbox sandbox) {
    parts.names().withdraw(sandbox.id());
    parts.networks().close(sandbox);
  }

  static Sandbox sandbox(Container container, Container.NetworkSandbox sandbox) {
    return new Sandbox(
        sandbox.id(), sandbox.key(), container.id(), container.networks(), sandbox.ports());
  }

  void unmountVolumes(Container container) {
    StartSequence.volumes(container).forEach(name -> parts.volumes().unmount(name, container.id()));
  }

  void unmountSharedMemory(Container container) {
    if (NamespaceChoice.sharesMemory(container)) {
      unmount(parts.mounts(), parts.places().sharedMemory(container.id()));
    }
  }

  /** Unmounts; nothing happens if nothing is mounted there. */
  static void unmount(Mounts mounts, Path target) {
    try {
      mounts.umount(target, MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
    } catch (LinuxException e) {
      if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  private static void step(Container container, String what, Runnable action) {
    try {
      action.run();
    } catch (EngineException | LinuxException e) {
      LOG.error("{}: {} not taken down: {}", container.id(), what, e.getMessage(), e);
    }
  }
}
