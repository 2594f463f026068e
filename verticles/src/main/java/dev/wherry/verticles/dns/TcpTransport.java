package dev.wherry.verticles.dns;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.names.Upstream;
import dev.wherry.engine.names.UpstreamSockets;
import dev.wherry.verticles.bus.Blocking;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Asks by TCP, on a connection for each query. All on one event loop. */
final class TcpTransport implements Transport {
  private static final int MOST_AT_A_TIME = 32;

  private final ContextInternal context;
  private final UpstreamSockets sockets;
  private final Blocking blocking;
  private final Set<Channel> open = new HashSet<>();
  private int underWay;
  private boolean closed;

  TcpTransport(ContextInternal context, UpstreamSockets sockets, Blocking blocking) {
    this.context = context;
    this.sockets = sockets;
    this.blocking = blocking;
  }

  @Override
  public Future<byte[]> ask(Upstream server, byte[] query, long timeoutMillis) {
    if (closed || underWay >= MOST_AT_A_TIME) {
      return context.failedFuture("too many connections");
    }
    underWay++;
    Promise<byte[]> answer = context.promise();
    ScheduledFuture<?> timeout =
        context
            .nettyEventLoop()
            .schedule(() -> answer.tryFail("no answer"), timeoutMillis, TimeUnit.MILLISECONDS);
    blocking
        .call(() -> sockets.tcp(server))
        .onSuccess(socket -> converse(socket, query, answer))
        .onFailure(answer::tryFail);
    return answer
        .future()
        .onComplete(
            done -> {
              underWay--;
              timeout.cancel(false);
            });
  }

  private void converse(Fd socket, byte[] query, Promise<byte[]> answer) {
    EpollSocketChannel channel = new EpollSocketChannel(socket.release());
    channel
        .pipeline()
        .addLast(new LengthFieldBasedFrameDecoder(Framing.LONGEST, 0, 2, 0, 2))
        .addLast(new Answer(answer));
    open.add(channel);
    channel.closeFuture().addListener(gone -> open.remove(channel));
    answer.future().onComplete(done -> channel.close());
    context
        .nettyEventLoop()
        .register(channel)
        .addListener(
            registered -> {
              if (!registered.isSuccess() || closed) {
                channel.unsafe().closeForcibly();
                answer.tryFail("not connected");
              } else {
                channel.writeAndFlush(Framing.framed(Unpooled.wrappedBuffer(query)));
              }
            });
  }

  @Override
  public void close() {
    closed = true;
    Set.copyOf(open).forEach(Channel::close);
  }

  private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private final Promise<byte[]> answer;

    Answer(Promise<byte[]> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
      answer.tryComplete(ByteBufUtil.getBytes(message));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answer.tryFail("closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      answer.tryFail(cause);
    }
  }
}
