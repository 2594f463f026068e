package dev.wherry.engine.names;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.store.Ids;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/** Under which names a container is found on its networks (Docker Engine API, DNSNames). */
public final class DnsNames {
  private DnsNames() {}

  /**
   * Its name, then the aliases it has on the network, its short id and its host name.
   *
   * @param aliases those of one network
   */
  public static List<String> of(Container container, Collection<String> aliases) {
    LinkedHashSet<String> names = new LinkedHashSet<>();
    names.add(container.name());
    names.addAll(aliases);
    names.add(Ids.shortened(container.id()));
    String hostname = container.config().hostname();
    if (!hostname.isEmpty()) {
      names.add(hostname);
    }
    return List.copyOf(names);
  }
}
