package dev.wherry.engine.lifecycle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.launch.Accounts;
import dev.wherry.engine.launch.LaunchPlan;
import dev.wherry.engine.launch.LaunchPlan.BindFile;
import dev.wherry.engine.launch.LaunchPlan.Namespace;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.launch.Supervisor.StartFailure;
import dev.wherry.engine.launch.Supervisor.Supervised;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The steps of one container's start up to the moment its process waits, each with its undo. */
final class StartSequence {
  private static final int PRIVATE = 0700;

  private final LifecycleParts parts;
  private final NamespaceChoice namespaces;
  private final EtcFiles etc;
  private final RootPreparation preparation;
  private final Teardown teardown;
  private final ExitWatch exits;
  private final Container container;
  private final Order order;
  private final Undo undo = new Undo();

  StartSequence(
      LifecycleParts parts,
      NamespaceChoice namespaces,
      EtcFiles etc,
      RootPreparation preparation,
      Teardown teardown,
      ExitWatch exits,
      Container container,
      Order order) {
    this.parts = parts;
    this.namespaces = namespaces;
    this.etc = etc;
    this.preparation = preparation;
    this.teardown = teardown;
    this.exits = exits;
    this.container = container;
    this.order = order;
  }

  /**
   * What is up and waits.
   *
   * @param sandbox {@code null} without a network namespace of its own
   * @param undo takes all of it down again
   */
  record Prepared(Order order, Supervised process, @Nullable Sandbox sandbox, Undo undo) {}

  /** Does all steps, or undoes those done and throws. */
  Prepared run() throws StartFailure {
    try {
      return steps();
    } catch (StartFailure | RuntimeException e) {
      undo.run(e);
      throw e;
    }
  }

  private Prepared steps() throws StartFailure {
    Optional<Container> donor = namespaces.networkDonor(container);
    Optional<Container> owner = donor.map(namespaces::networkOwner);
    NamespaceOwner user = namespaces.user(container);
    parts.anticipateMove();
    // Beside the work on files; both take milliseconds.
    Parallel<Sandbox> network =
        NamespaceChoice.hasOwnNetwork(container)
            ? Parallel.run(parts.parallel(), () -> openNetwork(user))
            : null;
    if (network != null) {
      undo.add(() -> network.finished().ifPresent(teardown::closeNetwork));
    }
    if (NamespaceChoice.isOnHostNetwork(container)) {
      parts.networks().tellOnHost(container.id());
      undo.add(() -> parts.networks().tellOffHost(container.id()));
    }
    makeDirectories();
    parts.forwarding().begin(container, parts.places().log(container.id()));
    undo.add(() -> parts.forwarding().finish(container.id()));
    Path rootfs = parts.snapshotter().mount(container.id());
    undo.add(() -> parts.snapshotter().unmount(container.id()));
    preparation.checkBindSources(container);
    new PropagationCheck(parts.mounts()).check(container);
    undo.add(() -> teardown.unmountVolumes(container));
    volumes(container).forEach(name -> parts.volumes().mount(name, container.id()));
    Container mounted =
        teardown.sources().forStart(container, parts.places().parts(container.id()), undo);
    Accounts accounts = preparation.prepare(mounted, rootfs);
    mountSharedMemory();
    Sandbox sandbox = network == null ? null : network.join();
    List<BindFile> files =
        owner.isPresent()
            ? etc.of(owner.get())
            : etc.write(container, sandbox == null ? Map.of() : sandbox.attachments());
    LaunchPlan plan =
        plan(mounted, rootfs, accounts, files, namespaces(donor, sandbox, user), owner);
    writeConfiguration(plan);
    exits.reset(container.id());
    Supervised process = parts.supervisor().create(order);
    undo.add(
        () -> {
          process.close();
          parts.supervisor().destroy(order);
        });
    ownStreams(process.pid(), accounts);
    return new Prepared(order, process, sandbox, undo);
  }

  /** So that the container's user can open what it writes to, /dev/stdout. */
  private void ownStreams(int pid, Accounts accounts) {
    long user = accounts.resolve(container.config().user(), List.of()).uid();
    parts
        .streamOwner(container, user)
        .ifPresent(owner -> parts.processes().ownPipes(pid, owner.uid(), owner.gid()));
  }

  private Sandbox openNetwork(NamespaceOwner user) {
    Sandbox sandbox =
        parts.networks().open(NetworkChanges.request(container, container.networks(), user));
    try {
      parts.names().serve(container, sandbox);
      return sandbox;
    } catch (RuntimeException e) {
      parts.networks().close(sandbox);
      throw e;
    }
  }

