package dev.wherry.api.fake;

import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/** A session a test plays the process of. */
public final class FakeSession implements StdioSession, WriteStream<Buffer> {
  private static final long HIGH_WATER = 64 << 10;

  private final QueuedStream<StdioChunk> output;
  private final Promise<Void> ended = Promise.promise();
  private final StringBuffer input = new StringBuffer();
  private volatile boolean inputEnded;
  private volatile boolean full;
  private volatile Handler<Void> drain = done -> {};
  private volatile boolean detached;
  private volatile boolean closed;

  /** To be made on the client's context. */
  public FakeSession() {
    var context = (ContextInternal) Vertx.currentContext();
    output = new QueuedStream<>(context, chunk -> chunk.data().length(), HIGH_WATER, () -> {});
  }

  /** The process writes. */
  public boolean write(StdStream stream, byte[] bytes) {
    return output.offer(new StdioChunk(stream, Buffer.buffer(bytes)));
  }

  /** The process writes. */
  public void write(StdStream stream, String text) {
    output.offer(new StdioChunk(stream, Buffer.buffer(text)));
  }

  /** The process ends. */
  public void exit() {
    output.end();
    ended.tryComplete();
  }

  /** The process reads nothing until {@link #read}. */
  public void fill() {
    full = true;
  }

  public void read() {
    full = false;
    output.context().runOnContext(done -> drain.handle(null));
  }

  public String input() {
    return input.toString();
  }

  public boolean inputEnded() {
    return inputEnded;
  }

  public boolean isFull() {
    return output.isFull();
  }

  public boolean detached() {
    return detached;
  }

  public boolean closed() {
    return closed;
  }

  @Override
  public ReadStream<StdioChunk> output() {
    return output;
  }

  @Override
  public WriteStream<Buffer> stdin() {
    return this;
  }

  @Override
  public void detach() {
    detached = true;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public Future<Void> ended() {
    return ended.future();
  }

  @Override
  public WriteStream<Buffer> exceptionHandler(Handler<Throwable> handler) {
    return this;
  }

  @Override
  public Future<Void> write(Buffer data) {
    input.append(data.toString());
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> end() {
    inputEnded = true;
    return Future.succeededFuture();
  }

  @Override
  public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
    return this;
  }

  @Override
  public boolean writeQueueFull() {
    return full;
  }

  @Override
  public WriteStream<Buffer> drainHandler(Handler<Void> handler) {
    drain = handler;
    return this;
  }
}
