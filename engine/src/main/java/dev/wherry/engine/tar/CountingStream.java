package dev.wherry.engine.tar;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is read through it. */
public final class CountingStream extends FilterInputStream {
  private final AtomicLong count = new AtomicLong();

  public CountingStream(InputStream in) {
    super(in);
  }

  /** Bytes read so far; may be asked from another thread. */
  public long count() {
    return count.get();
  }

  @Override
  public int read() throws IOException {
    int b = in.read();
    count.addAndGet(b < 0 ? 0 : 1);
    return b;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    count.addAndGet(Math.max(n, 0));
    return n;
  }
}