  /** The names of the volumes that a container mounts. */
  static List<String> volumes(Container container) {
    return container.mounts().stream()
        .filter(mount -> mount.type() == MountSpec.Type.VOLUME)
        .map(MountPoint::name)
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private void makeDirectories() {
    parts.paths().mkdirs(parts.places().container(container.id()), PRIVATE);
    parts.ids().letThrough(parts.paths(), parts.places().container(container.id()));
    Path bundle = order.bundle().directory();
    // A start that a crash interrupted may have left one.
    parts.paths().removeTree(bundle);
    parts.paths().mkdir(bundle, PRIVATE);
    undo.add(() -> parts.paths().removeTree(bundle));
  }

  private void mountSharedMemory() {
    if (!NamespaceChoice.sharesMemory(container)) {
      return;
    }
    Path target = parts.places().sharedMemory(container.id());
    parts.paths().mkdirs(target, PRIVATE);
    parts
        .mounts()
        .mount(
            "shm",
            target,
            "tmpfs",
            MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC,
            "mode=1777,size=" + container.hostConfig().shmSize() + parts.ids().mountOptions());
    undo.add(() -> teardown.unmountSharedMemory(container));
  }

  private LaunchPlan.Namespaces namespaces(
      Optional<Container> donor, @Nullable Sandbox sandbox, NamespaceOwner user) {
    Namespace network =
        sandbox != null
            ? new Namespace.Joined(Path.of(sandbox.key()))
            : donor.map(namespaces::network).orElse(Namespace.HOST);
    return new LaunchPlan.Namespaces(
        user(user, sandbox),
        network,
        NamespaceChoice.uts(container),
        namespaces.pid(container),
        namespaces.ipc(container),
        NamespaceChoice.cgroup(container));
  }

  /** Only a container that has no network at all has one that was not made for that. */
  private static Namespace user(NamespaceOwner owner, @Nullable Sandbox sandbox) {
    return switch (owner) {
      case NamespaceOwner.Host() -> Namespace.HOST;
      case NamespaceOwner.Existing(Path path) -> new Namespace.Joined(path);
      case NamespaceOwner.Fresh ignored ->
          sandbox == null ? Namespace.OWN : new Namespace.Joined(sandbox.userNamespace());
    };
  }

  private LaunchPlan plan(
      Container mounted,
      Path rootfs,
      Accounts accounts,
      List<BindFile> files,
      LaunchPlan.Namespaces chosen,
      Optional<Container> networkOwner) {
    return new LaunchPlan(
        mounted,
        networkOwner.orElse(container).config().hostname(),
        rootfs,
        accounts,
        chosen,
        parts.ids(),
        files,
        namespaces.shm(container),
        init(chosen),
        order.cgroup(),
        parts.settings().ulimits(),
        namespaces.linkVariables(container));
  }

  /** An init makes sense only as process 1 of a namespace. */
  private @Nullable Path init(LaunchPlan.Namespaces chosen) {
    Boolean wanted = container.hostConfig().init();
    boolean on = wanted == null ? parts.settings().init() : wanted;
    if (!on || !(chosen.pid() instanceof Namespace.Own)) {
      return null;
    }
    Path program = parts.settings().initProgram();
    if (program == null) {
      throw new EngineException.InvalidParameter(
          "--init: no init was found on this host: install the package tini");
    }
    return program;
  }

  private void writeConfiguration(LaunchPlan plan) {
    ObjectNode spec = parts.specs().container(plan);
    try {
      Files.writeString(order.bundle().config(), spec.toString());
    } catch (IOException e) {
      throw new EngineException.Internal(
          "cannot write " + order.bundle().config() + ": " + e.getMessage(), e);
    }
  }

  /** Refuses what cannot be started from its present state. */
  static void check(Container container) {
    String id = container.id();
    switch (container.state()) {
      case ContainerState.Running ignored ->
          throw new EngineException.NotModified("container " + id + " is already running");
      case ContainerState.Paused ignored ->
          throw new EngineException.Conflict(
              "cannot start a paused container, try unpause instead");
      case ContainerState.Removing ignored -> throw markedForRemoval();
      case ContainerState.Dead ignored -> throw markedForRemoval();
      case ContainerState.Created ignored -> {
        // May be started.
      }
      case ContainerState.Exited ignored -> {
        // May be started.
      }
      case ContainerState.Restarting ignored -> {
        // May be started.
      }
    }
  }

  private static EngineException markedForRemoval() {
    return new EngineException.Conflict("container is marked for removal and cannot be started");
  }

  /** The state that tells of a start that failed. */
  static ContainerState failed(ContainerState before, int exitCode, String error) {
    return switch (before) {
      case ContainerState.Created ignored -> new ContainerState.Created(exitCode, error);
      case ContainerState.Exited exited -> ended(exited, exitCode, error);
      case ContainerState.Restarting restarting ->
          new ContainerState.Restarting(ended(restarting.last(), exitCode, error));
      case ContainerState.Running running -> running;
      case ContainerState.Paused paused -> paused;
      case ContainerState.Removing removing -> removing;
      case ContainerState.Dead dead -> dead;
    };
  }

  private static ContainerState.Exited ended(
      ContainerState.Exited last, int exitCode, String error) {
    return new ContainerState.Exited(
        exitCode, last.oomKilled(), error, last.startedAt(), last.finishedAt());
  }

  /** A kernel call's failure in the engine's vocabulary. */
  static EngineException asEngineException(RuntimeException failure) {
    return switch (failure) {
      case EngineException known -> known;
      case LinuxException linux ->
          new EngineException.Internal(String.valueOf(linux.getMessage()), linux);
      default -> new EngineException.Internal(String.valueOf(failure.getMessage()), failure);
    };
  }
}
