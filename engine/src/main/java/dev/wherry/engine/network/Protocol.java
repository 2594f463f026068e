package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.util.Locale;

/** A transport protocol whose ports can be published; the lower-case name is the wire form. */
enum Protocol {
  TCP,
  UDP,
  SCTP;

  /** The name as nftables and Docker write it. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * By its name.
   *
   * @throws EngineException.InvalidParameter if there is no such protocol
   */
  static Protocol of(String name) {
    for (Protocol protocol : values()) {
      if (protocol.text().equals(name)) {
        return protocol;
      }
    }
    throw new EngineException.InvalidParameter("invalid proto: " + name);
  }
}
