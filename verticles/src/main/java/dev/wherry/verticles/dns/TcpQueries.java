package dev.wherry.verticles.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/** Answers messages of one connection; a client that does not read its answers is let go. */
final class TcpQueries extends SimpleChannelInboundHandler<ByteBuf> {
  private final LocalAnswers local;
  private final Forwarder forwarder;

  TcpQueries(LocalAnswers local, Forwarder forwarder) {
    this.local = local;
    this.forwarder = forwarder;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
    switch (Incoming.read(message)) {
      case Incoming.Query query -> answer(ctx, message, query);
      case Incoming.Faulty faulty -> ctx.write(Framing.framed(Replies.faulty(ctx.alloc(), faulty)));
      case Incoming.Noise ignored -> ctx.close();
    }
  }

  private void answer(ChannelHandlerContext ctx, ByteBuf message, Incoming.Query query) {
    ByteBuf known = local.answer(ctx.alloc(), message, query, Replies.LARGEST);
    if (known != null) {
      ctx.write(Framing.framed(known));
    } else {
      forwarder.forward(
          message,
          query,
          answer -> ctx.writeAndFlush(Framing.framed(Unpooled.wrappedBuffer(answer))));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // cut off, silent for too long, or no DNS
  }
}
