package dev.wherry.verticles.stream;

import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Output for a client that has stopped reading, in a file that has no name any more: a queue whose
 * order is that of {@link #add}. Confined to one context; files are worked on elsewhere, one step
 * at a time.
 */
final class Overflow {
  private static final Logger LOG = LoggerFactory.getLogger(Overflow.class);
  private static final int HEADER = 1 + Integer.BYTES;

  private final Path directory;
  private final Blocking blocking;
  private final ContextInternal context;
  private Future<?> last;
  private List<StdioChunk> pending = new ArrayList<>();
  private long pendingBytes;
  private long queued;
  private boolean writing;
  private boolean closed;

  // Touched by one step at a time.
  private @Nullable FileChannel file;
  private long readFrom;

  /**
   * @param directory where the file is made, once there is something to write
   */
  Overflow(Path directory, Blocking blocking, ContextInternal context) {
    this.directory = directory;
    this.blocking = blocking;
    this.context = context;
    this.last = context.succeededFuture();
  }

  /** Adds a chunk behind the others. */
  void add(StdioChunk chunk) {
    if (closed) {
      return;
    }
    pending.add(chunk);
    pendingBytes += HEADER + chunk.data().length();
    queued += HEADER + chunk.data().length();
    write();
  }

  /** Bytes that wait to be written to the file. */
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
    step(() -> append(batch, bytes))
        .onComplete(
            done -> {
              pendingBytes -= bytes;
              writing = false;
              write();
            });
  }

  /**
   * Takes the next chunks.
   *
   * @param bytes about how many bytes at most
   * @return fails if the file cannot be written or read; what is in it is lost then
   */
  Future<List<StdioChunk>> take(int bytes) {
    return step(() -> read(bytes))
        .map(
            chunks -> {
              chunks.forEach(chunk -> queued -= HEADER + chunk.data().length());
              return chunks;
            });
  }

  /** Forgets what there is. */
  void close() {
    if (!closed) {
      closed = true;
      pending.clear();
      step(
          () -> {
            if (file != null) {
              file.close();
            }
            return true;
          });
    }
  }

  /** One step after the other; told on the context. */
  private <T> Future<T> step(Callable<T> work) {
    Promise<T> told = context.promise();
    Future<T> step = last.transform((done, ignored) -> blocking.call(work));
    last = step;
    step.onComplete(
        (result, failure) ->
            Contexts.run(
                context,
                () -> {
                  if (failure != null) {
                    LOG.warn("output of a client that does not read is lost", failure);
                  }
                  told.complete(result, failure);
                }));
    return told.future();
  }

  private long append(List<StdioChunk> batch, long bytes) throws IOException {
    FileChannel to = file == null ? open() : file;
    file = to;
    ByteBuffer buffer = ByteBuffer.allocate((int) bytes);
    for (StdioChunk chunk : batch) {
      buffer.put(number(chunk.stream()));
      buffer.putInt(chunk.data().length());
      buffer.put(chunk.data().getBytes());
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      to.write(buffer, to.size());
    }
    return bytes;
  }

  private static byte number(StdStream stream) {
    return switch (stream) {
      case STDIN -> throw new IllegalArgumentException("input is no output");
      case STDOUT -> 1;
      case STDERR -> 2;
    };
  }

  private FileChannel open() throws IOException {
    Files.createDirectories(directory);
    Path name = Files.createTempFile(directory, "overflow", "");
    FileChannel opened = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Files.delete(name);
    return opened;
  }

  private List<StdioChunk> read(int bytes) throws IOException {
    List<StdioChunk> chunks = new ArrayList<>();
    FileChannel from = file;
    if (from == null) {
      return chunks;
    }
    long end = Math.min(from.size(), readFrom + bytes);
    while (readFrom < end) {
      ByteBuffer header = exactly(from, HEADER);
      StdStream stream = header.get() == 1 ? StdStream.STDOUT : StdStream.STDERR;
      ByteBuffer data = exactly(from, header.getInt());
      chunks.add(new StdioChunk(stream, BufferInternal.buffer(Unpooled.wrappedBuffer(data))));
    }
    if (readFrom == from.size()) {
      // All of it is taken: the space is given back.
      from.truncate(0);
      readFrom = 0;
    }
    return chunks;
  }

  private ByteBuffer exactly(FileChannel from, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      int read = from.read(buffer, readFrom);
      if (read < 0) {
        throw new IOException("the file ends early");
      }
      readFrom += read;
    }
    return buffer.flip();
  }
}
