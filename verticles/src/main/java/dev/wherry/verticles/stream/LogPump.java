package dev.wherry.verticles.stream;

import dev.wherry.engine.log.LogReader;
import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.QueuedStream;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Moves log entries from a blocking reader to a stream, a batch at a time on the worker pool, as
 * fast as the stream is read.
 */
public final class LogPump {
  private static final int MAX_ENTRIES = 512;
  private static final int MAX_BYTES = 256 << 10;

  /**
   * What comes before each line.
   *
   * @param timestamps the time
   * @param details these attributes; {@code null} for nothing, not even the space that follows them
   */
  public record Prefix(boolean timestamps, @Nullable Map<String, String> details) {
    /** Lines as they are. */
    public static final Prefix NONE = new Prefix(false, null);
  }

  private final Blocking blocking;
  private final LogReader reader;
  private final LogChunks chunks;
  private final QueuedStream<StdioChunk> target;

  /**
   * @param reader used by one call at a time
   * @param prefix what to put before each line
   */
  public LogPump(
      Blocking blocking, LogReader reader, Prefix prefix, QueuedStream<StdioChunk> target) {
    this.blocking = blocking;
    this.reader = reader;
    this.chunks = new LogChunks(prefix);
    this.target = target;
  }

  /** Completes when all that is in the log now is in the stream, or its reader has gone. */
  public Future<Void> drain() {
    Promise<Void> drained = target.context().promise();
    step(drained);
    return drained.future();
  }

  /** Not a chain of futures, whose length would be the log's. */
  private void step(Promise<Void> drained) {
    target
        .room()
        .compose(
            room -> target.isClosed() ? Future.succeededFuture(true) : blocking.call(this::batch))
        .onFailure(drained::fail)
        .onSuccess(
            atEnd -> {
              if (atEnd) {
                drained.complete();
              } else {
                step(drained);
              }
            });
  }

  /** Reads and hands over a batch: whether the log's end was reached. */
  private boolean batch() {
    List<StdioChunk> read = new ArrayList<>();
    int bytes = 0;
    while (read.size() < MAX_ENTRIES && bytes < MAX_BYTES) {
      LogEntry entry = reader.next();
      if (entry == null) {
        read.forEach(target::offer);
        return true;
      }
      StdioChunk chunk = chunks.of(entry);
      bytes += chunk.data().length();
      read.add(chunk);
    }
    read.forEach(target::offer);
    return false;
  }
}
