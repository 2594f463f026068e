package dev.wherry.verticles.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A read stream, such as a request's body, as a blocking input stream. Made on the stream's
 * context, read by one worker thread. At most about {@value #HIGH_WATER} bytes are held: beyond
 * that the stream is paused, which reaches the client through TCP. A stream that fails, such as a
 * client that goes away in the middle, fails the reads after what had arrived. After {@link #close}
 * the rest is read and dropped, so that the connection can still carry the answer.
 */
public final class BodyInputStream extends InputStream {
  private static final int HIGH_WATER = 512 << 10;
  private static final int SMALLEST = 8 << 10;
  private static final Duration UNLIMITED = Duration.ofNanos(Long.MAX_VALUE);

  private final ContextInternal context;
  private final ReadStream<Buffer> source;
  private final long patienceNanos;

  private final Object lock = new Object();
  // Guarded by the lock.
  // What has arrived, in a ring that is used over and over: thousands of buffers that live just
  // long enough to be taken for old ones would fill the heap before they are collected.
  private byte[] ring = new byte[0];
  private int start;
  private int held;
  private boolean paused;
  private boolean ended;
  private boolean closed;
  private @Nullable Throwable failure;

  /** Takes over the stream's handlers and resumes it; a read waits as long as it takes. */
  public BodyInputStream(ContextInternal context, ReadStream<Buffer> source) {
    this(context, source, UNLIMITED);
  }

  /**
   * Takes over the stream's handlers and resumes it.
   *
   * @param patience how long a read waits for more; then it fails
   */
  public BodyInputStream(ContextInternal context, ReadStream<Buffer> source, Duration patience) {
    this.context = context;
    this.source = source;
    this.patienceNanos = patience.toNanos();
    source.exceptionHandler(this::failed);
    source.endHandler(ignored -> ended());
    source.handler(this::arrived);
    source.resume();
  }

  private void arrived(Buffer buffer) {
    synchronized (lock) {
      if (closed || buffer.length() == 0) {
        return;
      }
      append(buffer);
      if (held >= HIGH_WATER && !paused) {
        paused = true;
        source.pause();
      }
      lock.notifyAll();
    }
  }

  /** Holding the lock. */
  private void append(Buffer buffer) {
    int length = buffer.length();
    if (held + length > ring.length) {
      byte[] larger = new byte[Math.max(SMALLEST, Integer.highestOneBit(held + length) * 2)];
      copyOut(larger, 0, held);
      ring = larger;
      start = 0;
    }
    int end = (start + held) % ring.length;
    int first = Math.min(length, ring.length - end);
    buffer.getBytes(0, first, ring, end);
    buffer.getBytes(first, length, ring, 0);
    held += length;
  }

  /** Holding the lock. */
  private void copyOut(byte[] target, int offset, int count) {
    int first = Math.min(count, ring.length - start);
    System.arraycopy(ring, start, target, offset, first);
    System.arraycopy(ring, 0, target, offset + first, count - first);
  }

  private void ended() {
    synchronized (lock) {
      ended = true;
      lock.notifyAll();
    }
  }

  private void failed(Throwable cause) {
    synchronized (lock) {
      if (!ended && failure == null) {
        failure = cause;
        lock.notifyAll();
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    synchronized (lock) {
      await();
      if (closed) {
        throw new IOException("stream closed");
      }
      if (held == 0) {
        if (failure != null) {
          throw new IOException("the body broke off: " + failure.getMessage(), failure);
        }
        return -1;
      }
      int count = Math.min(length, held);
      copyOut(target, offset, count);
      start = (start + count) % ring.length;
      held -= count;
      if (paused && held < HIGH_WATER / 2) {
        resume();
      }
      return count;
    }
  }

  /** Whether the stream failed, so that what was made of it is not the reader's fault. */
  public boolean isBroken() {
    synchronized (lock) {
      return failure != null;
    }
  }

  /** Whether all of it has arrived. */
  public boolean isEnded() {
    synchronized (lock) {
      return ended;
    }
  }

  @Override
  public int available() {
    synchronized (lock) {
      return closed ? 0 : held;
    }
  }

  /** Holding the lock, until there is something to say. */
  private void await() throws InterruptedIOException {
    long begin = System.nanoTime();
    try {
      while (held == 0 && !ended && failure == null && !closed) {
        long left = patienceNanos - (System.nanoTime() - begin);
        if (left <= 0) {
          throw new SocketTimeoutException("nothing has arrived for too long");
        }
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted while waiting for the request's body");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  /** Holding the lock. */
  private void resume() {
    paused = false;
    context.runOnContext(ignored -> source.resume());
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      ring = new byte[0];
      held = 0;
      if (paused) {
        resume();
      }
      lock.notifyAll();
    }
  }
}
