package dev.wherry.engine.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Counts and hashes what is read through it. */
public final class Sha256Stream extends FilterInputStream {
  private final MessageDigest digest = newDigest();
  private final AtomicLong count = new AtomicLong();

  public Sha256Stream(InputStream in) {
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

  /** The digest of all that was read, {@code sha256:...}; ends the hashing. */
  public String digest() {
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  /** The digest of some bytes, {@code sha256:...}. */
  public static String of(byte[] bytes) {
    return "sha256:" + HexFormat.of().formatHex(newDigest().digest(bytes));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
