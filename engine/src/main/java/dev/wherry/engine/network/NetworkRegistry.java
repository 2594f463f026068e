package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.store.DocumentStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The records of all networks, on disk and in memory. Reads may be made from any thread. */
final class NetworkRegistry {
  private final DocumentStore<StoredNetwork> store;
  private volatile Map<String, StoredNetwork> byId;

  /** All that the store has. */
  NetworkRegistry(DocumentStore<StoredNetwork> store) {
    this.store = store;
    this.byId = Map.copyOf(store.loadAll());
  }

  List<Network> list() {
    return byId.values().stream().map(StoredNetwork::network).toList();
  }

  Collection<StoredNetwork> all() {
    return byId.values();
  }

  Optional<StoredNetwork> named(String name) {
    return byId.values().stream().filter(n -> n.network().name().equals(name)).findFirst();
  }

  /**
   * By full id, name or unique id prefix, in this order.
   *
   * @throws EngineException.NotFound {@code network X not found}
   * @throws EngineException.InvalidParameter if the prefix is that of several
   */
  Network get(String ref) {
    StoredNetwork exact = byId.get(ref);
    if (exact != null) {
      return exact.network();
    }
    List<Network> named = matching(network -> network.name().equals(ref));
    if (!named.isEmpty()) {
      return named.getFirst();
    }
    List<Network> prefixed =
        ref.isEmpty() ? List.of() : matching(network -> network.id().startsWith(ref));
    return switch (prefixed.size()) {
      case 0 -> throw new EngineException.NotFound("network " + ref + " not found");
      case 1 -> prefixed.getFirst();
      default ->
          throw new EngineException.InvalidParameter(
              prefixed.size()
                  + " matches found based on ID prefix: network "
                  + ref
                  + " is ambiguous");
    };
  }

  private List<Network> matching(Predicate<Network> predicate) {
    return list().stream().filter(predicate).toList();
  }

  /** Adds or replaces a record; on disk before it is seen. */
  void put(StoredNetwork stored) {
    write(stored);
    show(stored);
  }

  /** Puts a record on disk, for nobody to see yet. */
  void write(StoredNetwork stored) {
    store.put(stored.network().id(), stored);
  }

  /** Lets a record be seen that is on disk. */
  synchronized void show(StoredNetwork stored) {
    Map<String, StoredNetwork> changed = new LinkedHashMap<>(byId);
    changed.put(stored.network().id(), stored);
    byId = Map.copyOf(changed);
  }

  /** Removes a record. */
  synchronized void remove(String id) {
    store.delete(id);
    Map<String, StoredNetwork> changed = new LinkedHashMap<>(byId);
    changed.remove(id);
    byId = Map.copyOf(changed);
  }

  /** The subnets of all networks but one, and but those that are configuration only. */
  List<Subnet> subnets(String exceptName) {
    List<Subnet> subnets = new ArrayList<>();
    for (Network network : list()) {
      if (!network.name().equals(exceptName) && !network.configOnly()) {
        network.usedPools().forEach(pool -> subnets.add(Subnet.parse(pool.subnet())));
      }
    }
    return subnets;
  }
}
