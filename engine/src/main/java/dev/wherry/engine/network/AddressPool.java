package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Gives out the addresses of one subnet in turn, so that one just given back rests as long as
 * possible: the kernel takes a stopped container's link down a little after we have forgotten it.
 * Not thread-safe.
 */
final class AddressPool {
  private final Subnet subnet;
  private final Subnet range;
  private final Set<InetAddress> taken = new HashSet<>();
  private long next;

  /**
   * A pool with all of its addresses free but the network's own, the broadcast address and the
   * reserved ones.
   *
   * @param range the part that {@link #take()} gives from, the whole subnet perhaps
   * @param reserved the gateway and others that are never given
   */
  AddressPool(Subnet subnet, Subnet range, Collection<InetAddress> reserved) {
    this.subnet = subnet;
    this.range = range;
    if (subnet.size() > 2) {
      taken.add(subnet.network());
      if (subnet.isIpv4()) {
        taken.add(subnet.at(subnet.size() - 1));
      }
    }
    taken.addAll(reserved);
  }

  Subnet subnet() {
    return subnet;
  }

  /** The next free address, empty if there is none. */
  Optional<InetAddress> take() {
    long size = range.size();
    // of a range all of whose addresses are taken, no more than those have to be looked at
    long tries = Math.min(size, taken.size() + 1L);
    for (long i = 0; i < tries; i++) {
      InetAddress address = range.at(next);
      next = next + 1 >= size ? 0 : next + 1;
      if (taken.add(address)) {
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }

  /**
   * Takes one address.
   *
   * @throws EngineException.InvalidParameter if it is not of this subnet
   * @throws EngineException.Forbidden if it is taken or reserved
   */
  void take(InetAddress address) {
    if (!subnet.contains(address)) {
      throw foreign(address);
    }
    if (!taken.add(address)) {
      throw new EngineException.Forbidden("Address already in use");
    }
  }

  static EngineException foreign(InetAddress address) {
    return new EngineException.InvalidParameter(
        "invalid address "
            + Subnet.text(address)
            + ": It does not belong to any of this network's subnets");
  }

  /** Gives an address back. */
  void release(InetAddress address) {
    taken.remove(address);
  }
}
