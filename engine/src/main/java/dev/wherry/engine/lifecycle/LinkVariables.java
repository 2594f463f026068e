package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.network.Attachment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The environment variables that a legacy link brings (Docker's "Legacy container links"). */
final class LinkVariables {
  /** Variables of the linked container that are its own affair. */
  private static final Set<String> KEPT = Set.of("PATH", "HOME");

  private LinkVariables() {}

  /** Those of all links of a container; on a user's network there are none. */
  static List<String> of(Container container, ContainerIndex index) {
    List<String> variables = new ArrayList<>();
    if (NamespaceChoice.hasOwnNetwork(container) && !NamespaceChoice.isOnUserNetwork(container)) {
      for (LegacyLink link : LegacyLink.of(container)) {
        link.target(index).ifPresent(target -> add(container, target, link.alias(), variables));
      }
    }
    return variables;
  }

  private static void add(
      Container container, Container target, String alias, List<String> variables) {
    String prefix = alias.toUpperCase(Locale.ROOT).replace('-', '_');
    String address =
        target.networks().values().stream()
            .map(Attachment::endpoint)
            .filter(endpoint -> endpoint != null && !endpoint.ipAddress().isEmpty())
            .map(endpoint -> endpoint.ipAddress())
            .findFirst()
            .orElse("");
    variables.add(prefix + "_NAME=/" + container.name() + "/" + alias);
    List<String> ports =
        target.config().exposedPorts().stream()
            .sorted(Comparator.comparingInt(LinkVariables::number).thenComparing(p -> p))
            .toList();
    if (!ports.isEmpty()) {
      variables.add(prefix + "_PORT=" + url(ports.getFirst(), address));
    }
    for (String port : ports) {
      String one =
          "%s_PORT_%d_%s".formatted(prefix, number(port), protocol(port).toUpperCase(Locale.ROOT));
      variables.add(one + "=" + url(port, address));
      variables.add(one + "_ADDR=" + address);
      variables.add(one + "_PORT=" + number(port));
      variables.add(one + "_PROTO=" + protocol(port));
    }
    for (String variable : target.config().env()) {
      int equals = variable.indexOf('=');
      if (equals > 0 && !KEPT.contains(variable.substring(0, equals))) {
        variables.add(prefix + "_ENV_" + variable);
      }
    }
  }

  private static String url(String port, String address) {
    return protocol(port) + "://" + address + ":" + number(port);
  }

  private static int number(String port) {
    return Integer.parseInt(port.substring(0, port.indexOf('/')));
  }

  private static String protocol(String port) {
    return port.substring(port.indexOf('/') + 1);
  }
}
