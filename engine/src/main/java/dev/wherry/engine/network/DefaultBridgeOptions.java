package dev.wherry.engine.network;

import dev.wherry.engine.network.HostBridge.HostAddress;
import java.net.InetAddress;
import java.util.Optional;

/**
 * What the network named bridge is like.
 *
 * @param published where a port is published if the user names no address
 * @param icc whether its containers reach each other
 * @param masquerade whether its containers' packets leave with the host's address
 * @param mtu bytes of its largest packet, 0 for the default
 * @param ipv4 its IPv4 addresses; that of the bridge is told by {@link HostBridge}
 * @param ipv6 its IPv6 addresses; empty for a network of IPv4 alone
 */
public record DefaultBridgeOptions(
    InetAddress published,
    boolean icc,
    boolean masquerade,
    int mtu,
    Family ipv4,
    Optional<Family> ipv6) {
  private static final Family ANY =
      new Family(Optional.empty(), Optional.empty(), Optional.empty());

  /** dockerd's, but for where ports are published. */
  public static DefaultBridgeOptions publishingAt(InetAddress address) {
    return new DefaultBridgeOptions(address, true, true, 0, ANY, Optional.empty());
  }

  /**
   * Addresses of one family.
   *
   * @param address the host's on the bridge; empty for one that we choose
   * @param range where addresses are given from; empty for the whole subnet
   * @param gateway where packets leave by; empty for the host
   */
  public record Family(
      Optional<HostAddress> address, Optional<Subnet> range, Optional<InetAddress> gateway) {}
}
