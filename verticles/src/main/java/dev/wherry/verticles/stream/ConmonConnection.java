package dev.wherry.verticles.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a conmon attach socket. Each packet from it is one byte that names the stream
 * (2 for standard output, or all of a terminal's, 3 for standard error) and data; each packet to it
 * is input. The end of file, the socket's or a packet's, ends it.
 */
final class ConmonConnection extends ChannelInboundHandlerAdapter implements AttachConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ConmonConnection.class);
  private static final byte STDOUT_PIPE = 2;
  private static final byte STDERR_PIPE = 3;

  private final ContextInternal context;
  private final EpollDomainSocketChannel channel;
  private final Listener listener;
  private boolean ended;

  ConmonConnection(ContextInternal context, EpollDomainSocketChannel channel, Listener listener) {
    this.context = context;
    this.channel = channel;
    this.listener = listener;
  }

  @Override
  public Future<Void> write(Buffer input) {
    Promise<Void> promise = context.promise();
    ByteBuf packet = Unpooled.wrappedBuffer(input.getBytes());
    channel
        .writeAndFlush(packet)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                promise.complete();
              } else {
                promise.fail(written.cause());
              }
            });
    return promise.future();
  }

  @Override
  public void shutdownInput() {
    channel.shutdownOutput();
  }

  @Override
  public void setReading(boolean reading) {
    channel.config().setAutoRead(reading);
  }

  @Override
  public void close() {
    ended = true;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf packet = (ByteBuf) message;
    try {
      int length = packet.readableBytes() - 1;
      if (length > 0 && !ended) {
        StdStream stream = stream(packet.readByte());
        byte[] data = new byte[length];
        packet.readBytes(data);
        Buffer buffer = BufferInternal.buffer(Unpooled.wrappedBuffer(data));
        context.emit(buffer, shared -> listener.output(stream, shared));
      }
    } finally {
      ReferenceCountUtil.release(packet);
    }
  }

  private static StdStream stream(byte pipe) {
    return switch (pipe) {
      case STDOUT_PIPE -> StdStream.STDOUT;
      case STDERR_PIPE -> StdStream.STDERR;
      default -> throw new IllegalArgumentException("conmon sent a packet of stream " + pipe);
    };
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      end();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("attach socket", cause);
    end();
  }

  private void end() {
    if (!ended) {
      ended = true;
      channel.close();
      context.emit(ignored -> listener.ended());
    }
  }
}
