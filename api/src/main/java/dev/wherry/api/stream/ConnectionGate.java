package dev.wherry.api.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.regex.Pattern;

/**
 * Stands in each connection's pipeline between the HTTP codec and Vert.x, for what HTTP has no
 * notion of.
 *
 * <p><b>Half-close.</b> A client that closes its sending side ends the input of a hijacked stream
 * and goes on reading. On a connection that is not hijacked it means that the client has gone.
 *
 * <p><b>Early bytes.</b> What follows a request that asks for a hijack is not HTTP, also when it
 * arrives before the answer. Decoding stops with such a request; the bytes are kept until {@link
 * #release}. If the answer is an ordinary one after all, the connection closes with it, as
 * dockerd's does.
 *
 * <p>Lives on its connection's event loop; one for each connection.
 */
final class ConnectionGate extends ChannelDuplexHandler {
  static final String NAME = "wherry.gate";

  /** Name Vert.x gives to its decoder, and takes away by when a connection is hijacked. */
  private static final String DECODER = "httpDecoder";

  private static final Pattern HIJACKED =
      Pattern.compile("(?:/v[0-9.]+)?/(?:containers/.+/attach|exec/.+/start)(?:\\?.*)?");
  private static final int MAX_EARLY_BYTES = 64 << 10;

  private enum Mode {
    HTTP,
    /** The request's head asks for a hijack; its body is still coming. */
    EXPECTED,
    /** Decoding has stopped; raw bytes are kept. */
    HELD,
    HIJACKED
  }

  private final Queue<ByteBuf> early = new ArrayDeque<>();
  private Mode mode = Mode.HTTP;
  private int earlyBytes;
  private boolean inputEnded;
  private boolean released;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (mode == Mode.HELD && message instanceof ByteBuf bytes) {
      keep(ctx, bytes);
      return;
    }
    if (mode == Mode.HTTP
        && message instanceof HttpRequest request
        && request.method().equals(HttpMethod.POST)
        && HIJACKED.matcher(request.uri()).matches()) {
      mode = Mode.EXPECTED;
    }
    if (mode == Mode.EXPECTED && message instanceof LastHttpContent) {
      mode = Mode.HELD;
      // The decoder hands on what it has not decoded when it is taken away.
      ctx.pipeline().replace(DECODER, DECODER, new ChannelInboundHandlerAdapter());
    }
    ctx.fireChannelRead(message);
  }

  private void keep(ChannelHandlerContext ctx, ByteBuf bytes) {
    early.add(bytes);
    earlyBytes += bytes.readableBytes();
    if (earlyBytes > MAX_EARLY_BYTES) {
      ctx.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (mode == Mode.EXPECTED || mode == Mode.HELD) {
      if (message instanceof HttpResponse response) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
      if (message instanceof LastHttpContent) {
        promise.unvoid().addListener(ChannelFutureListener.CLOSE);
      }
    }
    ctx.write(message, promise);
  }

  /** From now on the connection is a raw stream; {@link #release} follows. */
  void hijacked() {
    mode = Mode.HIJACKED;
  }

  /**
   * Hands on the bytes that came early, now that somebody takes them. The end of the input is
   * handed on like them, as an empty buffer: an event would overtake bytes that wait in Vert.x.
   */
  void release(ChannelHandlerContext ctx) {
    released = true;
    for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
      ctx.fireChannelRead(bytes);
    }
    if (earlyBytes > MAX_EARLY_BYTES) {
      ctx.channel().config().setAutoRead(true);
    }
    earlyBytes = 0;
    if (inputEnded) {
      ctx.fireChannelRead(Unpooled.EMPTY_BUFFER);
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent
        && (mode == Mode.HTTP || mode == Mode.EXPECTED)) {
      ctx.close();
    } else if (event instanceof ChannelInputShutdownReadComplete) {
      inputEnded = true;
      if (released) {
        ctx.fireChannelRead(Unpooled.EMPTY_BUFFER);
        ctx.fireChannelReadComplete();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
      bytes.release();
    }
  }
}
