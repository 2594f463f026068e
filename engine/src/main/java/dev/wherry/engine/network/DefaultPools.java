package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The subnets that a network gets when nobody names one.
 *
 * @param pools in the order they are used
 */
public record DefaultPools(List<Pool> pools) {

  /**
   * A range of addresses, cut into subnets.
   *
   * @param size prefix length of each, not smaller than the base's
   */
  public record Pool(Subnet base, int size) {

    /** The first subnet that overlaps none of those in use; what is in use is stepped over. */
    Optional<Subnet> free(Collection<Subnet> inUse) {
      int bits = base.network().getAddress().length * 8;
      BigInteger step = BigInteger.ONE.shiftLeft(bits - size);
      BigInteger end = BigInteger.ONE.shiftLeft(bits - base.prefixLength());
      BigInteger offset = BigInteger.ZERO;
      while (offset.compareTo(end) < 0) {
        Subnet candidate = new Subnet(base.at(offset), size);
        Optional<Subnet> taken = inUse.stream().filter(candidate::overlaps).findFirst();
        if (taken.isEmpty()) {
          return Optional.of(candidate);
        }
        int wider = Math.min(taken.get().prefixLength(), size);
        BigInteger span = BigInteger.ONE.shiftLeft(bits - wider);
        offset =
            span.compareTo(end) >= 0 ? end : offset.divide(span).add(BigInteger.ONE).multiply(span);
        offset = offset.divide(step).multiply(step);
      }
      return Optional.empty();
    }
  }

  /** dockerd's. */
  public static final DefaultPools STANDARD =
      new DefaultPools(
          List.of(
              pool("172.17.0.0/16", 16),
              pool("172.18.0.0/16", 16),
              pool("172.19.0.0/16", 16),
              pool("172.20.0.0/14", 16),
              pool("172.24.0.0/14", 16),
              pool("172.28.0.0/14", 16),
              pool("192.168.0.0/16", 20)));

  private static Pool pool(String base, int size) {
    return new Pool(Subnet.parse(base), size);
  }

  /**
   * The first subnet that overlaps none of those in use.
   *
   * @param inUse of other networks, and of the host's own links and routes
   * @throws EngineException.NotFound if all do
   */
  Subnet free(Collection<Subnet> inUse) {
    return of(true)
        .flatMap(pool -> pool.free(inUse).stream())
        .findFirst()
        .orElseThrow(() -> exhausted("IPv4"));
  }

  /** As {@link #free}, of IPv6; empty if there are no such pools. */
  Optional<Subnet> freeIpv6(Collection<Subnet> inUse) {
    if (of(false).findAny().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        of(false)
            .flatMap(pool -> pool.free(inUse).stream())
            .findFirst()
            .orElseThrow(() -> exhausted("IPv6")));
  }

  private Stream<Pool> of(boolean ipv4) {
    return pools.stream().filter(pool -> pool.base().isIpv4() == ipv4);
  }

  private static EngineException exhausted(String family) {
    return new EngineException.NotFound(
        "could not find an available, non-overlapping "
            + family
            + " address pool among the defaults to assign to the network");
  }
}
