package dev.wherry.engine.network;

import dev.wherry.engine.store.Ids;
import java.net.InetAddress;
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
      String interfaceName, Network.Pool pool, InetAddress published, Clock clock) {
    Map<String, String> options = BridgeOptions.ofDefault(interfaceName, published);
    return record(BRIDGE, BRIDGE, List.of(pool), options, clock);
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
        false,
        false,
        false,
        false,
        "",
        pools,
        options,
        Map.of());
  }
}
