package dev.wherry.engine.relay;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Sockets;

/**
 * A client's connection and the one to the container that it is carried on: two directions, each of
 * which ends by itself. Under the lock of its port.
 */
final class Connection implements TcpRelays.Listener {
  private final CarriedPort port;
  private final TcpRelays relays;
  private final Fd client;
  private final Fd container;
  private final Direction there;
  private final Direction back;
  private long clientToken;
  private long containerToken;
  private boolean closed;

  Connection(CarriedPort port, TcpRelays relays, Sockets sockets, Fd client, Fd container) {
    this.port = port;
    this.relays = relays;
    this.client = client;
    this.container = container;
    this.there = new Direction(sockets, client, container);
    this.back = new Direction(sockets, container, client);
  }

  /** Begins to watch both ends. */
  void begin() {
    clientToken = relays.watchOnce(client, Processes.POLLIN, this);
    containerToken = relays.watchOnce(container, Processes.POLLIN, this);
  }

  @Override
  public void ready() {
    synchronized (port) {
      if (closed) {
        return;
      }
      try {
        there.carry();
        back.carry();
        if (there.isOver() && back.isOver()) {
          close();
        } else {
          watch();
        }
      } catch (LinuxException e) {
        TcpRelays.LOG.debug("a carried connection ends: {}", e.getMessage());
        close();
      }
    }
  }

  /** An end that nothing is wanted of is left alone: what befalls it is seen at the next write. */
  private void watch() {
    again(client, there, back, clientToken);
    again(container, back, there, containerToken);
  }

  private void again(Fd fd, Direction from, Direction to, long token) {
    int mask = (from.wantsInput() ? Processes.POLLIN : 0) | (to.waits() ? Processes.POLLOUT : 0);
    if (mask != 0) {
      relays.again(fd, mask, token);
    }
  }

  void close() {
    if (!closed) {
      closed = true;
      relays.forget(clientToken);
      relays.forget(containerToken);
      client.close();
      container.close();
      port.ended(this);
    }
  }
}
