package dev.wherry.verticles.stream;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * A client's input for a process. Written on the client's context; a failing process is no failure
 * of the client's, what it no longer takes is dropped.
 */
final class SessionInput implements WriteStream<Buffer> {
  private static final int DEFAULT_MAX_QUEUED = 64 << 10;

  private final ProcessStdio process;
  private final Session session;
  private final ContextInternal client;
  private volatile boolean over;

  // On the client's context.
  private int maxQueued = DEFAULT_MAX_QUEUED;
  private int queued;
  private boolean wasFull;
  private @Nullable Handler<Void> drainHandler;

  SessionInput(ProcessStdio process, Session session, ContextInternal client) {
    this.process = process;
    this.session = session;
    this.client = client;
  }

  /** Nothing more is taken. */
  void close() {
    over = true;
  }

  @Override
  public Future<Void> write(Buffer data) {
    if (over || !session.hasInput()) {
      return client.succeededFuture();
    }
    queued += data.length();
    wasFull |= queued >= maxQueued;
    return process.input(client, data).onComplete(done -> taken(data.length()));
  }

  private void taken(int count) {
    queued -= count;
    Handler<Void> listener = drainHandler;
    if (wasFull && queued <= maxQueued / 2) {
      wasFull = false;
      if (listener != null) {
        listener.handle(null);
      }
    }
  }

  @Override
  public Future<Void> end() {
    if (!over && session.hasInput()) {
      over = true;
      process.inputEnded(session);
    }
    return client.succeededFuture();
  }

  @Override
  public boolean writeQueueFull() {
    return wasFull;
  }

  @Override
  public SessionInput setWriteQueueMaxSize(int maxSize) {
    maxQueued = maxSize;
    return this;
  }

  @Override
  public SessionInput drainHandler(@Nullable Handler<Void> handler) {
    drainHandler = handler;
    return this;
  }

  @Override
  public SessionInput exceptionHandler(@Nullable Handler<Throwable> handler) {
    return this;
  }
}
