package dev.wherry.engine.relay;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.engine.network.PortRelays.Relay;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** A listening socket and its connections, which change under its lock only. */
final class CarriedPort implements Relay, TcpRelays.Listener {
  /** Connections taken at a time, so that others get their turn. */
  private static final int TURN = 16;

  private final TcpRelays relays;
  private final Sockets sockets;
  private final Fd listening;
  private final Set<Connection> connections = new HashSet<>();
  private InetSocketAddress target;
  private long token;
  private boolean closed;

  CarriedPort(TcpRelays relays, Sockets sockets, Fd listening, InetSocketAddress target) {
    this.relays = relays;
    this.sockets = sockets;
    this.listening = listening;
    this.target = target;
  }

  synchronized void token(long given) {
    token = given;
  }

  @Override
  public synchronized void lead(InetSocketAddress changed) {
    target = changed;
  }

  @Override
  public synchronized void ready() {
    for (int i = 0; i < TURN && !closed; i++) {
      Optional<Fd> client = sockets.accept(listening);
      if (client.isEmpty()) {
        return;
      }
      carry(client.get());
    }
  }

  private void carry(Fd client) {
    if (!relays.takePlace()) {
      client.close();
      return;
    }
    Fd container;
    try {
      container = sockets.beginTcp(target);
    } catch (LinuxException e) {
      TcpRelays.LOG.debug("a connection is not carried: {}", e.getMessage());
      client.close();
      relays.givePlace();
      return;
    }
    Connection connection = new Connection(this, relays, sockets, client, container);
    connections.add(connection);
    try {
      connection.begin();
    } catch (LinuxException e) {
      connection.close();
      throw e;
    }
  }

  /** Takes note that a connection has closed itself; under the lock. */
  void ended(Connection connection) {
    if (connections.remove(connection)) {
      relays.givePlace();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      relays.forget(token);
      listening.close();
      Set.copyOf(connections).forEach(Connection::close);
    }
  }
}
