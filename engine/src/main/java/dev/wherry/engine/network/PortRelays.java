package dev.wherry.engine.network;

import dev.wherry.engine.linux.Fd;
import java.net.InetSocketAddress;

/**
 * Carries to containers what comes in at published ports that the kernel cannot translate: from
 * {@code ::1}, and from any IPv6 address to a container that has IPv4 only.
 */
public interface PortRelays {
  /** Carries nothing: the sockets hold their ports and nobody reads them. */
  PortRelays NONE =
      new PortRelays() {
        @Override
        public Relay tcp(Fd listening, InetSocketAddress target) {
          return holding(listening);
        }

        @Override
        public Relay udp(Fd bound, InetSocketAddress target) {
          return holding(bound);
        }

        private Relay holding(Fd socket) {
          return new Relay() {
            @Override
            public void lead(InetSocketAddress target) {}

            @Override
            public void close() {
              socket.close();
            }
          };
        }
      };

  /** One port carried, until it is closed. */
  interface Relay extends AutoCloseable {
    /** Leads what comes from now on elsewhere; what is established stays where it is. */
    void lead(InetSocketAddress target);

    /** Ends it with its connections; on return the port is free. */
    @Override
    void close();
  }

  /**
   * Takes over a listening socket; returns at once.
   *
   * @param target a container's address and port, of either family
   */
  Relay tcp(Fd listening, InetSocketAddress target);

  /** Takes over a bound UDP socket; returns at once. */
  Relay udp(Fd bound, InetSocketAddress target);
}
