package dev.wherry.verticles.container;

import dev.wherry.engine.log.LogReader;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.EngineFailure;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.stream.LogPump;
import dev.wherry.verticles.stream.StdioChunk;
import io.vertx.core.internal.ContextInternal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log as a stream. It reads to the log's end, again after each change, and ends after the reading
 * that follows {@link #finish}. State is confined to the reader's context.
 */
final class LogFeed extends QueuedFeed<StdioChunk> implements Containers.LogStream {
  private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);
  private static final long HIGH_WATER = 1 << 20;

  private final Blocking kernel;
  private final LogReader reader;
  private final ContextInternal context;
  private final QueuedStream<StdioChunk> queue;
  private final LogPump pump;
  private @Nullable AutoCloseable watch;
  private Runnable whenOver = () -> {};
  private boolean reading;
  private boolean changed;
  private boolean finishing;
  private boolean cancelled;
  private boolean over;

  LogFeed(Blocking kernel, LogReader reader, LogPump.Prefix prefix, ContextInternal context) {
    this.kernel = kernel;
    this.reader = reader;
    this.context = context;
    this.queue = new QueuedStream<>(context, chunk -> chunk.data().length(), HIGH_WATER, () -> {});
    this.pump = new LogPump(kernel, reader, prefix, queue);
  }

  /** The log was watched from before the first reading on; to be stopped in the end. */
  void watchedBy(AutoCloseable newWatch) {
    watch = newWatch;
  }

  void whenOver(Runnable action) {
    whenOver = action;
  }

  /** From any thread: there may be more in the log. */
  void changed() {
    Contexts.run(
        context,
        () -> {
          changed = true;
          advance();
        });
  }

  /** From any thread: what is in the log now is all. */
  void finish() {
    Contexts.run(
        context,
        () -> {
          finishing = true;
          changed = true;
          advance();
        });
  }

  @Override
  public void cancel() {
    Contexts.run(
        context,
        () -> {
          cancelled = true;
          queue.cancel();
          advance();
        });
  }

  private void advance() {
    if (reading || over) {
      return;
    }
    if (cancelled) {
      close();
    } else if (changed) {
      changed = false;
      reading = true;
      pump.drain().onComplete((done, failure) -> Contexts.run(context, () -> drained(failure)));
    } else if (finishing) {
      queue.end();
      close();
    }
  }

  private void drained(@Nullable Throwable failure) {
    reading = false;
    if (failure != null && !cancelled) {
      queue.fail(EngineFailure.toEngineException(failure));
      close();
    } else {
      advance();
    }
  }

  private void close() {
    over = true;
    whenOver.run();
    AutoCloseable watching = watch;
    kernel
        .run(
            () -> {
              reader.close();
              if (watching != null) {
                watching.close();
              }
            })
        .onFailure(failure -> LOG.warn("closing a log: {}", failure.getMessage()));
  }

  @Override
  protected QueuedStream<StdioChunk> queue() {
    return queue;
  }
}
