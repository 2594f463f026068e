package dev.wherry.engine.network;

import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import java.util.List;
import java.util.Map;

/** Wishes for networks. */
final class Specs {
  private Specs() {}

  /** A network of IPv4, and of IPv6 if one of the pools is. */
  static NetworkSpec spec(
      String name,
      String driver,
      boolean internal,
      List<Network.Pool> pools,
      Map<String, String> options) {
    boolean ipv6 = pools.stream().anyMatch(pool -> pool.subnet().contains(":"));
    return spec(name, driver, true, ipv6, internal, pools, options);
  }

  /** A network of the families named. */
  static NetworkSpec spec(
      String name,
      String driver,
      boolean ipv4,
      boolean ipv6,
      boolean internal,
      List<Network.Pool> pools,
      Map<String, String> options) {
    return new NetworkSpec(
        name, driver, ipv4, ipv6, internal, false, false, "", pools, options, Map.of("a", "b"));
  }

  /** A configuration for other networks. */
  static NetworkSpec configuration(
      String name, List<Network.Pool> pools, Map<String, String> options) {
    boolean ipv6 = pools.stream().anyMatch(pool -> pool.subnet().contains(":"));
    return new NetworkSpec(
        name, "", true, ipv6, false, false, true, "", pools, options, Map.of("a", "b"));
  }

  /** A network made from a configuration. */
  static NetworkSpec from(String configuration, String name, String driver) {
    return new NetworkSpec(
        name,
        driver,
        true,
        false,
        false,
        false,
        false,
        configuration,
        List.of(),
        Map.of(),
        Map.of());
  }

  /** A pool without a range. */
  static Network.Pool pool(String subnet, String gateway) {
    return new Network.Pool(subnet, "", gateway, Map.of());
  }
}
