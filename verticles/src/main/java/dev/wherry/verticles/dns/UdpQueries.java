package dev.wherry.verticles.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;

/** Answers packets; those answered at once leave together. */
final class UdpQueries extends SimpleChannelInboundHandler<DatagramPacket> {
  private final LocalAnswers local;
  private final Forwarder forwarder;

  UdpQueries(LocalAnswers local, Forwarder forwarder) {
    this.local = local;
    this.forwarder = forwarder;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
    ByteBuf message = packet.content();
    InetSocketAddress client = packet.sender();
    switch (Incoming.read(message)) {
      case Incoming.Query query -> answer(ctx, message, query, client);
      case Incoming.Faulty faulty ->
          ctx.write(new DatagramPacket(Replies.faulty(ctx.alloc(), faulty), client));
      case Incoming.Noise ignored -> {
        // Dropped.
      }
    }
  }

  private void answer(
      ChannelHandlerContext ctx, ByteBuf message, Incoming.Query query, InetSocketAddress client) {
    int limit = Math.max(Replies.UDP_DEFAULT, query.payload());
    ByteBuf known = local.answer(ctx.alloc(), message, query, limit);
    if (known != null) {
      ctx.write(new DatagramPacket(known, client));
    } else {
      forwarder.forward(
          message,
          query,
          answer -> ctx.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(answer), client)));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  /** An answer that could not be delivered is no reason to stop. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    SandboxServer.LOG.debug("a packet could not be read: {}", cause.getMessage());
  }
}
