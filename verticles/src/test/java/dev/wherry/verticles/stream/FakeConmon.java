package dev.wherry.verticles.stream;

import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** The far side of attach connections: what it was sent, and a way to write output. */
public final class FakeConmon implements AttachConnection.Connector {
  /** Files that overflow have no name while they are used, so none stays. */
  static final Path OVERFLOW = Path.of(System.getProperty("java.io.tmpdir"));

  public final List<Connection> connections = new CopyOnWriteArrayList<>();
  public volatile boolean refuses;
  public volatile boolean processGone;

  @Override
  public Future<AttachConnection> connect(
      ContextInternal context, Path socket, AttachConnection.Listener listener) {
    if (refuses) {
      return context.failedFuture(new IOException("connection refused"));
    }
    Connection connection = new Connection(context, socket, listener);
    connections.add(connection);
    return context.succeededFuture(connection);
  }

  /** A hub of processes that this looks after. */
  public StdioHub hub(
      Vertx vertx, ContextInternal owner, Function<ContextInternal, Timers> timers) {
    return new StdioHub(
        vertx,
        owner,
        this,
        timers,
        id -> Future.succeededFuture(processGone),
        context -> new Overflow(OVERFLOW, new Blocking(vertx, "overflow", 2), context));
  }

  public Connection last() {
    return connections.getLast();
  }

  /** One connection. */
  public static final class Connection implements AttachConnection {
    public final Path socket;
    public final List<String> input = new CopyOnWriteArrayList<>();
    public volatile boolean inputShut;
    public volatile boolean reading = true;
    public volatile boolean closed;

    /** Whether input is only taken when {@link #takeOne} says so. */
    public volatile boolean slow;

    private final ContextInternal context;
    private final Listener listener;
    private volatile Promise<Void> pending;

    private Connection(ContextInternal context, Path socket, Listener listener) {
      this.context = context;
      this.socket = socket;
      this.listener = listener;
    }

    public void writes(StdStream stream, String text) {
      writes(stream, Buffer.buffer(text));
    }

    public void writes(StdStream stream, Buffer data) {
      context.runOnContext(ignored -> listener.output(stream, data));
    }

    public void ends() {
      context.runOnContext(ignored -> listener.ended());
    }

    public void takeOne() {
      context.runOnContext(ignored -> pending.complete());
    }

    @Override
    public Future<Void> write(Buffer data) {
      if (data.length() == 0 || data.length() > MAX_INPUT) {
        throw new IllegalArgumentException("conmon cannot take " + data.length() + " bytes");
      }
      if (pending != null && !pending.future().isComplete()) {
        throw new IllegalStateException("conmon joins packets that are not waited for");
      }
      input.add(data.toString());
      pending = context.promise();
      if (!slow) {
        pending.complete();
      }
      return pending.future();
    }

    @Override
    public void shutdownInput() {
      inputShut = true;
    }

    @Override
    public void setReading(boolean newReading) {
      reading = newReading;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
