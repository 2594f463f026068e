package dev.wherry.engine.network;

import dev.wherry.engine.store.Ids;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** The networks that are always there, and their records. */
final class PredefinedNetworks {
  static final String BRIDGE = "bridge";
  static final String HOST = "host";
  static final String NONE = "none";

  /** The driver of {@link #NONE}. */
  static final String NULL_DRIVER = "null";

  private PredefinedNetworks() {}

  /** The record of the network named host or none. */
  static Network withoutBridge(String name, Clock clock) {
    String driver = name.equals(NONE) ? NULL_DRIVER : name;
    return record(name, driver, List.of(), Map.of(), clock);
  }

  /** The record of the network named bridge. */
  static Network bridge(
      String interfaceName, List<Network.Pool> pools, DefaultBridgeOptions wanted, Clock clock) {
    Map<String, String> options = BridgeOptions.ofDefault(interfaceName, wanted);
    return record(BRIDGE, BRIDGE, pools, options, clock);
  }

  private static Network record(
      String name,
      String driver,
      List<Network.Pool> pools,
      Map<String, String> options,
      Clock clock) {
    return new Network(
        Ids.random(),
        name,
        clock.instant(),
        "local",
        driver,
        true,
        pools.stream().anyMatch(pool -> pool.subnet().contains(":")),
        false,
        false,
        false,
        "",
        pools,
        options,
        Map.of());
  }
}
