package dev.wherry.engine.network;

import java.util.List;

/**
 * What the firewall has to know of one bridge.
 *
 * @param icc whether its containers reach each other
 * @param internal whether nothing passes between it and anything else
 * @param trusted links by which published ports are reached at the containers' own addresses
 */
record BridgeRules(
    String bridge, List<Family> families, boolean icc, boolean internal, List<String> trusted) {

  /**
   * One subnet of a bridge.
   *
   * @param masquerade whether its containers' packets leave with the host's address
   */
  record Family(Subnet subnet, GatewayMode mode, boolean masquerade) {}

  /** Those of a network. */
  static BridgeRules of(LiveNetwork network, BridgeOptions options) {
    return new BridgeRules(
        options.name(),
        network.subnets().stream().map(subnet -> family(subnet, options)).toList(),
        options.icc(),
        network.network().internal(),
        options.trusted());
  }

  private static Family family(Subnet subnet, BridgeOptions options) {
    GatewayMode mode = options.gateway(subnet.isIpv4());
    return new Family(subnet, mode, options.masquerade() && mode.translates());
  }
}
