package dev.wherry.engine.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
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

  private static InputStream decompress(InputStream source) throws IOException {
    BufferedInputStream in = new BufferedInputStream(source);
    return Compression.detect(in).open(in, Expansion.DEFAULT);
  }

  @ParameterizedTest
  @EnumSource
  void what_was_compressed_comes_out_again(Compression compression) throws IOException {
    byte[] compressed = compress(compression, TEXT);
    try (InputStream in = decompress(new ByteArrayInputStream(compressed))) {
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
    try (InputStream in = decompress(new Drops(two))) {
      assertThat(in.readAllBytes()).hasSize(2 * TEXT.length);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void a_stream_that_is_cut_off_is_an_error(Compression compression) throws IOException {
    byte[] compressed = compress(compression, TEXT);
    byte[] cut = Arrays.copyOf(compressed, compressed.length / 2);
    assertThatThrownBy(() -> decompress(new ByteArrayInputStream(cut)).readAllBytes())
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void a_bomb_is_stopped_soon_after_the_limit(Compression compression) throws IOException {
    byte[] zeros = compress(compression, new byte[8 << 20]);
    BufferedInputStream endless = new BufferedInputStream(new Endless(zeros));
    CountingStream out =
        new CountingStream(compression.open(endless, new Expansion(20 << 20, 250)));
    assertThatThrownBy(() -> out.transferTo(OutputStream.nullOutputStream()))
        .isInstanceOf(TarFormatException.class)
        .hasMessage("more than 20971520 bytes, compressed to less than 1/250 of them");
    // Decompressors read ahead, and what they have read counts as what went in.
    assertThat(out.count()).isBetween(20L << 20, 80L << 20);
  }

  @Test
  void what_is_honest_may_expand_as_far_as_it_likes() throws IOException {
    Expansion expansion = new Expansion(100, 250);
    expansion.check(1, 100);
    expansion.check(1000, 250_000);
    assertThatThrownBy(() -> expansion.check(1000, 250_251)).isInstanceOf(TarFormatException.class);
    // What a file system full of programs comes to, at a size that no image has yet.
    Expansion.DEFAULT.check(1L << 38, 1L << 40);
  }

  @Test
  void an_empty_stream_is_not_compressed() throws IOException {
    assertThat(decompress(InputStream.nullInputStream()).readAllBytes()).isEmpty();
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
