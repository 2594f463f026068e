package dev.wherry.api.fake;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Containers in memory, newest first. */
public final class FakeIndex implements ContainerIndex {
  private final List<Container> containers = new CopyOnWriteArrayList<>();
  private final AtomicLong version = new AtomicLong();

  /** Adds a container, or replaces the one that has its id. */
  public void put(Container container) {
    for (int i = 0; i < containers.size(); i++) {
      if (containers.get(i).id().equals(container.id())) {
        containers.set(i, container);
        version.incrementAndGet();
        return;
      }
    }
    containers.addFirst(container);
    version.incrementAndGet();
  }

  public void remove(String id) {
    containers.removeIf(container -> container.id().equals(id));
    version.incrementAndGet();
  }

  @Override
  public Container get(String ref) {
    String name = ref.startsWith("/") ? ref.substring(1) : ref;
    return containers.stream()
        .filter(c -> c.name().equals(name) || c.id().startsWith(ref))
        .findFirst()
        .orElseThrow(() -> new EngineException.NotFound("No such container: " + ref));
  }

  @Override
  public Optional<Container> byId(String id) {
    return containers.stream().filter(c -> c.id().equals(id)).findFirst();
  }

  @Override
  public Optional<Container> byName(String name) {
    return containers.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  @Override
  public List<Container> list() {
    return List.copyOf(containers);
  }

  @Override
  public long version() {
    return version.get();
  }
}
