package dev.wherry.verticles.dns;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.names.Resolver;
import dev.wherry.verticles.bus.Blocking;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.vertx.core.internal.ContextInternal;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The name server of one container. All on one event loop, which others share. */
final class SandboxServer {
  static final Logger LOG = LoggerFactory.getLogger(SandboxServer.class);

  /** Octets of a query; longer ones are cut and then refused. */
  private static final int LONGEST_QUERY = 2048;

  /** Packets taken from the kernel at a time. */
  private static final int BATCH = 16;

  private static final int MOST_CONNECTIONS = 64;
  private static final int SILENCE_SECONDS = 10;

  private final ContextInternal context;
  private final LocalAnswers local;
  private final Forwarder overUdp;
  private final Forwarder overTcp;
  private final Set<Channel> channels = new HashSet<>();
  private int connections;
  private boolean closed;

  SandboxServer(ContextInternal context, Resolver resolver, Blocking blocking) {
    this.context = context;
    this.local = new LocalAnswers(resolver);
    this.overUdp =
        new Forwarder(resolver::upstreams, new UdpTransport(context, resolver.sockets(), blocking));
    this.overTcp =
        new Forwarder(resolver::upstreams, new TcpTransport(context, resolver.sockets(), blocking));
  }

  /** Begins to answer; from any thread. */
  void open(Fd udp, Fd tcp) {
    context
        .nettyEventLoop()
        .execute(
            () -> {
              openUdp(udp);
              openTcp(tcp);
            });
  }

  private void openUdp(Fd socket) {
    EpollDatagramChannel channel = new EpollDatagramChannel(socket.release());
    channel.config().setMaxDatagramPayloadSize(LONGEST_QUERY);
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(BATCH * LONGEST_QUERY));
    channel.pipeline().addLast(new UdpQueries(local, overUdp));
    keep(channel);
    context.nettyEventLoop().register(channel).addListener(done -> opened(channel, done));
  }

  private void openTcp(Fd socket) {
    new ServerBootstrap()
        .group(context.nettyEventLoop(), context.nettyEventLoop())
        .channelFactory(() -> server(socket))
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel connection) {
                accept(connection);
              }
            })
        .register();
  }

  private EpollServerSocketChannel server(Fd socket) {
    EpollServerSocketChannel channel = new EpollServerSocketChannel(socket.release());
    keep(channel);
    return channel;
  }

  private void accept(Channel connection) {
    if (connections >= MOST_CONNECTIONS || closed) {
      connection.close();
      return;
    }
    connections++;
    keep(connection);
    connection.closeFuture().addListener(gone -> connections--);
    connection
        .pipeline()
        .addLast(new ReadTimeoutHandler(SILENCE_SECONDS))
        .addLast(new LengthFieldBasedFrameDecoder(Framing.LONGEST, 0, 2, 0, 2))
        .addLast(new TcpQueries(local, overTcp));
  }

  private void keep(Channel channel) {
    channels.add(channel);
    channel.closeFuture().addListener(gone -> channels.remove(channel));
  }

  private void opened(Channel channel, io.netty.util.concurrent.Future<?> done) {
    if (!done.isSuccess()) {
      LOG.error("a name server's socket could not be opened", done.cause());
      channel.unsafe().closeForcibly();
    }
  }

  /** Closes all; from any thread. */
  void close() {
    context
        .nettyEventLoop()
        .execute(
            () -> {
              closed = true;
              Set.copyOf(channels).forEach(Channel::close);
              overUdp.close();
              overTcp.close();
            });
  }
}
