package dev.wherry.verticles.stream;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.verticles.bus.Blocking;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;

/**
 * Connects to conmon's attach sockets (AF_UNIX, SOCK_SEQPACKET), which neither the JDK nor Netty
 * can do: the descriptor is made by a system call and handed to Netty, so that it is read on an
 * event loop of the native epoll transport.
 */
final class ConmonConnector implements AttachConnection.Connector {
  /** A packet from conmon: a byte that names the stream, and its whole buffer. */
  private static final int MAX_PACKET = 1 + AttachConnection.MAX_INPUT;

  private final Blocking blocking;
  private final Sockets sockets;

  ConmonConnector(Blocking blocking, Sockets sockets) {
    this.blocking = blocking;
    this.sockets = sockets;
  }

  @Override
  public Future<AttachConnection> connect(
      ContextInternal context, Path socket, AttachConnection.Listener listener) {
    return blocking
        .call(() -> sockets.connectSeqpacket(socket))
        .compose(descriptor -> adopt(context, descriptor, listener));
  }

  private static Future<AttachConnection> adopt(
      ContextInternal context, Fd descriptor, AttachConnection.Listener listener) {
    EpollDomainSocketChannel channel = new EpollDomainSocketChannel(descriptor.release(), true);
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(MAX_PACKET));
    channel.config().setAllowHalfClosure(true);
    ConmonConnection connection = new ConmonConnection(context, channel, listener);
    channel.pipeline().addLast(connection);
    Promise<AttachConnection> promise = context.promise();
    context
        .nettyEventLoop()
        .register(channel)
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                promise.complete(connection);
              } else {
                channel.unsafe().closeForcibly();
                promise.fail(registered.cause());
              }
            });
    return promise.future();
  }
}
