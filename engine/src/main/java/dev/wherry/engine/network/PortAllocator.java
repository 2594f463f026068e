package dev.wherry.engine.network;

import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Sockets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which ports of the host are published. A port taken is also bound by a socket of ours: it tells
 * us that a program of the host has the port already, and that program that we have it. Packets
 * that the rules translate never reach it; what does is carried on by a relay. Thread-safe.
 */
final class PortAllocator {
  private static final Logger LOG = LoggerFactory.getLogger(PortAllocator.class);

  /** How many connections may wait for a relay. */
  private static final int BACKLOG = 128;

  /** A range of ports, both ends in it. */
  record Range(int first, int last) {
    boolean contains(int port) {
      return first <= port && port <= last;
    }
  }

  /** A port taken, until it is closed. */
  final class Lease implements AutoCloseable {
    private final Key key;
    private final InetAddress address;
    private final Optional<Fd> socket;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private Optional<PortRelays.Relay> relay = Optional.empty();

    private Lease(Key key, InetAddress address, Optional<Fd> socket) {
      this.key = key;
      this.address = address;
      this.socket = socket;
    }

    int port() {
      return key.port;
    }

    InetAddress address() {
      return address;
    }

    /** Has what comes in at the socket carried on, or carried elsewhere than before. */
    synchronized void relay(PortRelays relays, InetSocketAddress target) {
      if (relay.isPresent()) {
        relay.get().lead(target);
      } else if (socket.isPresent() && open.get()) {
        Fd taken = new Fd(socket.get().release());
        relay =
            Optional.of(
                key.protocol == Protocol.TCP
                    ? relays.tcp(taken, target)
                    : relays.udp(taken, target));
      }
    }

    /** Gives the port back; a second time nothing happens. */
    @Override
    public void close() {
      if (open.compareAndSet(true, false)) {
        closeSocket();
        release(this);
      }
    }

    private synchronized void closeSocket() {
      relay.ifPresent(PortRelays.Relay::close);
      socket.ifPresent(Fd::close);
    }
  }

  /** Why a port can't be had, in dockerd's words. */
  static final class PortException extends Exception {
    private static final long serialVersionUID = 1L;

    PortException(String message) {
      super(message);
    }
  }

  private record Key(Protocol protocol, boolean ipv4, int port) {}

  private final Sockets sockets;
  private final Range ephemeral;
  private final Map<Key, Set<InetAddress>> taken = new HashMap<>();
  private final Map<Protocol, Integer> next = new HashMap<>();

  /**
   * No port taken.
   *
   * @param ephemeral where ports that nobody names are taken from
   */
  PortAllocator(Sockets sockets, Range ephemeral) {
    this.sockets = sockets;
    this.ephemeral = ephemeral;
  }

  /**
   * Takes one port of a range: the only one, or the first that is free.
   *
   * @param address unspecified for all addresses of its family
   * @param wanted empty for the ephemeral ports, in turn
   */
  synchronized Lease take(Protocol protocol, InetAddress address, Optional<Range> wanted)
      throws PortException {
    Range range = wanted.orElse(ephemeral);
    int count = range.last - range.first + 1;
    int start = wanted.isPresent() ? range.first : next.getOrDefault(protocol, range.first);
    PortException refusal = null;
    for (int i = 0; i < count; i++) {
      int port = range.first + (start - range.first + i) % count;
      try {
        Lease lease = take(protocol, address, port);
        if (wanted.isEmpty()) {
          next.put(protocol, port + 1);
        }
        return lease;
      } catch (PortException e) {
        refusal = e;
      }
    }
    throw count == 1 && refusal != null ? refusal : new PortException("all ports are allocated");
  }

  /**
   * Notes a port of a container that outlived the daemon: it counts as taken even if a program of
   * the host has got hold of it meanwhile.
   */
  synchronized Lease adopt(Protocol protocol, InetAddress address, int port) {
    Key key = new Key(protocol, address.getAddress().length == 4, port);
    taken.computeIfAbsent(key, k -> new HashSet<>()).add(address);
    Optional<Fd> socket = Optional.empty();
    try {
      socket = bind(key, address);
    } catch (LinuxException e) {
      LOG.warn("published port {}/{} is not ours alone: {}", port, protocol.text(), e.getMessage());
    }
    return new Lease(key, address, socket);
  }

  private Lease take(Protocol protocol, InetAddress address, int port) throws PortException {
    Key key = new Key(protocol, address.getAddress().length == 4, port);
    Set<InetAddress> addresses = taken.getOrDefault(key, Set.of());
    if (addresses.stream().anyMatch(other -> overlap(other, address))) {
      throw new PortException(
          "Bind for " + text(address, port) + " failed: port is already allocated");
    }
    try {
      Optional<Fd> socket = bind(key, address);
      taken.computeIfAbsent(key, k -> new HashSet<>()).add(address);
      return new Lease(key, address, socket);
    } catch (LinuxException e) {
      String network = protocol.text() + (key.ipv4 ? "4" : "6");
      throw new PortException(
          "listen " + network + " " + text(address, port) + ": " + step(e) + words(e.errno()));
    }
  }

  private static boolean overlap(InetAddress one, InetAddress other) {
    return one.equals(other) || one.isAnyLocalAddress() || other.isAnyLocalAddress();
  }

  private Optional<Fd> bind(Key key, InetAddress address) {
    InetSocketAddress socketAddress = new InetSocketAddress(address, key.port);
    return switch (key.protocol) {
      case TCP -> Optional.of(sockets.listenTcp(socketAddress, key.ipv4 ? 0 : BACKLOG));
      case UDP -> Optional.of(sockets.bindUdp(socketAddress));
      // None is no listener there (net/sctp/socket.c, sctp_inet_listen).
      case SCTP -> Optional.of(sockets.listenSctp(socketAddress, 1));
    };
  }

  private static String text(InetAddress address, int port) {
    String ip = Subnet.text(address);
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
  }

  /** What failed, in the words of Go's net package. */
  private static String step(LinuxException e) {
    return e.is(Errno.EPROTONOSUPPORT) || e.is(Errno.EAFNOSUPPORT) ? "socket: " : "bind: ";
  }

  /** Go's words, which dockerd's users know. */
  private static String words(Errno errno) {
    String text = errno.text();
    return Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private synchronized void release(Lease lease) {
    Set<InetAddress> addresses = taken.get(lease.key);
    if (addresses != null && addresses.remove(lease.address) && addresses.isEmpty()) {
      taken.remove(lease.key);
    }
  }
}
