package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.error.EngineException;
import java.util.List;

/**
 * Turns names of containers into ids, so that a rename changes nothing: {@code container:NAME} and
 * the targets of links.
 */
final class ModeReferences {
  private static final String CONTAINER = "container:";

  private ModeReferences() {}

  static HostConfig resolved(HostConfig host, ContainerIndex index) {
    HostConfig.NamespaceModes modes = host.namespaces();
    HostConfig.NetworkOptions network = host.network();
    String mode = networkMode(network.mode(), index);
    List<String> links =
        NamespaceChoice.isUserNetwork(mode)
            ? List.of() // the name server has those of the endpoint
            : network.links().stream().map(link -> link(link, index)).toList();
    return host.with(
        network.with(mode, links),
        new HostConfig.NamespaceModes(
            mode(modes.ipc(), index),
            mode(modes.pid(), index),
            modes.uts(),
            modes.userns(),
            modes.cgroupns()));
  }

  private static String link(String text, ContainerIndex index) {
    LegacyLink link = LegacyLink.parse(text);
    Container target;
    try {
      target = index.get(link.target());
      String mode = target.hostConfig().network().mode();
      while (mode.startsWith(CONTAINER)) {
        target = index.get(mode.substring(CONTAINER.length()));
        mode = target.hostConfig().network().mode();
      }
    } catch (EngineException.NotFound e) {
      throw new EngineException.InvalidParameter(
          "could not get container for " + link.target() + ": " + e.getMessage(), e);
    }
    if (NamespaceChoice.isOnHostNetwork(target)) {
      throw new EngineException.InvalidParameter(
          "conflicting options: host type networking can't be used with links. This would result in"
              + " undefined behavior");
    }
    return new LegacyLink(target.id(), link.alias()).text();
  }

  /** As in dockerd, a network's donor need not exist before the start. */
  private static String networkMode(String mode, ContainerIndex index) {
    try {
      return mode(mode, index);
    } catch (EngineException.InvalidParameter e) {
      return mode;
    }
  }

  private static String mode(String mode, ContainerIndex index) {
    if (!mode.startsWith(CONTAINER)) {
      return mode;
    }
    try {
      return CONTAINER + index.get(mode.substring(CONTAINER.length())).id();
    } catch (EngineException.NotFound e) {
      throw new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
    }
  }
}
