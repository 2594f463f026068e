package dev.wherry.engine.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CompressionTest {
  private static final byte[] TEXT = new byte[300_000];

  static {
    new Random(1).nextBytes(TEXT);
    Arrays.fill(TEXT, 1000, 200_000, (byte) 'x');
  }

  private static byte[] compress(Compression compression, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed =
        switch (compression) {
          case NONE -> out;
          case GZIP -> new GZIPOutputStream(out);
          case BZIP2 -> new BZip2CompressorOutputStream(out);
          case XZ -> new XZOutputStream(out, new LZMA2Options(1));
          case ZSTD -> new ZstdOutputStream(out);
        }) {
      compressed.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void what_was_compressed_comes_out_again(Compression compression) throws IOException {
    byte[] compressed = compress(compression, TEXT);
    try (InputStream in = Compression.decompress(new ByteArrayInputStream(compressed))) {
      assertThat(in.readAllBytes()).isEqualTo(TEXT);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void several_members_are_one_stream_even_when_they_arrive_in_drops(Compression compression)
      throws IOException {
    byte[] one = compress(compression, TEXT);
    byte[] two = Arrays.copyOf(one, 2 * one.length);
    System.arraycopy(one, 0, two, one.length, one.length);
    try (InputStream in = Compression.decompress(new Drops(two))) {
      assertThat(in.readAllBytes()).hasSize(2 * TEXT.length);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void a_stream_that_is_cut_off_is_an_error(Compression compression) throws IOException {
    byte[] compressed = compress(compression, TEXT);
    byte[] cut = Arrays.copyOf(compressed, compressed.length / 2);
    assertThatThrownBy(() -> Compression.decompress(new ByteArrayInputStream(cut)).readAllBytes())
        .isInstanceOf(IOException.class);
  }

  @Test
  void a_bomb_is_stopped_long_before_its_end() throws IOException {
    // 2 TiB of zeros, as zstd frames of run-length blocks would compress them.
    byte[] frame = compress(Compression.ZSTD, new byte[64 << 20]);
    InputStream endless = new Endless(frame);
    try (InputStream in = Compression.decompress(endless)) {
      assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
          .isInstanceOf(TarFormatException.class)
          .hasMessageContaining("1/20000");
    }
  }

  @Test
  void an_empty_stream_is_not_compressed() throws IOException {
    assertThat(Compression.decompress(InputStream.nullInputStream()).readAllBytes()).isEmpty();
  }

  @Test
  void reading_ahead_gives_all_bytes_and_then_the_sources_error() throws IOException {
    try (ReadAhead in = new ReadAhead(new ByteArrayInputStream(TEXT))) {
      assertThat(in.readAllBytes()).isEqualTo(TEXT);
      assertThat(in.read()).isEqualTo(-1);
    }
    try (ReadAhead in = new ReadAhead(new Failing(new ByteArrayInputStream(TEXT)))) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class).hasMessage("broken");
    }
  }

  @Test
  void closing_a_read_ahead_early_stops_it() throws IOException {
    Endless source = new Endless(TEXT);
    ReadAhead in = new ReadAhead(source);
    assertThat(in.read()).isNotNegative();
    in.close();
    assertThat(source.closed).isTrue();
  }

  /** Gives one byte at a time and promises none. */
  private static final class Drops extends ByteArrayInputStream {
    Drops(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] b, int off, int len) {
      return super.read(b, off, Math.min(len, 1));
    }

    @Override
    public synchronized int available() {
      return 0;
    }
  }

  private static final class Endless extends InputStream {
    private final byte[] bytes;
    private int position;
    boolean closed;

    Endless(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      position = position % bytes.length;
      return bytes[position++] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) {
      for (int i = 0; i < len; i++) {
        b[off + i] = (byte) read();
      }
      return len;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class Failing extends FilterInputStream {
    Failing(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = super.read(b, off, len);
      if (n < 0) {
        throw new IOException("broken");
      }
      return n;
    }
  }
}
