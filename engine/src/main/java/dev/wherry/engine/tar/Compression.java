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

  /**
   * Decompresses a stream of this compression, several concatenated members included. One that is
   * cut off or expands too far is a {@link TarFormatException} when it is read; closing closes the
   * source.
   */
  public InputStream open(InputStream source, Expansion expansion) throws IOException {
    if (this == NONE) {
      return source;
    }
    CountingStream in = new CountingStream(source);
    try {
      return new Bounded(decompressor(in), in, expansion);
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
    private final CountingStream compressed;
    private final Expansion expansion;
    private long count;

    Bounded(InputStream in, CountingStream compressed, Expansion expansion) {
      super(in);
      this.compressed = compressed;
      this.expansion = expansion;
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
      expansion.check(compressed.count(), count);
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
