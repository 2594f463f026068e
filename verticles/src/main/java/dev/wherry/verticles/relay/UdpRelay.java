package dev.wherry.verticles.relay;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.network.PortRelays;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A bound socket whose clients have a socket each towards the container while they talk. */
final class UdpRelay implements PortRelays.Relay {
  /** As long as dockerd's proxy remembers a client. */
  private static final int SILENCE_SECONDS = 90;

  private static final int LARGEST = 65535;

  private final EventLoop loop;
  private final Semaphore places;
  private final Set<Channel> channels = new HashSet<>();
  private final Map<InetSocketAddress, ChannelFuture> outlets = new HashMap<>();
  private volatile InetSocketAddress target;
  private boolean closed;

  UdpRelay(EventLoop loop, Semaphore places, InetSocketAddress target) {
    this.loop = loop;
    this.places = places;
    this.target = target;
  }

  EventLoop loop() {
    return loop;
  }

  @Override
  public void lead(InetSocketAddress changed) {
    target = changed;
  }

  /** Begins; on the loop. */
  void open(Fd socket) {
    if (closed) {
      socket.close();
      return;
    }
    EpollDatagramChannel inlet = new EpollDatagramChannel(socket.release());
    inlet.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(LARGEST));
    inlet.pipeline().addLast(new Inlet());
    keep(inlet);
    loop.register(inlet)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                EventLoopRelays.LOG.error("a UDP port is not carried", done.cause());
                inlet.unsafe().closeForcibly();
              }
            });
  }

  private final class Inlet extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
      ChannelFuture outlet = outlet(ctx.channel(), packet.sender());
      if (outlet != null) {
        ByteBuf content = packet.content().retain();
        outlet.addListener(
            connected -> {
              if (connected.isSuccess()) {
                outlet.channel().writeAndFlush(content);
              } else {
                content.release();
              }
            });
      }
    }

    /** What the kernel tells of earlier packets concerns one client only. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      EventLoopRelays.LOG.debug("a datagram was not carried: {}", cause.getMessage());
    }
  }

  private @Nullable ChannelFuture outlet(Channel inlet, InetSocketAddress client) {
    ChannelFuture present = outlets.get(client);
    if (present != null) {
      return present;
    }
    if (!places.tryAcquire()) {
      return null;
    }
    ChannelFuture outlet =
        new Bootstrap()
            .group(loop)
            .channel(EpollDatagramChannel.class)
            .handler(
                new ChannelInitializer<EpollDatagramChannel>() {
                  @Override
                  protected void initChannel(EpollDatagramChannel channel) {
                    channel
                        .config()
                        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(LARGEST));
                    channel.pipeline().addLast(new IdleStateHandler(0, 0, SILENCE_SECONDS));
                    channel.pipeline().addLast(new Outlet(inlet, client));
                  }
                })
            .connect(target);
    outlets.put(client, outlet);
    keep(outlet.channel());
    outlet
        .channel()
        .closeFuture()
        .addListener(
            gone -> {
              outlets.remove(client, outlet);
              places.release();
            });
    return outlet;
  }

  private void keep(Channel channel) {
    channels.add(channel);
    channel.closeFuture().addListener(gone -> channels.remove(channel));
  }

  @Override
  public void close() {
    EventLoopRelays.closeAndWait(
        loop,
        () -> {
          closed = true;
          Set.copyOf(channels).forEach(EventLoopRelays::closeNow);
        });
  }

  private static final class Outlet extends SimpleChannelInboundHandler<Object> {
    private final Channel inlet;
    private final InetSocketAddress client;

    Outlet(Channel inlet, InetSocketAddress client) {
      this.inlet = inlet;
      this.client = client;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object message) {
      ByteBuf content =
          message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
      inlet.writeAndFlush(new DatagramPacket(content.retain(), client));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent) {
        ctx.close();
      }
    }

    /** The container does not listen, or not yet. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
