package dev.wherry.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A read stream filled from any thread and read on one context. It starts paused. It never refuses
 * an item; it tells its producer when enough is queued and when there is room again, and the
 * producer acts on that.
 *
 * <p>The end, or the failure and then the end, is delivered after the last item, to a reader that
 * is not paused. Handlers may be set at any time; one set after the end is called at once.
 */
public final class QueuedStream<T> implements ReadStream<T> {
  private final ContextInternal context;
  private final ToLongFunction<T> weigher;
  private final long highWater;
  private final Runnable whenRoom;
  private final Promise<Void> finished;

  private final Object lock = new Object();
  // Guarded by the lock.
  private final Queue<T> queue = new ArrayDeque<>();
  private long queued;
  private boolean full;
  private long demand;
  private boolean scheduled;
  private boolean closed;
  private boolean cancelled;
  private @Nullable Throwable failure;
  private @Nullable Handler<T> handler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable Handler<Void> endHandler;
  private boolean ended;
  private @Nullable Promise<Void> roomPromise;

  /**
   * @param context handlers are called on it
   * @param weigher what an item counts for
   * @param highWater the stream is full from this weight on, and has room again below half of it
   * @param whenRoom told, on {@code context}, when a full stream has room again
   */
  public QueuedStream(
      ContextInternal context, ToLongFunction<T> weigher, long highWater, Runnable whenRoom) {
    this.context = context;
    this.weigher = weigher;
    this.highWater = highWater;
    this.whenRoom = whenRoom;
    this.finished = context.promise();
  }

  /** The context it is read on. */
  public ContextInternal context() {
    return context;
  }

  /**
   * Queues an item; dropped if the stream has ended or was cancelled.
   *
   * @return whether there is room for more
   */
  public boolean offer(T item) {
    synchronized (lock) {
      if (closed) {
        return true;
      }
      queue.add(item);
      queued += weigher.applyAsLong(item);
      full |= queued >= highWater;
      schedule();
      return !full;
    }
  }

  public boolean isFull() {
    synchronized (lock) {
      return full;
    }
  }

  /** Completes when there is room, at once if there is, and when the reader has gone. */
  public Future<Void> room() {
    synchronized (lock) {
      if (!full) {
        return context.succeededFuture();
      }
      if (roomPromise == null) {
        roomPromise = context.promise();
      }
      return roomPromise.future();
    }
  }

  /** Whether offers are dropped, because the stream has ended or its reader has gone. */
  public boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /** No more items will come. */
  public void end() {
    close(null);
  }

  /** No more items will come, because something failed. */
  public void fail(Throwable cause) {
    close(cause);
  }

  private void close(@Nullable Throwable cause) {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      failure = cause;
      schedule();
    }
  }

  /** The reader has gone: what is queued is dropped and no handler is called any more. */
  public void cancel() {
    synchronized (lock) {
      closed = true;
      cancelled = true;
      queue.clear();
      queued = 0;
      full = false;
    }
    finished.tryComplete();
    context.runOnContext(ignored -> tellRoom());
  }

  private void tellRoom() {
    Promise<Void> waiting;
    synchronized (lock) {
      waiting = roomPromise;
      roomPromise = null;
    }
    if (waiting != null) {
      waiting.complete();
    }
    whenRoom.run();
  }

  /** Completes when the end has been delivered or the reader has gone. */
  public Future<Void> finished() {
    return finished.future();
  }

  /** Holding the lock. */
  private void schedule() {
    boolean work = !queue.isEmpty() || (closed && !ended);
    if (!scheduled && work && demand > 0 && !cancelled) {
      scheduled = true;
      context.runOnContext(ignored -> deliver());
    }
  }

  private void deliver() {
    while (true) {
      T item;
      Handler<T> reader;
      boolean room;
      synchronized (lock) {
        if (cancelled || demand == 0 || queue.isEmpty()) {
          break;
        }
        item = queue.remove();
        queued -= weigher.applyAsLong(item);
        room = full && queued < highWater / 2;
        full &= !room;
        if (demand != Long.MAX_VALUE) {
          demand--;
        }
        reader = handler;
      }
      if (room) {
        tellRoom();
      }
      if (reader != null) {
        context.dispatch(item, reader);
      }
    }
    settle();
  }

  /** After a delivery: ends, or goes on if something came in between. */
  private void settle() {
    Handler<Throwable> onFailure;
    Handler<Void> onEnd;
    Throwable cause;
    synchronized (lock) {
      scheduled = false;
      if (!closed || cancelled || ended || demand == 0 || !queue.isEmpty()) {
        schedule();
        return;
      }
      ended = true;
      cause = failure;
      onFailure = exceptionHandler;
      onEnd = endHandler;
    }
    if (cause != null && onFailure != null) {
      context.dispatch(cause, onFailure);
    }
    if (onEnd != null) {
      context.dispatch(null, onEnd);
    }
    finished.tryComplete();
  }

  @Override
  public QueuedStream<T> handler(@Nullable Handler<T> newHandler) {
    synchronized (lock) {
      handler = newHandler;
    }
    return this;
  }

  @Override
  public QueuedStream<T> exceptionHandler(@Nullable Handler<Throwable> newHandler) {
    synchronized (lock) {
      exceptionHandler = newHandler;
      Throwable cause = failure;
      if (ended && cause != null && newHandler != null) {
        context.runOnContext(ignored -> newHandler.handle(cause));
      }
    }
    return this;
  }

  @Override
  public QueuedStream<T> endHandler(@Nullable Handler<Void> newHandler) {
    synchronized (lock) {
      endHandler = newHandler;
      if (ended && newHandler != null) {
        context.runOnContext(newHandler);
      }
    }
    return this;
  }

  @Override
  public QueuedStream<T> pause() {
    synchronized (lock) {
      demand = 0;
    }
    return this;
  }

  @Override
  public QueuedStream<T> resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public QueuedStream<T> fetch(long amount) {
    if (amount < 0) {
      throw new IllegalArgumentException("negative amount " + amount);
    }
    synchronized (lock) {
      demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
      schedule();
    }
    return this;
  }
}
