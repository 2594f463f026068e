package dev.wherry.verticles.registry;

import dev.wherry.engine.registry.RegistryHttp.Content;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, written by one worker thread. No more than {@value #UNDER_WAY} pieces of
 * {@value #PIECE} bytes are on their way at a time: who writes waits for the connection. Once the
 * answer has come, writing fails with {@link ClosedBody}.
 */
final class RequestBody extends OutputStream {
  private static final int PIECE = 64 << 10;
  private static final int UNDER_WAY = 4;

  private final HttpClientRequest request;
  private final Duration patience;
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private final AtomicReference<@Nullable Throwable> over = new AtomicReference<>();
  private byte[] piece = new byte[PIECE];
  private int filled;

  /**
   * @param patience how long the connection may take no byte
   */
  RequestBody(HttpClientRequest request, Future<HttpClientResponse> response, Duration patience) {
    this.request = request;
    this.patience = patience;
    response.onComplete(
        (answer, failure) -> {
          over.compareAndSet(null, new ClosedBody());
          room.release();
        });
  }

  /** All of content that is short. */
  static Buffer whole(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      content.writeTo(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("content in memory", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    int done = 0;
    while (done < len) {
      int n = Math.min(len - done, PIECE - filled);
      System.arraycopy(b, off + done, piece, filled, n);
      filled += n;
      done += n;
      if (filled == PIECE) {
        send();
      }
    }
  }

  private void send() throws IOException {
    try {
      if (!room.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("the registry has taken nothing for too long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted while sending");
      interrupted.initCause(e);
      throw interrupted;
    }
    switch (over.get()) {
      case null -> {}
      case ClosedBody closed -> {
        room.release();
        throw closed;
      }
      case Throwable failure ->
          throw new IOException("the connection broke off: " + failure.getMessage(), failure);
    }
    Buffer sent = Buffer.buffer(filled).appendBytes(piece, 0, filled);
    filled = 0;
    request
        .write(sent)
        .onComplete(
            (done, failure) -> {
              if (failure != null) {
                over.compareAndSet(null, failure);
              }
              room.release();
            });
  }

  /** Says that it is whole. */
  void end() throws IOException {
    if (filled > 0) {
      send();
    }
    request.end();
  }

  /** Of a body that was not ended nothing more is sent. */
  @Override
  public void close() {
    piece = new byte[0];
  }
}
