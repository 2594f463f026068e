package dev.wherry.engine.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What is wrong with the address pools that a user names, in dockerd's words. */
final class PoolCheck {
  private final Faults faults = new Faults();

  private PoolCheck() {}

  /**
   * Checks pools of the families that are enabled.
   *
   * @param enabled whether the network has a subnet's family
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter with all that is wrong
   */
  static void check(List<Network.Pool> pools, Predicate<Subnet> enabled) {
    PoolCheck check = new PoolCheck();
    pools.forEach(pool -> check.check(pool, enabled));
    check.faults.refuse("invalid network config");
  }

  private void check(Network.Pool pool, Predicate<Subnet> enabled) {
    String given = pool.subnet();
    Optional<Subnet> found = subnet(given);
    if (found.isEmpty()) {
      faults.add("invalid subnet " + given + ": invalid CIDR block notation");
      return;
    }
    Subnet subnet = found.get();
    if (enabled.test(subnet)) {
      checkMasked("subnet", given, subnet);
      checkRange(pool.range(), subnet);
      checkAddress("gateway " + pool.gateway(), pool.gateway(), subnet);
      pool.auxAddresses()
          .forEach((name, aux) -> checkAddress("auxiliary address " + name, aux, subnet));
    }
  }

  private static Optional<Subnet> subnet(String cidr) {
    int slash = cidr.indexOf('/');
    try {
      InetAddress address = Subnet.literal(cidr.substring(0, Math.max(0, slash)));
      return Optional.of(Subnet.of(address, Integer.parseUnsignedInt(cidr.substring(slash + 1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void checkMasked(String what, String given, Subnet meant) {
    String address = given.substring(0, given.indexOf('/'));
    if (!Subnet.literal(address).equals(meant.network())) {
      faults.add("invalid %s %s: it should be %s".formatted(what, given, meant));
    }
  }

  private void checkRange(String given, Subnet parent) {
    if (given.isEmpty()) {
      return;
    }
    Optional<Subnet> range = subnet(given);
    if (range.isEmpty()) {
      faults.add("invalid ip-range " + given + ": invalid CIDR block notation");
    } else if (range.get().isIpv4() != parent.isIpv4()) {
      faults.add("invalid ip-range " + given + ": " + family(parent));
    } else {
      checkMasked("ip-range", given, range.get());
      checkInside(given, range.get(), parent);
    }
  }

  private void checkInside(String given, Subnet range, Subnet parent) {
    if (range.prefixLength() < parent.prefixLength()) {
      faults.add(
          "invalid ip-range %s: CIDR block is bigger than its parent subnet %s"
              .formatted(given, parent));
    } else if (!parent.contains(range)) {
      faults.add(
          "invalid ip-range %s: parent subnet %s doesn't contain ip-range"
              .formatted(given, parent));
    }
  }

  private static String family(Subnet parent) {
    return "parent subnet is an " + (parent.isIpv4() ? "IPv4" : "IPv6") + " block";
  }

  private void checkAddress(String what, String given, Subnet parent) {
    if (given.isEmpty()) {
      return;
    }
    String fault = "";
    try {
      InetAddress address = Subnet.literal(given);
      if (address.getAddress().length != parent.network().getAddress().length) {
        fault = family(parent);
      } else if (!parent.contains(address)) {
        fault = "parent subnet " + parent + " doesn't contain this address";
      }
    } catch (IllegalArgumentException e) {
      fault = "invalid address";
    }
    faults.add(fault.isEmpty() ? "" : "invalid " + what + ": " + fault);
  }
}
