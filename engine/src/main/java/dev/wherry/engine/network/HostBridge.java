package dev.wherry.engine.network;

import java.net.InetAddress;
import java.util.Optional;

/**
 * The default network's bridge, as the daemon's configuration has it.
 *
 * <ul>
 *   <li>{@link Managed}: we make it.
 *   <li>{@link Existing}: it is the host's, and we leave it as it is.
 *   <li>{@link Disabled}: there is no default network.
 * </ul>
 */
public sealed interface HostBridge {
  /**
   * A bridge of ours.
   *
   * @param name its interface
   * @param address the host's address on it; empty for that which it has, or a free one
   */
  record Managed(String name, Optional<HostAddress> address) implements HostBridge {}

  /** A bridge of the host's, which has an IPv4 address. */
  record Existing(String name) implements HostBridge {}

  /** No bridge, no default network. */
  record Disabled() implements HostBridge {}

  /** An address of the host and the subnet that it is in. */
  record HostAddress(InetAddress address, int prefixLength) {
    /** The subnet that it is in. */
    public Subnet subnet() {
      return Subnet.of(address, prefixLength);
    }

    @Override
    public String toString() {
      return Subnet.text(address) + "/" + prefixLength;
    }
  }
}
