package dev.wherry.verticles.dns;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.names.Resolver;
import dev.wherry.engine.names.Responder;
import dev.wherry.verticles.bus.Blocking;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers the queries of all containers on the event loops that are there anyway: a container costs
 * two sockets and no thread.
 */
public final class DnsResponder implements Responder, AutoCloseable {
  private final VertxInternal vertx;
  private final Blocking blocking;
  private final Map<String, SandboxServer> servers = new ConcurrentHashMap<>();

  /**
   * @param blocking opens the sockets with which other servers are asked
   */
  public DnsResponder(Vertx vertx, Blocking blocking) {
    this.vertx = (VertxInternal) vertx;
    this.blocking = blocking;
  }

  @Override
  public void answer(Resolver resolver, Fd udp, Fd tcp) {
    SandboxServer server = new SandboxServer(vertx.createEventLoopContext(), resolver, blocking);
    servers.put(resolver.sandboxId(), server);
    server.open(udp, tcp);
  }

  @Override
  public void stop(String sandboxId) {
    SandboxServer server = servers.remove(sandboxId);
    if (server != null) {
      server.close();
    }
  }

  /** Closes all; the containers' names come back with the next daemon. */
  @Override
  public void close() {
    servers.keySet().forEach(this::stop);
  }
}
