package dev.wherry.engine.network;

import java.util.Arrays;
import java.util.Optional;

/** How packets of one family get to and from a network of the bridge driver. */
enum GatewayMode {
  /** By the host's addresses: published ports are translated, what leaves is masqueraded. */
  NAT("nat"),

  /** As {@link #NAT}, and whoever has a route to the containers reaches all of their ports. */
  NAT_UNPROTECTED("nat-unprotected"),

  /**
   * By the containers' own addresses: published ports are open there, for other networks too, and
   * nothing is translated or masqueraded.
   */
  ROUTED("routed"),

  /** Not at all, nor to the host, which has no address on the bridge; for internal networks. */
  ISOLATED("isolated");

  private final String text;

  GatewayMode(String text) {
    this.text = text;
  }

  /** One by its name in a network's options. */
  static Optional<GatewayMode> named(String text) {
    return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
  }

  /** Whether the host stands for the containers where packets leave. */
  boolean translates() {
    return switch (this) {
      case NAT, NAT_UNPROTECTED -> true;
      case ROUTED, ISOLATED -> false;
    };
  }
}
