package dev.wherry.api.stream;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.Http1xServerConnection;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Takes a connection away from HTTP, for any method and with a status line of our own. Vert.x's
 * {@code toNetSocket()} refuses POST, which is what Docker's attach and exec are; this is the only
 * class that reaches into its internals for that.
 */
public final class Hijack {
  private Hijack() {}

  /** To be called for each new connection, before its first request. */
  public static void prepare(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    // Before the client can half-close.
    EpollInterest.keep(channel);
    channel.pipeline().addBefore("handler", ConnectionGate.NAME, new ConnectionGate());
  }

  /**
   * Sends an answer's head and turns the connection into a raw one, paused and with its early bytes
   * kept until {@link Taken#start}.
   *
   * @param head status line and headers, with the empty line after them
   */
  static Future<Taken> take(HttpServerRequest request, String head) {
    request.resume();
    var connection = (Http1xServerConnection) request.connection();
    Channel channel = connection.channel();
    ChannelHandlerContext gateContext =
        Objects.requireNonNull(channel.pipeline().context(ConnectionGate.NAME));
    var gate = (ConnectionGate) gateContext.handler();
    gate.hijacked();
    // Written from the encoder's own place, so that it passes the encoder by.
    channel
        .pipeline()
        .context("httpEncoder")
        .writeAndFlush(Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
    return connection
        .netSocket()
        .map(
            socket -> {
              socket.pause();
              return new Taken(socket, gate, gateContext);
            });
  }

  /** A connection that has become a raw stream. */
  record Taken(NetSocket socket, ConnectionGate gate, ChannelHandlerContext gateContext) {

    /**
     * Lets the input flow, to the handler that has been set on the socket. An empty buffer says
     * that the client has closed its sending side.
     */
    void start() {
      gate.release(gateContext);
      socket.resume();
    }
  }
}
