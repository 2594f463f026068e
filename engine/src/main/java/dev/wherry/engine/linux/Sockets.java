package dev.wherry.engine.linux;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Sockets that the JDK can't make, as raw descriptors that Netty can take over ({@link
 * Fd#release}). Failures are {@link LinuxException}s.
 */
public interface Sockets {
  /**
   * Connects to a unix socket of type SOCK_SEQPACKET, as conmon's attach socket is; the descriptor
   * is non-blocking. The path may be longer than the 107 bytes of unix(7).
   *
   * @throws LinuxException ECONNREFUSED if nobody listens, EAGAIN if too many wait
   */
  Fd connectSeqpacket(Path path);

  /**
   * As {@link #connectSeqpacket} for a socket of type SOCK_DGRAM, as syslog's is.
   *
   * @throws LinuxException EPROTOTYPE if it is of another type
   */
  Fd connectDatagram(Path path);

  /**
   * A non-blocking UDP socket bound to an address, in the calling thread's network namespace.
   *
   * @param address with a literal address; port 0 lets the kernel choose
   * @throws LinuxException EADDRINUSE, EADDRNOTAVAIL, EACCES
   */
  Fd bindUdp(InetSocketAddress address);

  /**
   * A non-blocking UDP socket at a port of the kernel's choice, connected to an address, in the
   * calling thread's network namespace: it takes packets from there only.
   *
   * @throws LinuxException ENETUNREACH
   */
  Fd connectUdp(InetSocketAddress address);

  /**
   * A non-blocking TCP socket that listens on an address, in the calling thread's network
   * namespace.
   *
   * @param backlog how many connections may wait
   */
  Fd listenTcp(InetSocketAddress address, int backlog);

  /**
   * As {@link #listenTcp}, for SCTP.
   *
   * @throws LinuxException EPROTONOSUPPORT if the kernel has none
   */
  Fd listenSctp(InetSocketAddress address, int backlog);

  /**
   * A non-blocking TCP socket that is on its way to an address, in the calling thread's network
   * namespace: connect(2) has begun, and how it ends is seen at the socket. It sends at once what
   * it is given.
   *
   * @throws LinuxException if it fails at once: ECONNREFUSED, ENETUNREACH
   */
  Fd beginTcp(InetSocketAddress address);

  /**
   * Takes a connection that waits at a listening TCP socket; it is non-blocking and sends at once
   * what it is given.
   *
   * @return empty if there is none
   */
  Optional<Fd> accept(Fd listening);

  /** Tells the other end of a connection that nothing more will come, shutdown(2). */
  void shutdownOutput(Fd socket);

  /** The port that a socket is bound to, getsockname(2). */
  int localPort(Fd socket);
}
