package dev.wherry.verticles.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * A blocking output stream whose bytes come out of a read stream. One worker thread writes; it is
 * held up while about {@value #HIGH_WATER} bytes wait for the reader, and its writes fail once the
 * reader has cancelled.
 */
public final class OutputStreamSource extends OutputStream {
  private static final int HIGH_WATER = 1 << 20;
  private static final int CHUNK = 64 << 10;

  private final QueuedStream<Buffer> stream;
  private final Object room = new Object();
  private boolean cancelled;

  // The writer's own.
  private Buffer pending = Buffer.buffer(CHUNK);
  private boolean closed;

  /**
   * @param context the reader's
   */
  public OutputStreamSource(ContextInternal context) {
    stream = new QueuedStream<>(context, Buffer::length, HIGH_WATER, this::wakeWriter);
  }

  /** What is written; it starts paused. */
  public QueuedStream<Buffer> stream() {
    return stream;
  }

  /** The reader's side of it. */
  public Archive archive() {
    return new Written();
  }

  private final class Written extends QueuedFeed<Buffer> implements Archive {
    @Override
    protected QueuedStream<Buffer> queue() {
      return stream;
    }

    @Override
    public void cancel() {
      OutputStreamSource.this.cancel();
    }
  }

  /** The reader has gone. */
  public void cancel() {
    synchronized (room) {
      cancelled = true;
    }
    stream.cancel();
    wakeWriter();
  }

  /** Writing failed: the reader is told after what was written. */
  public void fail(Throwable cause) {
    closed = true;
    stream.fail(cause);
  }

  private void wakeWriter() {
    synchronized (room) {
      room.notifyAll();
    }
  }

  @Override
  public void write(int oneByte) throws IOException {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    if (closed) {
      throw new IOException("stream closed");
    }
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, CHUNK - pending.length());
      pending.appendBytes(source, offset + done, count);
      done += count;
      if (pending.length() == CHUNK) {
        push();
      }
    }
  }

  @Override
  public void flush() throws IOException {
    if (pending.length() > 0) {
      push();
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      flush();
      closed = true;
      stream.end();
    }
  }

  private void push() throws IOException {
    synchronized (room) {
      await();
      if (cancelled) {
        throw new IOException("the reader has gone");
      }
    }
    stream.offer(pending);
    pending = Buffer.buffer(CHUNK);
  }

  /** Holding the lock, until there is room. */
  private void await() throws InterruptedIOException {
    try {
      while (stream.isFull() && !cancelled) {
        room.wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted while waiting for the reader");
      interrupted.initCause(e);
      throw interrupted;
    }
  }
}
