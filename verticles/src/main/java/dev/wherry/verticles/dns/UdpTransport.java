package dev.wherry.verticles.dns;

import dev.wherry.engine.names.Upstream;
import dev.wherry.engine.names.UpstreamSockets;
import dev.wherry.verticles.bus.Blocking;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Asks by UDP. A socket is used for few queries and a short time only, so that whoever would forge
 * answers has ports to guess besides ids (RFC 5452), and none stays open that is not needed.
 */
final class UdpTransport implements Transport {
  private final ContextInternal context;
  private final UpstreamSockets sockets;
  private final Blocking blocking;
  private final Map<Upstream, UdpOutlet> current = new HashMap<>();
  private final Set<UdpOutlet> open = new HashSet<>();
  private boolean closed;

  UdpTransport(ContextInternal context, UpstreamSockets sockets, Blocking blocking) {
    this.context = context;
    this.sockets = sockets;
    this.blocking = blocking;
  }

  @Override
  public Future<byte[]> ask(Upstream server, byte[] query, long timeoutMillis) {
    if (closed) {
      return context.failedFuture("closed");
    }
    UdpOutlet outlet = current.get(server);
    if (outlet == null || outlet.isUsedUp()) {
      outlet = new UdpOutlet(context, this::forget);
      open.add(outlet);
      current.put(server, outlet);
      outlet.open(blocking.call(() -> sockets.udp(server)));
    }
    return outlet.ask(query, timeoutMillis);
  }

  private void forget(UdpOutlet outlet) {
    open.remove(outlet);
    current.values().removeIf(one -> one == outlet);
  }

  @Override
  public void close() {
    closed = true;
    Set.copyOf(open).forEach(UdpOutlet::close);
  }
}
