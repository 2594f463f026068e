package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.LaunchPlan.Namespace;
import dev.wherry.engine.launch.LaunchPlan.Shm;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a container's namespace modes mean at the moment it starts. */
final class NamespaceChoice {
  private static final String CONTAINER = "container:";
  private static final String HOST = "host";

  private final ContainerIndex index;
  private final LifecycleParts parts;

  NamespaceChoice(ContainerIndex index, LifecycleParts parts) {
    this.index = index;
    this.parts = parts;
  }

  /**
   * Whose the container's namespaces are. To share another container's it has to be in that one's
   * user namespace; where it shares those of several, the last of network, ipc and pid decides, as
   * in dockerd.
   *
   * @throws EngineException.Conflict if that one is in the host's, and this one is not to be
   */
  NamespaceOwner user(Container container) {
    if (parts.isHostUser(container)) {
      return NamespaceOwner.HOST;
    }
    HostConfig host = container.hostConfig();
    NamespaceOwner owner = new NamespaceOwner.Fresh(parts.ids());
    for (String mode :
        List.of(host.network().mode(), host.namespaces().ipc(), host.namespaces().pid())) {
      if (mode.startsWith(CONTAINER)) {
        owner = new NamespaceOwner.Existing(userOf(running(mode)));
      }
    }
    return owner;
  }

  private Path userOf(Container donor) {
    if (parts.isHostUser(donor)) {
      throw new EngineException.Conflict(
          "cannot join a namespace of container "
              + donor.id()
              + ", which is in the host's user namespace (hint: use --userns=host)");
    }
    return namespace(donor, "user");
  }

  /** Whether the container gets a network namespace of its own. */
  static boolean hasOwnNetwork(Container container) {
    return isOwn(container.hostConfig().network().mode());
  }

  private static boolean isOwn(String networkMode) {
    return !networkMode.equals(HOST) && !networkMode.startsWith(CONTAINER);
  }

  /** Whether its own network is one that a user has made. */
  static boolean isOnUserNetwork(Container container) {
    return isUserNetwork(container.hostConfig().network().mode());
  }

  static boolean isUserNetwork(String networkMode) {
    return isOwn(networkMode)
        && !networkMode.equals("default")
        && !Network.isPredefined(networkMode);
  }

  static boolean isOnHostNetwork(Container container) {
    return container.hostConfig().network().mode().equals(HOST);
  }

  /** The id of the container whose network this one shares. */
  static Optional<String> networkDonorId(Container container) {
    String mode = container.hostConfig().network().mode();
    return mode.startsWith(CONTAINER)
        ? Optional.of(mode.substring(CONTAINER.length()))
        : Optional.empty();
  }

  /**
   * The container whose network this one shares.
   *
   * @throws EngineException.Conflict if that one does not run
   * @throws EngineException.Internal if it is this one, found by a part of its id
   */
  Optional<Container> networkDonor(Container container) {
    Optional<String> id = networkDonorId(container);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    Container donor = index.get(id.get());
    if (donor.id().equals(container.id())) {
      throw new EngineException.Internal("cannot join own network");
    }
    if (!donor.state().isAlive()) {
      throw new EngineException.Conflict(
          "cannot join network of a non running container: " + donor.id());
    }
    return Optional.of(donor);
  }

  /**
   * Whose network it is that a donor has from another in its turn: the first of the chain, or the
   * first that is still there.
   */
  Container networkOwner(Container donor) {
    Container owner = donor;
    Optional<Container> next = networkDonorId(owner).flatMap(index::byId);
    while (next.isPresent()) {
      owner = next.get();
      next = networkDonorId(owner).flatMap(index::byId);
    }
    return owner;
  }

  /** The donor's namespace: pinned where it has one of its own, else that of its process. */
  Namespace network(Container donor) {
    Container.NetworkSandbox sandbox = donor.networkSandbox();
    return sandbox == null
        ? new Namespace.Joined(namespace(donor, "net"))
        : new Namespace.Joined(Path.of(sandbox.key()));
  }

  /** What the first process is told of containers that it is linked to. */
  List<String> linkVariables(Container container) {
    return LinkVariables.of(container, index);
  }

  Namespace pid(Container container) {
    String mode = container.hostConfig().namespaces().pid();
    if (mode.equals(HOST)) {
      return Namespace.HOST;
    }
    return mode.startsWith(CONTAINER)
        ? new Namespace.Joined(namespace(running(mode), "pid"))
        : Namespace.OWN;
  }

  Namespace ipc(Container container) {
    String mode = container.hostConfig().namespaces().ipc();
    if (mode.equals(HOST)) {
      return Namespace.HOST;
    }
    return mode.startsWith(CONTAINER)
        ? new Namespace.Joined(namespace(ipcDonor(mode), "ipc"))
        : Namespace.OWN;
  }

  Shm shm(Container container) {
    String mode = container.hostConfig().namespaces().ipc();
    if (mode.startsWith(CONTAINER)) {
      Container donor = ipcDonor(mode);
      return isHost(donor.hostConfig().namespaces())
          ? new Shm.Bound(Path.of("/dev/shm"))
          : new Shm.Bound(parts.places().sharedMemory(donor.id()));
    }
    return switch (mode) {
      case HOST -> new Shm.Bound(Path.of("/dev/shm"));
      case "none" -> new Shm.None();
      case "shareable" -> new Shm.Bound(parts.places().sharedMemory(container.id()));
      default -> new Shm.Private();
    };
  }

  static boolean sharesMemory(Container container) {
    return container.hostConfig().namespaces().ipc().equals("shareable");
  }

  static Namespace uts(Container container) {
    return container.hostConfig().namespaces().uts().equals(HOST) ? Namespace.HOST : Namespace.OWN;
  }

  static Namespace cgroup(Container container) {
    return container.hostConfig().namespaces().cgroupns().equals("private")
        ? Namespace.OWN
        : Namespace.HOST;
  }

  private static boolean isHost(HostConfig.NamespaceModes modes) {
    return modes.ipc().equals(HOST);
  }

  private Container ipcDonor(String mode) {
    Container donor = running(mode);
    String donorMode = donor.hostConfig().namespaces().ipc();
    if (!donorMode.equals("shareable") && !donorMode.equals(HOST)) {
      throw new EngineException.Conflict(
          "can't join IPC of container "
              + donor.id()
              + ": non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
    }
    return donor;
  }

  private Container running(String mode) {
    Container donor = index.get(mode.substring(CONTAINER.length()));
    if (donor.state() instanceof ContainerState.Restarting) {
      throw new EngineException.Conflict("container " + donor.id() + " is restarting");
    }
    if (!donor.state().isAlive()) {
      throw new EngineException.Conflict("container " + donor.id() + " is not running");
    }
    return donor;
  }

  private static Path namespace(Container container, String kind) {
    return Path.of("/proc", Integer.toString(pid(container.state())), "ns", kind);
  }

  /** The pid of a live container's first process. */
  static int pid(ContainerState state) {
    return live(state)
        .orElseThrow(() -> new EngineException.Conflict("container is not running"))
        .pid();
  }

  /** What is known of a live container's process. */
  static Optional<ContainerState.Running> live(ContainerState state) {
    return switch (state) {
      case ContainerState.Running running -> Optional.of(running);
      case ContainerState.Paused paused -> Optional.of(paused.running());
      case ContainerState.Created ignored -> Optional.empty();
      case ContainerState.Restarting ignored -> Optional.empty();
      case ContainerState.Exited ignored -> Optional.empty();
      case ContainerState.Removing ignored -> Optional.empty();
      case ContainerState.Dead ignored -> Optional.empty();
    };
  }
}
