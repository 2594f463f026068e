package dev.wherry.verticles.relay;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.network.PortRelays;
import dev.wherry.engine.relay.TcpRelays;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link PortRelays}: UDP on the event loops that are there anyway, TCP by {@link TcpRelays}. A
 * port costs a socket, and neither a process nor a thread.
 */
public final class EventLoopRelays implements PortRelays {
  static final Logger LOG = LoggerFactory.getLogger(EventLoopRelays.class);

  /** UDP clients of all ports together; each costs a descriptor. */
  private static final int MOST = 1024;

  /** A loop that does not answer for so long is at its end, and closes its sockets itself. */
  private static final long PATIENCE_SECONDS = 2;

  private final VertxInternal vertx;
  private final TcpRelays tcp;
  private final Semaphore places = new Semaphore(MOST);

  public EventLoopRelays(Vertx vertx, TcpRelays tcp) {
    this.vertx = (VertxInternal) vertx;
    this.tcp = tcp;
  }

  @Override
  public Relay tcp(Fd listening, InetSocketAddress target) {
    return tcp.start(listening, target);
  }

  @Override
  public Relay udp(Fd bound, InetSocketAddress target) {
    ContextInternal context = vertx.createEventLoopContext();
    UdpRelay relay = new UdpRelay(context.nettyEventLoop(), places, target);
    try {
      relay.loop().execute(() -> relay.open(bound));
      return relay;
    } catch (RejectedExecutionException e) {
      LOG.debug("a port is held and not carried: the loops have ended");
      return NONE.udp(bound, target);
    }
  }

  /** Runs a close on its loop, and waits until it has. */
  static void closeAndWait(EventLoop loop, Runnable close) {
    if (loop.inEventLoop()) {
      close.run();
      return;
    }
    try {
      if (!loop.submit(close).await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a published port's socket is closed later than its container");
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("the loops have ended, and their sockets with them");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes at once, on the channel's own loop, whether it was registered or not. */
  static void closeNow(Channel channel) {
    if (channel.isRegistered()) {
      channel.close();
    } else {
      channel.unsafe().closeForcibly();
    }
  }
}
