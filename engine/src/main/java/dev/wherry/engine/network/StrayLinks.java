package dev.wherry.engine.network;

import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds links that a daemon gave to running containers and did not live to note: their addresses
 * are not known to be taken, and would be given a second time.
 */
final class StrayLinks {
  private static final Logger LOG = LoggerFactory.getLogger(StrayLinks.class);
  private static final String VETH = "veth";
  private static final Set<String> VLAN_KINDS = Set.of(VlanOptions.MACVLAN, VlanOptions.IPVLAN);

  private final ContainerLinks links;
  private final Map<Integer, Netlink.Link> host = new HashMap<>();
  private final Set<Integer> carriers;

  /**
   * Takes a look at the host.
   *
   * @param carriers names of the bridges and parents that our networks are made of
   */
  StrayLinks(Netlink netlink, ContainerLinks links, Set<String> carriers) {
    this.links = links;
    netlink.links().forEach(link -> host.put(link.index(), link));
    this.carriers =
        host.values().stream()
            .filter(link -> carriers.contains(link.name()))
            .map(Netlink.Link::index)
            .collect(Collectors.toSet());
  }

  /**
   * Removes those of a container.
   *
   * @param known its places
   */
  void remove(Path pin, Collection<Attachment> known) {
    Set<String> names =
        known.stream()
            .map(Attachment::endpoint)
            .flatMap(endpoint -> Optional.ofNullable(endpoint).stream())
            .map(Attachment.Endpoint::containerInterface)
            .collect(Collectors.toSet());
    try (Netlink inside = links.inside(pin)) {
      for (Netlink.Link link : inside.links()) {
        if (!names.contains(link.name()) && isOurs(link)) {
          LOG.warn("{}: {} is what a killed daemon left, it is removed", pin, link.name());
          inside.execute(new NetlinkRequest.DeleteLink(link.name()));
        }
      }
    }
  }

  private boolean isOurs(Netlink.Link link) {
    Netlink.Link end = host.get(link.foreignParent());
    if (end == null) {
      return false;
    }
    return VLAN_KINDS.contains(link.kind())
        ? carriers.contains(end.index())
        : link.kind().equals(VETH)
            && end.foreignParent() == link.index()
            && carriers.contains(end.master());
  }
}
