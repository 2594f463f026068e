package dev.wherry.engine.names;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxNftables;
import dev.wherry.engine.linux.Namespaces;
import dev.wherry.engine.linux.Nftables;
import dev.wherry.engine.linux.Sockets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The name server's sockets inside a container's network namespace. They are at ports of the
 * kernel's choice, so that a container may have a name server of its own at port 53; two rules in
 * the namespace change the port on the way there and back. They do it without connection tracking,
 * whose table, which all of the host shares, a container could fill with queries otherwise.
 */
final class NamespaceSockets {
  private static final int BACKLOG = 64;
  private static final String TABLE = "wherry_names";
  private static final InetAddress ADDRESS = InetAddress.ofLiteral(NameService.ADDRESS);

  private final Namespaces namespaces;
  private final Sockets sockets;

  NamespaceSockets(Namespaces namespaces, Sockets sockets) {
    this.namespaces = namespaces;
    this.sockets = sockets;
  }

  /** The pair that queries come in at. */
  record Pair(Fd udp, Fd tcp) {
    void close() {
      udp.close();
      tcp.close();
    }
  }

  /**
   * Opens them and leads port 53 there.
   *
   * @param namespace where it is pinned
   */
  Pair open(Path namespace) {
    return namespaces.callInNetwork(namespace, this::open);
  }

  private Pair open() {
    Fd udp = sockets.bindUdp(new InetSocketAddress(ADDRESS, 0));
    try {
      Fd tcp = sockets.listenTcp(new InetSocketAddress(ADDRESS, 0), BACKLOG);
      Pair pair = new Pair(udp, tcp);
      try (Nftables nftables = LinuxNftables.open()) {
        nftables.run(rules(sockets.localPort(udp), sockets.localPort(tcp)));
        return pair;
      } catch (RuntimeException | Error e) {
        tcp.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      udp.close();
      throw e;
    }
  }

  /**
   * Before and after connection tracking, should the container have rules that begin it: what it
   * tracks then is one connection with the port that the server really has.
   */
  private static String rules(int udp, int tcp) {
    return """
    table ip %1$s {}
    delete table ip %1$s
    table ip %1$s {
      chain queries {
        type filter hook output priority raw; policy accept;
        ip daddr %2$s udp dport 53 udp dport set %3$d
        ip daddr %2$s tcp dport 53 tcp dport set %4$d
      }
      chain answers {
        type filter hook output priority mangle; policy accept;
        ip saddr %2$s udp sport %3$d udp sport set 53
        ip saddr %2$s tcp sport %4$d tcp sport set 53
      }
    }
    """
        .formatted(TABLE, NameService.ADDRESS, udp, tcp);
  }

  /** Sockets for asking others, in the namespace or in the daemon's. */
  UpstreamSockets upstream(Path namespace) {
    return new UpstreamSockets() {
      @Override
      public Fd udp(Upstream server) {
        return from(server, () -> sockets.connectUdp(server.address()));
      }

      @Override
      public Fd tcp(Upstream server) {
        return from(server, () -> sockets.beginTcp(server.address()));
      }

      private Fd from(Upstream server, Supplier<Fd> open) {
        return switch (server.side()) {
          case HOST -> open.get();
          case CONTAINER -> namespaces.callInNetwork(namespace, open::get);
        };
      }
    };
  }
}
