package dev.wherry.engine.container;

import dev.wherry.engine.error.EngineException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The index that the lifecycle keeps: one writer per container at a time, any number of readers.
 */
public final class LiveContainerIndex implements ContainerIndex {
  private static final Comparator<Container> NEWEST_FIRST =
      Comparator.comparing(Container::created).reversed().thenComparing(Container::id);

  private record Listing(long version, List<Container> containers) {}

  private final NavigableMap<String, Container> byId = new ConcurrentSkipListMap<>();
  private final Map<String, String> idsByName = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();
  private volatile Listing listing = new Listing(0, List.of());

  /** Shows a container as it is now. */
  public void put(Container container) {
    Container before = byId.put(container.id(), container);
    idsByName.put(container.name(), container.id());
    if (before != null && !before.name().equals(container.name())) {
      idsByName.remove(before.name(), container.id());
    }
    version.incrementAndGet();
  }

  /** Shows it no more. */
  public void remove(String id) {
    Container before = byId.remove(id);
    if (before != null) {
      idsByName.remove(before.name(), id);
      version.incrementAndGet();
    }
  }

  @Override
  public Container get(String ref) {
    Container exact = byId.get(ref);
    if (exact != null) {
      return exact;
    }
    String name = ref.startsWith("/") ? ref.substring(1) : ref;
    return byName(name)
        .or(() -> byPrefix(ref))
        .or(() -> LegacyLink.find(this, name).flatMap(place -> place.link().target(this)))
        .orElseThrow(() -> notFound(ref));
  }

  private Optional<Container> byPrefix(String prefix) {
    if (prefix.isEmpty()) {
      return Optional.empty();
    }
    Map.Entry<String, Container> first = byId.ceilingEntry(prefix);
    if (first == null || !first.getKey().startsWith(prefix)) {
      return Optional.empty();
    }
    String second = byId.higherKey(first.getKey());
    if (second != null && second.startsWith(prefix)) {
      throw new EngineException.InvalidParameter(
          "multiple IDs found with provided prefix: " + prefix);
    }
    return Optional.of(first.getValue());
  }

  private static EngineException notFound(String ref) {
    return new EngineException.NotFound("No such container: " + ref);
  }

  @Override
  public Optional<Container> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  @Override
  public Optional<Container> byName(String name) {
    String id = idsByName.get(name);
    return id == null ? Optional.empty() : byId(id);
  }

  @Override
  public List<Container> list() {
    // The version is read first: a change made meanwhile makes the next reader sort again.
    long now = version.get();
    Listing current = listing;
    if (current.version() == now) {
      return current.containers();
    }
    List<Container> sorted = byId.values().stream().sorted(NEWEST_FIRST).toList();
    listing = new Listing(now, sorted);
    return sorted;
  }

  @Override
  public long version() {
    return version.get();
  }
}
