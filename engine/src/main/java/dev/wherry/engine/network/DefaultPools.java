package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The subnets that a network gets when nobody names one: dockerd's, in its order. */
final class DefaultPools {
  private static final List<Subnet> IPV4 =
      Stream.concat(
              Stream.of(
                  "172.17.0.0/16",
                  "172.18.0.0/16",
                  "172.19.0.0/16",
                  "172.20.0.0/16",
                  "172.24.0.0/16",
                  "172.28.0.0/16"),
              IntStream.range(0, 16).mapToObj(i -> "192.168." + i * 16 + ".0/20"))
          .map(Subnet::parse)
          .toList();

  private DefaultPools() {}

  /**
   * The first subnet that overlaps none of those in use.
   *
   * @param inUse of other networks, and of the host's own links and routes
   * @throws EngineException.NotFound if all do
   */
  static Subnet free(Collection<Subnet> inUse) {
    return IPV4.stream()
        .filter(candidate -> inUse.stream().noneMatch(candidate::overlaps))
        .findFirst()
        .orElseThrow(
            () ->
                new EngineException.NotFound(
                    "could not find an available, non-overlapping IPv4 address pool among the"
                        + " defaults to assign to the network"));
  }
}
