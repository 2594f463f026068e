package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.launch.Runtimes;
import dev.wherry.engine.launch.Supervisor.Order;
import java.nio.file.Path;

/** What the supervisor is to be told of a container; the same at every time. */
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
    boolean logged = !container.hostConfig().logConfig().type().equals("none");
    return new Order(
        container.id(),
        container.name(),
        runtimes.get(container.hostConfig().runtime()),
        places.bundle(container.id()),
        container.path(),
        logged ? "k8s-file:" + places.log(container.id()) : "none",
        cgroup(container),
        config.tty(),
        config.openStdin(),
        // With StdinOnce the first client that leaves takes the standard input with it.
        config.openStdin() && !config.stdinOnce());
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
