package dev.wherry.verticles.bus;

import io.vertx.core.Handler;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A read stream that is a {@link QueuedStream} to its reader and more to its producer. */
public abstract class QueuedFeed<T> implements ReadStream<T> {

  /** What the reader reads. */
  protected abstract QueuedStream<T> queue();

  @Override
  public final QueuedFeed<T> handler(@Nullable Handler<T> handler) {
    queue().handler(handler);
    return this;
  }

  @Override
  public final QueuedFeed<T> exceptionHandler(@Nullable Handler<Throwable> handler) {
    queue().exceptionHandler(handler);
    return this;
  }

  @Override
  public final QueuedFeed<T> endHandler(@Nullable Handler<Void> handler) {
    queue().endHandler(handler);
    return this;
  }

  @Override
  public final QueuedFeed<T> pause() {
    queue().pause();
    return this;
  }

  @Override
  public final QueuedFeed<T> resume() {
    queue().resume();
    return this;
  }

  @Override
  public final QueuedFeed<T> fetch(long amount) {
    queue().fetch(amount);
    return this;
  }
}
