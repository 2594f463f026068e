package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.volume.Volume;
import java.util.List;
import java.util.Objects;

/**
 * Removes containers. The record says so before anything is touched and goes last, so that a
 * removal that was cut short is finished at the next start of the daemon.
 */
final class Removal {
  private final LifecycleParts parts;
  private final Records records;
  private final ContainerNames names;
  private final Orders orders;
  private final ContainerEvents events;
  private final Teardown teardown;
  private final ExitWatch exits;

  Removal(
      LifecycleParts parts,
      Records records,
      ContainerNames names,
      Orders orders,
      ContainerEvents events,
      Teardown teardown,
      ExitWatch exits) {
    this.parts = parts;
    this.records = records;
    this.names = names;
    this.orders = orders;
    this.events = events;
    this.teardown = teardown;
    this.exits = exits;
  }

  void remove(String id, boolean volumes) {
    Container container = records.index().get(id);
    container
        .removalRefusal()
        .ifPresent(
            refusal -> {
              throw refusal;
            });
    ContainerState before = settled(container.state());
    Container removing = records.save(container.withState(new ContainerState.Removing(before)));
    try {
      finish(removing, volumes);
    } catch (EngineException | LinuxException e) {
      String message = String.valueOf(e.getMessage());
      records.save(removing.withState(new ContainerState.Dead(before, message)));
      throw new EngineException.Internal(
          "container %s: driver \"%s\" failed to remove it: %s"
              .formatted(container.id(), container.driver(), message),
          e);
    }
  }

  /** Does the work; what is gone already is passed over. */
  void finish(Container container, boolean volumes) {
    Order order = orders.of(container);
    parts.forwarding().close(container.id());
    teardown.unmountSharedMemory(container);
    parts.snapshotter().remove(container.id());
    MountSources.imageKeys(container).forEach(parts.snapshotter()::remove);
    exits.reset(container.id());
    parts.paths().removeTree(order.bundle().directory());
    parts.paths().removeTree(parts.places().container(container.id()));
    if (volumes) {
      anonymousVolumes(container).forEach(this::removeVolume);
    }
    records.delete(container.id());
    names.release(container.name(), container.id());
    events.tell(container, "destroy");
  }

  private static ContainerState settled(ContainerState state) {
    return switch (state) {
      case ContainerState.Removing removing -> removing.before();
      case ContainerState.Dead dead -> dead.before();
      case ContainerState.Created created -> created;
      case ContainerState.Exited exited -> exited;
      case ContainerState.Restarting restarting -> restarting.last();
      case ContainerState.Running running -> running;
      case ContainerState.Paused paused -> paused;
    };
  }

  /** The anonymous volumes that no other container uses. */
  private List<String> anonymousVolumes(Container container) {
    return container.mounts().stream()
        .filter(mount -> mount.type() == MountSpec.Type.VOLUME)
        .map(MountPoint::name)
        .filter(name -> parts.volumes().find(name).map(Volume::anonymous).orElse(false))
        .filter(name -> !isUsedByAnother(container, name))
        .distinct()
        .toList();
  }

  private boolean isUsedByAnother(Container container, String volume) {
    return records.index().list().stream()
        .filter(other -> !other.id().equals(container.id()))
        .flatMap(other -> other.mounts().stream())
        .anyMatch(mount -> Objects.equals(mount.name(), volume));
  }

  private void removeVolume(String name) {
    parts.volumes().remove(name);
    events.volumeDestroyed(name);
  }
}
