package dev.wherry.api.mapping;

import dev.wherry.api.http.Filters;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Network;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which networks a list shows and a prune removes. */
public final class NetworkFilter {
  private static final Set<String> KNOWN =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type");
  private static final Set<String> KNOWN_FOR_PRUNE = Set.of("label", "label!", "until");

  private NetworkFilter() {}

  /**
   * The networks that pass the filters of NetworkList.
   *
   * @param containers those that use networks
   */
  public static List<Network> apply(
      List<Network> networks, Filters filters, List<Container> containers) {
    filters.requireOnly(KNOWN);
    for (String type : filters.get("type")) {
      if (!type.equals("builtin") && !type.equals("custom")) {
        throw new EngineException.InvalidParameter("invalid filter: 'type'='" + type + "'");
      }
    }
    boolean unusedOnly = filters.flag("dangling", false);
    Set<String> used = used(containers);
    return networks.stream()
        .filter(n -> filters.exact("driver", n.driver()))
        .filter(n -> filters.any("id", id -> n.id().contains(id)))
        .filter(n -> filters.any("name", name -> n.name().contains(name)))
        .filter(n -> filters.exact("scope", n.scope()))
        .filter(n -> filters.exact("type", n.isPredefined() ? "builtin" : "custom"))
        .filter(n -> filters.labels(n.labels()))
        .filter(n -> !filters.has("dangling") || unusedOnly == isUnused(n, used))
        .toList();
  }

  private static boolean isUnused(Network network, Set<String> used) {
    return !network.isPredefined() && !used.contains(network.id());
  }

  /** The networks that no container refers to and that pass the filters of NetworkPrune. */
  public static List<Network> prunable(
      List<Network> networks, Filters filters, List<Container> containers, Until until) {
    filters.requireOnly(KNOWN_FOR_PRUNE);
    Set<String> used = used(containers);
    return networks.stream()
        .filter(n -> isUnused(n, used))
        .filter(n -> filters.labelsOrNot(n.labels()))
        .filter(n -> until.includes(n.created()))
        .toList();
  }

  private static Set<String> used(List<Container> containers) {
    var used = new HashSet<String>();
    for (Container container : containers) {
      for (Attachment attachment : container.networks().values()) {
        used.add(attachment.networkId());
      }
    }
    return used;
  }
}
