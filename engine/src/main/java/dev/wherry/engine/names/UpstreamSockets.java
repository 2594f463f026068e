package dev.wherry.engine.names;

import dev.wherry.engine.linux.Fd;

/**
 * Makes sockets in the network namespace from which a server is asked. Blocks for less than a
 * millisecond; failures are {@link dev.wherry.engine.linux.LinuxException}s.
 */
public interface UpstreamSockets {

  /** A UDP socket at a port that the kernel chooses, connected to a server. */
  Fd udp(Upstream server);

  /** A TCP socket on its way to a server: the connection may still fail, or not be there yet. */
  Fd tcp(Upstream server);
}
