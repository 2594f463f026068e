package dev.wherry.engine.lifecycle;

import dev.wherry.engine.cgroup.Cgroup;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ContainerState.Running;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.launch.Supervisor.Supervised;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings records and reality together again after the daemon was away. */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final LifecycleParts parts;
  private final Records records;
  private final Orders orders;
  private final Teardown teardown;
  private final Removal removal;
  private final ExitWatch exits;
  private final OomWatch ooms;

  Recovery(
      LifecycleParts parts,
      Records records,
      Orders orders,
      Teardown teardown,
      Removal removal,
      ExitWatch exits,
      OomWatch ooms) {
    this.parts = parts;
    this.records = records;
    this.orders = orders;
    this.teardown = teardown;
    this.removal = removal;
    this.exits = exits;
    this.ooms = ooms;
  }

  /** Survivors first, so that their networks are whole again before anything else is touched. */
  void run() {
    List<Container> alive = new ArrayList<>();
    List<Container> others = new ArrayList<>();
    for (Container container : records.index().list()) {
      (container.state().isAlive() ? alive : others).add(container);
    }
    adoptNetworks(alive);
    for (Container container : alive) {
      StartSequence.volumes(container).forEach(name -> parts.volumes().adopt(name, container.id()));
    }
    parts.volumes().unmountUnused();
    alive.forEach(this::recoverAlive);
    others.forEach(this::recoverOther);
    removeOrphans();
  }

  private void adoptNetworks(List<Container> alive) {
    Map<Sandbox, Container> sandboxes = new LinkedHashMap<>();
    Set<String> known = new HashSet<>();
    for (Container container : alive) {
      Container.NetworkSandbox sandbox = container.networkSandbox();
      if (sandbox != null) {
        known.add(sandbox.id());
        if (isProcessThere(container)) {
          sandboxes.put(Teardown.sandbox(container, sandbox), container);
        }
      }
    }
    parts.networks().adopt(List.copyOf(sandboxes.keySet()));
    parts.networks().collectGarbage(known);
    sandboxes.forEach((sandbox, container) -> serveNames(container, sandbox));
  }

  private void serveNames(Container container, Sandbox sandbox) {
    try {
      parts.names().serve(container, sandbox);
    } catch (EngineException e) {
      LOG.error("{}: looks no names up until it is started again", container.id(), e);
    }
  }

  private void recoverAlive(Container container) {
    Order order = orders.of(container);
    Running process = NamespaceChoice.live(container.state()).orElseThrow();
    Optional<Supervised> supervised =
        parts.supervisor().adopt(order, process.pid(), process.pidStartTime());
    if (Files.isDirectory(parts.places().container(container.id()))) {
      parts.forwarding().resume(container, parts.places().log(container.id()));
    }
    Optional<ExitStatus> noted = exits.noted(order);
    if (noted.isPresent()) {
      supervised.ifPresent(Recovery::close);
      exits.tell(order, noted.get());
    } else if (supervised.isEmpty()) {
      exits.tell(order, unseenEnd(container));
    } else if (parts.supervisor().waitsForStart(order)) {
      LOG.warn("{}: its start was cut short and is undone", container.id());
      supervised.ifPresent(Recovery::close);
      exits.tell(order, unseenEnd(container));
    } else {
      ooms.begin(order);
      exits.watch(order, supervised.get());
      goOn(container);
      LOG.info("{}: taken over, pid {}", container.id(), process.pid());
    }
  }

  /**
   * A pause that was not to outlive the daemon ends, and so does one that was never written down.
   */
  private void goOn(Container container) {
    if (!(container.state() instanceof Running)) {
      return;
    }
    Cgroup cgroup = parts.cgroups().at(orders.cgroup(container));
    boolean frozen = cgroup.isFrozen();
    cgroup.thaw();
    if (frozen) {
      LOG.warn("{}: it was paused only for what the last daemon did, and goes on", container.id());
    }
  }

  private ExitStatus unseenEnd(Container container) {
    // A process without its supervisor is killed when the exit is recorded.
    return isProcessThere(container)
        ? new ExitStatus(ExitWatch.KILLED, false, Instant.now())
        : new ExitStatus(ExitWatch.UNKNOWN, false, Instant.now());
  }

  private boolean isProcessThere(Container container) {
    return NamespaceChoice.live(container.state())
        .flatMap(
            running ->
                parts
                    .processes()
                    .stat(running.pid())
                    .filter(stat -> stat.startTime() == running.pidStartTime())
                    .filter(stat -> !stat.isZombie()))
        .isPresent();
  }

  /** One that does not run: nothing of a start may be left, and a removal is finished. */
  private void recoverOther(Container container) {
    Order order = orders.of(container);
    if (Files.exists(order.bundle().directory())) {
      LOG.warn("{}: what an interrupted start left is removed", container.id());
      teardown.afterExit(container, order, true);
    }
    // Somebody may have been looking at its files.
    parts.snapshotter().unmount(container.id());
    MountSources.imageKeys(container).forEach(parts.snapshotter()::unmount);
    if (container.state() instanceof ContainerState.Removing) {
      try {
        removal.finish(container, false);
      } catch (EngineException | LinuxException e) {
        LOG.error("{}: the removal could not be finished", container.id(), e);
      }
    }
  }

  /** Snapshots, directories and bundles of containers that have no record. */
  private void removeOrphans() {
    Set<String> ids = new HashSet<>();
    Set<String> keys = new HashSet<>();
    Set<Path> bundles = new HashSet<>();
    for (Container container : records.index().list()) {
      ids.add(container.id());
      keys.add(container.id());
      keys.addAll(MountSources.imageKeys(container));
      bundles.add(parts.places().bundle(container.id()).directory());
    }
    for (String key : parts.snapshotter().activeKeys()) {
      if (!keys.contains(key)) {
        LOG.warn("snapshot {} belongs to no container and is removed", key);
        parts.snapshotter().remove(key);
      }
    }
    for (Path directory : children(parts.places().containers())) {
      children(directory).stream()
          .filter(inside -> String.valueOf(inside.getFileName()).startsWith("view-"))
          .forEach(teardown.sources()::close);
      if (!ids.contains(String.valueOf(directory.getFileName()))) {
        Teardown.unmount(parts.mounts(), directory.resolve("shm"));
        teardown.sources().close(parts.places().parts(String.valueOf(directory.getFileName())));
        parts.paths().removeTree(directory);
      }
    }
    children(parts.places().bundles()).stream()
        .filter(directory -> !bundles.contains(directory))
        .forEach(parts.paths()::removeTree);
    // Execs are not remembered: those that still run, run on unseen.
    children(parts.places().execs()).forEach(parts.paths()::removeTree);
  }

  private static List<Path> children(Path directory) {
    List<Path> result = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(result::add);
    } catch (IOException e) {
      throw new EngineException.Internal("cannot list " + directory + ": " + e.getMessage(), e);
    }
    return result;
  }

  private static void close(Supervised supervised) {
    supervised.close();
  }
}
