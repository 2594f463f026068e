package dev.wherry.engine.network;

import java.net.InetAddress;
import java.util.Map;

/**
 * What networks have when their creator does not say.
 *
 * @param pools where subnets come from
 * @param bridge what the network named bridge is like
 * @param bridgeOptions of a new network
 */
public record NetworkDefaults(
    DefaultPools pools, DefaultBridgeOptions bridge, Map<String, String> bridgeOptions) {
  /** dockerd's. */
  public static final NetworkDefaults STANDARD =
      new NetworkDefaults(DefaultPools.STANDARD, Subnet.literal("0.0.0.0"), Map.of());

  /** dockerd's default network, but for where it publishes a port if the user names no address. */
  public NetworkDefaults(
      DefaultPools pools, InetAddress published, Map<String, String> bridgeOptions) {
    this(pools, DefaultBridgeOptions.publishingAt(published), bridgeOptions);
  }

  /**
   * Checks them.
   *
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter naming a bad option
   */
  void check() {
    LinkOptions.check(PredefinedNetworks.BRIDGE, BridgeOptions.KNOWN, bridgeOptions);
    BridgeOptions.of("0".repeat(64), bridgeOptions);
  }
}
