package dev.wherry.engine.network;

import java.util.List;

/**
 * What the firewall has to know of one bridge.
 *
 * @param icc whether its containers reach each other
 * @param masquerade whether its containers' packets leave with the host's address
 * @param internal whether nothing passes between it and anything else
 */
record BridgeRules(
    String bridge, List<Subnet> subnets, boolean icc, boolean masquerade, boolean internal) {

  /** Those of a network. */
  static BridgeRules of(LiveNetwork network, BridgeOptions options) {
    return new BridgeRules(
        options.name(),
        network.subnets(),
        options.icc(),
        options.masquerade(),
        network.network().internal());
  }
}
