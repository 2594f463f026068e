package dev.wherry.engine.tar;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream on a thread of its own, some buffers ahead, so that decompressing and hashing go
 * on while what came out is written. The source's error is thrown here, at its place.
 *
 * <p>Closing lets the thread finish the read it is in, waits for it, and then closes the source:
 * after that nobody reads it. It is not interrupted, because a source that is a part of another
 * stream has to be at a known place afterwards.
 */
public final class ReadAhead extends InputStream {
  private static final int SIZE = 128 * 1024;
  private static final int AHEAD = 4;

  private static final class Buffer {
    final byte[] bytes = new byte[SIZE];
    int length;
  }

  private sealed interface Item {
    record Data(Buffer buffer) implements Item {}

    record End(@Nullable IOException failure) implements Item {}
  }

  private final InputStream source;
  private final BlockingQueue<Item> full = new ArrayBlockingQueue<>(AHEAD + 1);
  private final BlockingQueue<Buffer> empty = new ArrayBlockingQueue<>(AHEAD + 1);
  private final Thread thread;
  private volatile boolean closed;
  private @Nullable Buffer current;
  private int position;
  private Item.@Nullable End end;

  /** Begins to read at once. */
  public ReadAhead(InputStream source) {
    this.source = source;
    for (int i = 0; i < AHEAD; i++) {
      empty.add(new Buffer());
    }
    this.thread = Thread.ofPlatform().daemon().name("read-ahead").start(this::pump);
  }

  private void pump() {
    IOException failure = null;
    try {
      Buffer buffer = fill();
      while (buffer.length > 0 && !closed) {
        full.put(new Item.Data(buffer));
        buffer = fill();
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      failure = new InterruptedIOException("interrupted while reading ahead");
    } catch (RuntimeException | Error e) {
      failure = new IOException(e);
    }
    // There is room: so many buffers exist, and one place more.
    full.add(new Item.End(failure));
  }

  private Buffer fill() throws IOException, InterruptedException {
    Buffer buffer = empty.take();
    buffer.length = closed ? 0 : source.readNBytes(buffer.bytes, 0, SIZE);
    return buffer;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    if (len == 0) {
      return 0;
    }
    Buffer buffer = current();
    if (buffer == null) {
      return -1;
    }
    int n = Math.min(len, buffer.length - position);
    System.arraycopy(buffer.bytes, position, b, off, n);
    position += n;
    if (position == buffer.length) {
      empty.add(buffer);
      current = null;
    }
    return n;
  }

  private @Nullable Buffer current() throws IOException {
    if (current == null && end == null) {
      switch (take()) {
        case Item.Data(Buffer buffer) -> {
          current = buffer;
          position = 0;
        }
        case Item.End last -> end = last;
      }
    }
    if (end != null && end.failure() != null) {
      throw end.failure();
    }
    return current;
  }

  private Item take() throws IOException {
    try {
      return full.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading");
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    empty.offer(new Buffer());
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
