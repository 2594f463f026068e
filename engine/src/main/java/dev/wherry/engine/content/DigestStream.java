package dev.wherry.engine.content;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is read through it and takes its SHA-256. */
public final class DigestStream extends FilterInputStream {
  private final MessageDigest digest = Digest.newStreamSha256();
  private final AtomicLong count = new AtomicLong();

  public DigestStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    if (n > 0) {
      digest.update(b, off, n);
      count.addAndGet(n);
    }
    return n;
  }

  /** Bytes read so far; may be asked from another thread. */
  public long count() {
    return count.get();
  }

  /** Reads the rest. */
  public void drain() throws IOException {
    transferTo(OutputStream.nullOutputStream());
  }

  /** The digest of all that was read; ends the hashing. */
  public Digest digest() {
    return Digest.sha256(digest);
  }
}
