package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.registry.RegistryHttp.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A blob of a known size as it comes from a registry. When the connection breaks the download goes
 * on where it was, so that who reads notices nothing but the time. It has as many bytes as its
 * descriptor says, or the read fails; what they are is for the digest to tell.
 */
final class BlobStream extends InputStream {

  /** Opens the blob at an offset. */
  interface Source {
    Answer open(long offset) throws IOException;
  }

  /** Told how it goes, by whoever reads. */
  interface Listener {
    /** It will be tried again after that time. */
    void retrying(Duration delay);

    /** All bytes have come. */
    void complete();
  }

  private static final int SKIP = 64 << 10;

  private final Source source;
  private final Descriptor blob;
  private final int attempts;
  private final Cancellation cancellation;
  private final Listener listener;

  private @Nullable Answer answer;
  private long position;
  private int failures;
  private boolean complete;

  /**
   * @param attempts how often in succession it may fail without a byte coming
   */
  BlobStream(
      Source source, Descriptor blob, int attempts, Cancellation cancellation, Listener listener) {
    this.source = source;
    this.blob = blob;
    this.attempts = attempts;
    this.cancellation = cancellation;
    this.listener = listener;
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
    while (true) {
      try {
        return readOnce(b, off, len);
      } catch (RegistryError | TooLong e) {
        throw e;
      } catch (IOException e) {
        drop();
        cancellation.check();
        failures++;
        if (failures >= attempts) {
          throw e;
        }
        Duration delay = Duration.ofSeconds(failures == 1 ? 0 : 1L << (failures - 1));
        listener.retrying(delay);
        cancellation.pause(delay);
      }
    }
  }

  private int readOnce(byte[] b, int off, int len) throws IOException {
    if (position == blob.size()) {
      Answer last = answer;
      if (last != null && last.body().read() >= 0) {
        throw new TooLong(blob);
      }
      if (!complete) {
        complete = true;
        listener.complete();
      }
      return -1;
    }
    InputStream in = open().body();
    int n = in.read(b, off, (int) Math.min(len, blob.size() - position));
    if (n < 0) {
      throw new IOException("unexpected EOF");
    }
    position += n;
    failures = 0;
    return n;
  }

  private Answer open() throws IOException {
    Answer open = answer;
    if (open == null) {
      open = source.open(position);
      answer = open;
      if (open.status() != 206) {
        // It does not do ranges: what we have comes again.
        skip(open.body(), position);
      } else if (!open.header("Content-Range").startsWith("bytes " + position + "-")) {
        throw new IOException("the registry sent another part than it was asked for");
      }
    }
    return open;
  }

  private static void skip(InputStream in, long count) throws IOException {
    byte[] buffer = new byte[SKIP];
    long left = count;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new IOException("unexpected EOF");
      }
      left -= n;
    }
  }

  private void drop() {
    Answer open = answer;
    answer = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() {
    drop();
  }

  /** A blob that goes on beyond its end is no accident. */
  private static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(Descriptor blob) {
      super(
          "%s is longer than the %d bytes its descriptor says"
              .formatted(blob.digest(), blob.size()));
    }
  }
}
