package dev.wherry.engine.network;

import dev.wherry.engine.network.HostBridge.HostAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's place on a network.
 *
 * @param interfaceName of its link, inside
 */
record Place(
    LiveNetwork network,
    Attachment attachment,
    String endpointId,
    String interfaceName,
    List<HostAddress> addresses) {
  private static final Attachment.Request ANYTHING =
      new Attachment.Request("", "", List.of(), "", List.of(), List.of(), Map.of(), 0);

  /** The network's name. */
  String name() {
    return network.network().name();
  }

  /** What the user asks of the network. */
  Attachment.Request request() {
    return request(attachment);
  }

  /** What the user asks of a network. */
  static Attachment.Request request(Attachment attachment) {
    Attachment.Request request = attachment.requested();
    return request == null ? ANYTHING : request;
  }

  /** Its address of a family. */
  Optional<InetAddress> address(boolean ipv4) {
    return addresses.stream()
        .map(HostAddress::address)
        .filter(address -> ipv4 == address instanceof Inet4Address)
        .findFirst();
  }

  /** Where packets of a family leave by; empty on an internal network. */
  Optional<InetAddress> gateway(boolean ipv4) {
    return network.network().internal()
        ? Optional.empty()
        : address(ipv4).flatMap(network::gatewayOf);
  }

  /** Whether packets of a family leave by its link. */
  boolean leadsOut(boolean ipv4) {
    boolean without =
        network.options().leadsOutWithoutGateway()
            && !network.network().internal()
            && address(ipv4).isPresent();
    return without || gateway(ipv4).isPresent();
  }

  /** What it is to look like inside, with the gateways of the default routes that lead by it. */
  Attachment.Endpoint endpoint(String hostInterface, String mac) {
    return new Attachment.Endpoint(
        endpointId,
        hostInterface,
        interfaceName,
        text(gateway(true)),
        text(address(true)),
        prefixLength(true),
        text(gateway(false)),
        text(address(false)),
        prefixLength(false),
        mac);
  }

  /** What it is to be noted as, once it has its link. */
  Attachment at(Attachment.Endpoint endpoint) {
    return new Attachment(network.network().id(), attachment.requested(), endpoint);
  }

  private static String text(Optional<InetAddress> address) {
    return address.map(Subnet::text).orElse("");
  }

  private int prefixLength(boolean ipv4) {
    return addresses.stream()
        .filter(address -> ipv4 == address.address() instanceof Inet4Address)
        .mapToInt(HostAddress::prefixLength)
        .findFirst()
        .orElse(0);
  }
}
