package dev.wherry.engine.tar;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZIOException;
import org.tukaani.xz.XZInputStream;

/** The compressions that archives come in, told by their first bytes as dockerd tells them. */
public enum Compression {
  NONE(),
  GZIP(0x1F, 0x8B, 0x08),
  BZIP2('B', 'Z', 'h'),
  XZ(0xFD, '7', 'z', 'X', 'Z', 0x00),
  ZSTD(0x28, 0xB5, 0x2F, 0xFD);

  private static final int BUFFER = 128 * 1024;

  /** What xz may use to decompress, in KiB: enough for every preset of xz(1). */
  private static final int XZ_MEMORY = 128 * 1024;

  /** No honest archive needs more; a bomb of zeros reaches 1,000 (gzip) to 30,000 (zstd). */
  private static final long MAX_RATIO = 20_000;

  /** Below so many bytes the ratio is of no concern. */
  private static final long RATIO_COUNTS_FROM = 1L << 30;

  private final int[] magic;

  Compression(int... magic) {
    this.magic = magic;
  }

  /** Tells the compression without consuming anything; {@code NONE} for an empty stream. */
  public static Compression detect(BufferedInputStream in) throws IOException {
    in.mark(16);
    byte[] start = in.readNBytes(6);
    in.reset();
    for (Compression candidate : values()) {
      if (candidate != NONE && candidate.starts(start)) {
        return candidate;
      }
    }
    return NONE;
  }

  private boolean starts(byte[] bytes) {
    if (bytes.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((bytes[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** Decompresses whatever the stream holds: {@link #detect} and {@link #open}. */
  public static InputStream decompress(InputStream source) throws IOException {
    BufferedInputStream in = new BufferedInputStream(source, BUFFER);
    return detect(in).open(in);
  }

  /**
   * Decompresses a stream of this compression, several concatenated members included. One that is
   * cut off or blown up beyond measure is an {@link IOException} when it is read; closing closes
   * the source.
   */
  public InputStream open(InputStream source) throws IOException {
    if (this == NONE) {
      return source;
    }
    Counting in = new Counting(source);
    try {
      return new Bounded(decompressor(in), in);
    } catch (EOFException | ZipException | XZIOException e) {
      throw invalid(e);
    }
  }

  private InputStream decompressor(InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GZIPInputStream(new NeverDry(in), BUFFER);
      case BZIP2 -> new BZip2CompressorInputStream(in, true);
      case XZ -> new XZInputStream(in, XZ_MEMORY);
      case ZSTD -> new ZstdInputStream(in);
    };
  }

  /** The decompressors' own complaints, told apart from those of the source. */
  private static TarFormatException invalid(IOException e) {
    return new TarFormatException(
        e instanceof EOFException
            ? TarFormatException.TRUNCATED
            : "invalid compressed data: " + e.getMessage());
  }

  private static final class Counting extends FilterInputStream {
    long count;

    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = in.read(b, off, len);
      count += Math.max(n, 0);
      return n;
    }
  }

  /**
   * Says that there is more: GZIPInputStream looks for a second member only if {@code available()}
   * promises one, which a pipe or socket does not when it is momentarily empty.
   */
  private static final class NeverDry extends FilterInputStream {
    NeverDry(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      return in.read(b, off, len);
    }

    @Override
    public int available() {
      return 1;
    }
  }

  private static final class Bounded extends FilterInputStream {
    private final Counting compressed;
    private long count;

    Bounded(InputStream in, Counting compressed) {
      super(in);
      this.compressed = compressed;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = readDecompressed(b, off, len);
      count += Math.max(n, 0);
      if (count > RATIO_COUNTS_FROM && count / MAX_RATIO > compressed.count) {
        throw new TarFormatException("compressed to less than 1/" + MAX_RATIO + " of its size");
      }
      return n;
    }

    private int readDecompressed(byte[] b, int off, int len) throws IOException {
      try {
        return in.read(b, off, len);
      } catch (EOFException | ZipException | XZIOException | ZstdIOException e) {
        throw invalid(e);
      }
    }
  }
}
