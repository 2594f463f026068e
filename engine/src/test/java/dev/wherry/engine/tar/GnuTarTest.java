package dev.wherry.engine.tar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives made by tar(1) itself. */
class GnuTarTest {
  @TempDir Path directory;

  private byte[] tar(String... options) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of("tar", "-C", directory.toString()));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return out;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=1.0"
      })
  void a_sparse_file_has_its_name_size_and_parts(String format) throws Exception {
    byte[] expected = new byte[8 << 20];
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("s").toFile(), "rw")) {
      for (int i = 0; i < 40; i++) {
        file.seek(i * 200_000L);
        file.write("part %d".formatted(i).getBytes());
      }
      file.setLength(expected.length);
    }
    for (int i = 0; i < 40; i++) {
      byte[] part = "part %d".formatted(i).getBytes();
      System.arraycopy(part, 0, expected, i * 200_000, part.length);
    }
    String command = "-cS " + format + " s";
    TarReader reader =
        new TarReader(new ByteArrayInputStream(tar(command.split(" "))), TarTap.NONE);
    TarEntry entry = reader.next();
    assertThat(entry.name()).isEqualTo("s");
    assertThat(entry.size()).isEqualTo(expected.length);
    assertThat(entry.sparse()).hasSizeGreaterThan(30);
    byte[] actual = new byte[expected.length];
    for (TarEntry.Chunk chunk : entry.sparse()) {
      int n = reader.content().readNBytes(actual, (int) chunk.offset(), (int) chunk.length());
      assertThat(n).isEqualTo((int) chunk.length());
    }
    assertThat(actual).isEqualTo(expected);
    assertThat(reader.next()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--format=gnu", "--format=posix", "--format=oldgnu"})
  void long_names_and_links_are_whole(String format) throws Exception {
    Path deep = directory;
    for (int i = 0; i < 10; i++) {
      deep = deep.resolve("a-rather-long-directory-name-" + i);
    }
    Files.createDirectories(deep);
    Files.createSymbolicLink(deep.resolve("link"), deep.resolve("target"));
    String name = directory.relativize(deep).resolve("link").toString();
    List<TarEntry> entries = TarTest.readAll(new ByteArrayInputStream(tar("-c", format, name)));
    assertThat(entries).hasSize(1);
    assertThat(entries.getFirst().name()).isEqualTo(name);
    assertThat(entries.getFirst().linkName()).isEqualTo(deep.resolve("target").toString());
  }

  @Test
  void our_archives_are_read_by_tar() throws Exception {
    Path archive = directory.resolve("ours.tar");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(out)) {
      writer.put(
          TarEntry.simple(
              "d/".repeat(80) + "\u00e9",
              TarEntry.Type.FILE,
              0640,
              3,
              java.time.Instant.ofEpochSecond(5)),
          "abc".getBytes());
    }
    Files.write(archive, out.toByteArray());
    assertThat(new String(tar("-xOf", archive.toString()))).isEqualTo("abc");
  }
}
