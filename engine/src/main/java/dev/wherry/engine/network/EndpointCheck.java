package dev.wherry.engine.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** What is wrong with what a container asks of a network, in dockerd's words. */
final class EndpointCheck {
  private final Faults faults = new Faults();

  private EndpointCheck() {}

  /**
   * Checks what can be told of a network by its name.
   *
   * @param stored empty for one that does not exist, which is told later
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter with all that is wrong
   */
  static void check(String name, Optional<StoredNetwork> stored, Attachment.Request request) {
    EndpointCheck check = new EndpointCheck();
    check.predefined(name, request);
    check.notation(request);
    stored.ifPresent(network -> check.ranges(network, request));
    check.faults.refuse("invalid endpoint settings");
  }

  private void predefined(String name, Attachment.Request request) {
    if (!Network.isPredefined(name) && !name.equals("default")) {
      return;
    }
    if (!request.ipv4Address().isEmpty() || !request.ipv6Address().isEmpty()) {
      faults.add("user specified IP address is supported on user defined networks only");
    }
    if (!request.aliases().isEmpty()) {
      faults.add("network-scoped alias is supported only for containers in user defined networks");
    }
  }

  private void notation(Attachment.Request request) {
    String four = request.ipv4Address();
    String six = request.ipv6Address();
    if (!four.isEmpty() && !isFixed(four, true)) {
      faults.add("invalid IPv4 address: " + four);
    }
    if (!six.isEmpty() && !isFixed(six, false)) {
      faults.add("invalid IPv6 address: " + six);
    }
    for (String address : request.linkLocalIps()) {
      if (parse(address).filter(InetAddress::isLinkLocalAddress).isEmpty()) {
        faults.add("invalid link-local IP address: " + address);
      }
    }
  }

  private static boolean isFixed(String text, boolean ipv4) {
    return parse(text)
        .filter(address -> ipv4 == address instanceof Inet4Address)
        .filter(address -> !address.isAnyLocalAddress())
        .isPresent();
  }

  private static Optional<InetAddress> parse(String text) {
    try {
      return Optional.of(Subnet.literal(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void ranges(StoredNetwork stored, Attachment.Request request) {
    List<Subnet> subnets =
        stored.userSubnets()
            ? stored.network().pools().stream()
                .filter(pool -> !pool.chosen())
                .map(pool -> Subnet.parse(pool.subnet()))
                .toList()
            : List.of();
    range(subnets.stream().filter(Subnet::isIpv4).toList(), request.ipv4Address());
    range(subnets.stream().filter(subnet -> !subnet.isIpv4()).toList(), request.ipv6Address());
  }

  private void range(List<Subnet> subnets, String wanted) {
    if (wanted.isEmpty()) {
      return;
    }
    Optional<InetAddress> address = parse(wanted);
    if (subnets.isEmpty()) {
      faults.add(
          "user specified IP address is supported only when connecting to networks with user"
              + " configured subnets");
    } else if (subnets.stream().noneMatch(subnet -> address.filter(subnet::contains).isPresent())) {
      faults.add("no configured subnet or ip-range contain the IP address " + wanted);
    }
  }
}
