package dev.wherry.engine.names;

import java.net.InetSocketAddress;

/**
 * A name server that knows the world's names.
 *
 * @param side from where it is asked
 */
public record Upstream(InetSocketAddress address, Side side) {

  /** A network namespace to ask from. */
  public enum Side {
    /** The container's, so that its networks decide what it reaches. */
    CONTAINER,
    /** The daemon's: for servers on the host's own loopback. */
    HOST
  }
}
