package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState.Running;
import dev.wherry.engine.usage.UsageReader;
import dev.wherry.engine.usage.UsageSample;
import java.nio.file.Path;
import java.util.Optional;

/** Where what a container uses is to be read. */
final class Usages {
  private final ContainerIndex index;
  private final Orders orders;
  private final UsageReader reader;

  Usages(LifecycleParts parts, ContainerIndex index, Orders orders) {
    this.index = index;
    this.orders = orders;
    this.reader = new UsageReader(Path.of("/proc"), parts.cgroups());
  }

  /** Empty for one that is not alive. */
  Optional<UsageSample> of(Container container) {
    return NamespaceChoice.live(container.state())
        .map(process -> reader.read(orders.cgroup(container), networkOf(container, process)));
  }

  /** A process in the container's network namespace, 0 if that is the host's. */
  private int networkOf(Container container, Running process) {
    Container owner =
        NamespaceChoice.networkDonorId(container).flatMap(index::byId).orElse(container);
    return owner.networkSandbox() == null ? 0 : process.pid();
  }
}
