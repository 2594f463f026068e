package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.OciRuntime;
import dev.wherry.engine.launch.Runtimes;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.log.LogDriver;
import dev.wherry.engine.log.LogPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the supervisor is to be told of a container. */
final class Orders {
  private final EnginePlaces places;
  private final Runtimes runtimes;
  private final String defaultParent;

  Orders(EnginePlaces places, Runtimes runtimes, String defaultParent) {
    this.places = places;
    this.runtimes = runtimes;
    this.defaultParent = defaultParent;
  }

  Order of(Container container) {
    ContainerConfig config = container.config();
    return new Order(
        container.id(),
        container.name(),
        runtimes.get(container.hostConfig().runtime()),
        places.bundle(container.id()),
        container.path(),
        List.of(),
        cgroup(container),
        config.tty(),
        config.openStdin(),
        // With StdinOnce the first client that leaves takes the standard input with it.
        config.openStdin() && !config.stdinOnce());
  }

  /**
   * As {@link #of}, with what only a start needs.
   *
   * @throws EngineException.InvalidParameter if its runtime is not there
   * @throws EngineException.Internal if the container's log options make no sense
   */
  Order toStart(Container container) {
    OciRuntime runtime = runtimes.get(container.hostConfig().runtime());
    if (!Files.isExecutable(runtime.path())) {
      throw new EngineException.InvalidParameter(
          "OCI runtime %s: %s: no such program".formatted(runtime.name(), runtime.path()));
    }
    try {
      return of(container).withLogs(logs(container));
    } catch (EngineException e) {
      throw new EngineException.Internal(
          "failed to create task for container: failed to initialize logging driver: "
              + e.getMessage(),
          e);
    }
  }

  /** What the container's log options mean, and where its files are. */
  ContainerLifecycle.LogPlace log(Container container) {
    HostConfig.LogConfig options = container.hostConfig().logConfig();
    return new ContainerLifecycle.LogPlace(
        places.log(container.id()),
        LogPolicy.of(LogDriver.of(options.type()), options.config()),
        places.bundle(container.id()).control());
  }

  private List<String> logs(Container container) {
    ContainerLifecycle.LogPlace log = log(container);
    return List.of(log.policy().written() ? "k8s-file:" + log.file() : "none");
  }

  /** The container's control group, below each hierarchy's root whatever the user wrote. */
  String cgroup(Container container) {
    String parent = container.hostConfig().resources().cgroupParent();
    return Path.of("/")
        .resolve(parent.isEmpty() ? defaultParent : parent)
        .normalize()
        .resolve(container.id())
        .toString();
  }
}
