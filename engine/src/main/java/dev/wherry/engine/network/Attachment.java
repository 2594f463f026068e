package dev.wherry.engine.network;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container's place on one network: what was asked for, and, while it runs, what it got (Docker
 * Engine API, {@code EndpointSettings}).
 *
 * @param networkId id of the network
 * @param requested what the user asked for, {@code null} if nothing
 * @param endpoint {@code null} while the container is not running
 */
public record Attachment(
    String networkId, @Nullable Request requested, @Nullable Endpoint endpoint) {

  /**
   * @param ipv4Address empty for any
   * @param ipv6Address empty for any
   * @param macAddress empty for any
   */
  public record Request(
      String ipv4Address,
      String ipv6Address,
      List<String> linkLocalIps,
      String macAddress,
      List<String> aliases,
      List<String> links,
      Map<String, String> driverOpts,
      int gwPriority) {}

  /**
   * What a container has on a network while it runs.
   *
   * @param id 64 hexadecimal digits
   * @param hostInterface the veth's end on the host, empty for none
   * @param ipAddress dotted IPv4 or empty
   */
  public record Endpoint(
      String id,
      String hostInterface,
      String containerInterface,
      String gateway,
      String ipAddress,
      int ipPrefixLen,
      String ipv6Gateway,
      String globalIpv6Address,
      int globalIpv6PrefixLen,
      String macAddress) {}
}
