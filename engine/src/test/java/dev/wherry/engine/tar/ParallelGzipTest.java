package dev.wherry.engine.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelGzipTest {
  private final ExecutorService executor = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    executor.close();
  }

  private byte[] compress(byte[] content, int piece) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ParallelGzip gzip = new ParallelGzip(out, executor)) {
      for (int at = 0; at < content.length; at += piece) {
        gzip.write(content, at, Math.min(piece, content.length - at));
      }
      gzip.finish();
    }
    return out.toByteArray();
  }

  /** Half of it compresses well and half not at all. */
  private static byte[] mixed(int length) {
    Random random = new Random(length);
    byte[] content = new byte[length];
    for (int i = 0; i < length; i++) {
      content[i] = (byte) (i / 100_000 % 2 == 0 ? random.nextInt(256) : i % 1000 / 10);
    }
    return content;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 262_143, 262_144, 262_145, 524_288, 3_000_000})
  void what_went_in_comes_out_again(int length) throws IOException {
    byte[] content = mixed(length);
    byte[] compressed = compress(content, 70_000);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
  }

  @Test
  void what_comes_out_depends_on_the_content_alone() throws IOException {
    byte[] content = mixed(2_000_000);
    assertThat(compress(content, 999)).isEqualTo(compress(content, 1_500_000));
  }

  @Test
  void blocks_know_what_stands_before_them() throws IOException {
    byte[] once = mixed(20_000);
    byte[] often = new byte[4_000_000];
    for (int i = 0; i < often.length; i++) {
      often[i] = once[i % once.length];
    }
    assertThat(compress(often, 50_000).length).isLessThan(100_000);
  }

  @Test
  void a_target_that_fails_fails_the_writer_and_closing_ends() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("gone");
          }
        };
    try (ParallelGzip gzip = new ParallelGzip(broken, executor)) {
      assertThatThrownBy(() -> gzip.write(mixed(5_000_000))).hasMessage("gone");
    }
  }
}
