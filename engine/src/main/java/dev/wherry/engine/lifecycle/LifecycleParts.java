package dev.wherry.engine.lifecycle;

import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.event.Journal;
import dev.wherry.engine.forward.LogForwarding;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.launch.HostFacts;
import dev.wherry.engine.launch.OciSpecBuilder;
import dev.wherry.engine.launch.Runtimes;
import dev.wherry.engine.launch.Supervisor;
import dev.wherry.engine.launch.Supervisor.StreamOwner;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.names.NameService;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.store.DocumentStore;
import dev.wherry.engine.volume.VolumeStore;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The rooms a container's life leads through.
 *
 * @param store holds the containers' records
 * @param parallel runs what may be done beside the calling thread; must have a thread to spare
 */
public record LifecycleParts(
    EnginePlaces places,
    LifecycleSettings settings,
    HostFacts facts,
    DocumentStore<Container> store,
    Journal journal,
    ImageStore images,
    Snapshotter snapshotter,
    NetworkManager networks,
    NameService names,
    VolumeStore volumes,
    Supervisor supervisor,
    Runtimes runtimes,
    OciSpecBuilder specs,
    Cgroups cgroups,
    Paths paths,
    Mounts mounts,
    Processes processes,
    LogForwarding forwarding,
    Executor parallel) {

  /** Whom what is made for containers belongs to on disk. */
  public IdMapping ids() {
    return snapshotter.ids();
  }

  /** Whether a container's user namespace is the host's. */
  boolean isHostUser(Container container) {
    return ids().isIdentity() || container.hostConfig().namespaces().userns().equals("host");
  }

  /**
   * Who on the host a process of a container is, if the host's root is another for it.
   *
   * @param user the process's, as the container knows it
   */
  Optional<StreamOwner> streamOwner(Container container, long user) {
    return isHostUser(container)
        ? Optional.empty()
        : Optional.of(
            new StreamOwner(
                (int) ids().userOnHost(user).orElse(ids().rootUser()), ids().rootGroup()));
  }

  /** Told when a process is about to be moved into its group, so that the move is quick then. */
  void anticipateMove() {
    parallel.execute(cgroups.moves()::anticipate);
  }
}
