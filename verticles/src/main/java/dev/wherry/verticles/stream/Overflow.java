package dev.wherry.verticles.stream;

import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Output for a client that has stopped reading: a queue on disk whose order is that of {@link
 * #add}. Confined to one context; files are worked on elsewhere, one step at a time.
 */
final class Overflow {
  private static final Logger LOG = LoggerFactory.getLogger(Overflow.class);

  private static final long FULL_FILE = 64L << 20;

  private final SpillFile file;
  private final Blocking blocking;
  private final ContextInternal context;
  private Future<?> last;
  private List<StdioChunk> pending = new ArrayList<>();
  private long pendingBytes;
  private long queued;
  private boolean writing;
  private boolean closed;
  private @Nullable Throwable failure;
  private Runnable progress = () -> {};

  /**
   * @param directory where files are made, once there is something to write
   */
  Overflow(Path directory, Blocking blocking, ContextInternal context) {
    this.file = new SpillFile(directory, FULL_FILE);
    this.blocking = blocking;
    this.context = context;
    this.last = context.succeededFuture();
  }

  /** Called whenever fewer bytes wait to be written, or to be taken. */
  void whenLess(Runnable action) {
    progress = action;
  }

  /** Adds a chunk behind the others. */
  void add(StdioChunk chunk) {
    if (closed || failure != null) {
      return;
    }
    pending.add(chunk);
    pendingBytes += bytes(chunk);
    queued += bytes(chunk);
    write();
  }

  private static int bytes(StdioChunk chunk) {
    return SpillFile.HEADER + chunk.data().length();
  }

  /** Bytes that wait to be written to disk. */
  long unwritten() {
    return pendingBytes;
  }

  /** Bytes that have not been taken yet. */
  long queued() {
    return queued;
  }

  private void write() {
    if (writing || pending.isEmpty()) {
      return;
    }
    writing = true;
    List<StdioChunk> batch = pending;
    long bytes = pendingBytes;
    pending = new ArrayList<>();
    step(() -> {
          file.append(batch);
          return bytes;
        })
        .onComplete(
            (done, cause) -> {
              pendingBytes -= bytes;
              writing = false;
              if (cause != null) {
                LOG.warn("output of a client that does not read is lost", cause);
                failure = cause;
                pending.clear();
                pendingBytes = 0;
              }
              write();
              progress.run();
            });
  }

  /**
   * Takes the next chunks.
   *
   * @param bytes about how many bytes at most
   * @return fails if a file cannot be written or read; what is in it is lost then
   */
  Future<List<StdioChunk>> take(int bytes) {
    return step(() -> file.take(bytes))
        .compose(
            chunks -> {
              if (failure != null) {
                return Future.failedFuture(failure);
              }
              chunks.forEach(chunk -> queued -= bytes(chunk));
              progress.run();
              return Future.succeededFuture(chunks);
            });
  }

  /** Forgets what there is. */
  void close() {
    if (!closed) {
      closed = true;
      pending.clear();
      step(
          () -> {
            file.close();
            return true;
          });
    }
  }

  /** One step after the other; told on the context. */
  private <T> Future<T> step(Callable<T> work) {
    Promise<T> told = context.promise();
    Future<T> step = last.transform((done, ignored) -> blocking.call(work));
    last = step;
    step.onComplete((result, cause) -> Contexts.run(context, () -> told.complete(result, cause)));
    return told.future();
  }
}
