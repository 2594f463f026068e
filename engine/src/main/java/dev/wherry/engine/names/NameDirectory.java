package dev.wherry.engine.names;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is called what on each network. Letter case makes no difference. Reads never wait; changes
 * may come from any thread.
 */
final class NameDirectory {

  /**
   * A container's place on one network.
   *
   * @param name the container's own, which its addresses lead back to
   */
  record Place(String sandboxId, String name, List<InetAddress> addresses) {}

  private record Table(Map<String, List<Place>> byName, Map<InetAddress, Place> byAddress) {}

  private final Map<String, Table> networks = new ConcurrentHashMap<>();

  /** Enters a place, over what the same sandbox had under these names. */
  synchronized void put(String networkId, Place place, Set<String> names) {
    Table table =
        networks.computeIfAbsent(
            networkId, id -> new Table(new ConcurrentHashMap<>(), new ConcurrentHashMap<>()));
    for (String name : names) {
      table.byName.compute(key(name), (key, places) -> with(places, place));
    }
    for (InetAddress address : place.addresses()) {
      table.byAddress.put(address, place);
    }
  }

  private static List<Place> with(@Nullable List<Place> places, Place place) {
    List<Place> changed = without(places, place.sandboxId());
    changed.add(place);
    return List.copyOf(changed);
  }

  private static List<Place> without(@Nullable List<Place> places, String sandboxId) {
    List<Place> changed = places == null ? new ArrayList<>() : new ArrayList<>(places);
    changed.removeIf(place -> place.sandboxId().equals(sandboxId));
    return changed;
  }

  /** Takes names of a sandbox out. */
  synchronized void removeNames(String networkId, String sandboxId, Set<String> names) {
    Table table = networks.get(networkId);
    if (table == null) {
      return;
    }
    for (String name : names) {
      table.byName.computeIfPresent(
          key(name),
          (key, places) -> {
            List<Place> left = without(places, sandboxId);
            return left.isEmpty() ? null : List.copyOf(left);
          });
    }
    dropIfEmpty(networkId, table);
  }

  /** Takes addresses of a sandbox out, but for those that another has got since. */
  synchronized void removeAddresses(
      String networkId, String sandboxId, List<InetAddress> addresses) {
    Table table = networks.get(networkId);
    if (table == null) {
      return;
    }
    for (InetAddress address : addresses) {
      table.byAddress.computeIfPresent(
          address, (key, place) -> place.sandboxId().equals(sandboxId) ? null : place);
    }
    dropIfEmpty(networkId, table);
  }

  private void dropIfEmpty(String networkId, Table table) {
    if (table.byName.isEmpty() && table.byAddress.isEmpty()) {
      networks.remove(networkId);
    }
  }

  /** All that have a name on a network. */
  List<Place> named(String networkId, String name) {
    Table table = networks.get(networkId);
    return table == null ? List.of() : table.byName.getOrDefault(key(name), List.of());
  }

  /** The container that has an address on a network. */
  Optional<String> nameOf(String networkId, InetAddress address) {
    Table table = networks.get(networkId);
    return table == null
        ? Optional.empty()
        : Optional.ofNullable(table.byAddress.get(address)).map(Place::name);
  }

  /** How many networks have somebody on them. */
  int size() {
    return networks.size();
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
