package dev.wherry.verticles.dns;

import dev.wherry.engine.linux.Fd;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One socket to a server, for some queries. All on one event loop. */
final class UdpOutlet extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final int QUERIES = 256;
  private static final long LIFE_SECONDS = 10;
  private static final int IDS = 1 << 16;

  private final ContextInternal context;
  private final Consumer<UdpOutlet> whenClosed;
  private final Map<Integer, Asked> pending = new HashMap<>();
  private @Nullable EpollDatagramChannel channel;
  private @Nullable Future<Void> ready;
  private int asked;
  private boolean retired;
  private boolean closed;

  private record Asked(int clientId, Promise<byte[]> answer, ScheduledFuture<?> timeout) {}

  UdpOutlet(ContextInternal context, Consumer<UdpOutlet> whenClosed) {
    this.context = context;
    this.whenClosed = whenClosed;
  }

  /** Takes over the socket when it is there. */
  void open(Future<Fd> socket) {
    context.nettyEventLoop().schedule(this::retire, LIFE_SECONDS, TimeUnit.SECONDS);
    ready = socket.compose(this::adopt).onFailure(failure -> close());
  }

  private Future<Void> adopt(Fd socket) {
    EpollDatagramChannel adopted = new EpollDatagramChannel(socket.release());
    channel = adopted;
    adopted.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(Replies.LARGEST));
    adopted.pipeline().addLast(this);
    Promise<Void> registered = context.promise();
    context
        .nettyEventLoop()
        .register(adopted)
        .addListener(
            done -> {
              if (done.isSuccess() && !closed) {
                registered.complete();
              } else {
                adopted.unsafe().closeForcibly();
                registered.tryFail("not registered");
              }
            });
    return registered.future();
  }

  /** Whether other queries are to take another socket. */
  boolean isUsedUp() {
    return retired || closed || asked >= QUERIES;
  }

  Future<byte[]> ask(byte[] query, long timeoutMillis) {
    asked++;
    Promise<byte[]> answer = context.promise();
    int id = freeId();
    ScheduledFuture<?> timeout =
        context
            .nettyEventLoop()
            .schedule(() -> fail(id, "no answer"), timeoutMillis, TimeUnit.MILLISECONDS);
    pending.put(id, new Asked(Messages.id(query), answer, timeout));
    Future<Void> opened = ready;
    if (opened != null) {
      opened.onSuccess(there -> send(id, query));
    }
    return answer.future();
  }

  private int freeId() {
    int id;
    do {
      id = ThreadLocalRandom.current().nextInt(IDS);
    } while (pending.containsKey(id));
    return id;
  }

  private void send(int id, byte[] query) {
    EpollDatagramChannel out = channel;
    if (out != null && pending.containsKey(id)) {
      out.writeAndFlush(Unpooled.wrappedBuffer(Messages.withId(query, id)))
          .addListener(
              sent -> {
                if (!sent.isSuccess()) {
                  fail(id, "not sent");
                }
              });
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
    byte[] message = ByteBufUtil.getBytes(packet.content());
    if (message.length < Incoming.HEADER) {
      return;
    }
    Asked answered = pending.get(Messages.id(message));
    if (answered == null) {
      return;
    }
    take(Messages.id(message));
    answered.answer().complete(Messages.withId(message, answered.clientId()));
  }

  /** What the kernel tells of earlier packets: mostly that nobody listens there. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close();
  }

  private @Nullable Asked take(int id) {
    Asked one = pending.remove(id);
    if (one != null) {
      one.timeout().cancel(false);
    }
    if (retired && pending.isEmpty()) {
      close();
    }
    return one;
  }

  private void fail(int id, String why) {
    Asked one = take(id);
    if (one != null) {
      one.answer().fail(why);
    }
  }

  private void retire() {
    retired = true;
    if (pending.isEmpty()) {
      close();
    }
  }

  void close() {
    if (closed) {
      return;
    }
    closed = true;
    whenClosed.accept(this);
    EpollDatagramChannel open = channel;
    if (open != null) {
      open.close();
    }
    for (int id : List.copyOf(pending.keySet())) {
      fail(id, "closed");
    }
  }
}
