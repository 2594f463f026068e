package dev.wherry.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.tar.Expansion;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarEntry.Type;
import dev.wherry.engine.tar.TarFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Layers that reach for what is outside, or are no layers: each is refused or stays inside. */
@Tag("kernel")
class HostileLayerTest extends LayerFixture {

  private Path outside() throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(outside.resolve("passwd"), "mine");
    return outside;
  }

  private void assertUntouched() throws IOException {
    try (var names = Files.walk(directory.resolve("outside"))) {
      assertThat(names).hasSize(2);
    }
    assertThat(directory.resolve("outside/passwd")).hasContent("mine");
    try (var names = Files.list(directory)) {
      assertThat(names).hasSize(2);
    }
    try (var names = Files.list(directory.resolve("layer"))) {
      assertThat(names).hasSize(2);
    }
  }

  @Test
  void a_name_that_climbs_out_is_refused() throws IOException {
    outside();
    for (String name : List.of("../x", "a/../../x", "../../outside/passwd", "./../x")) {
      assertThatThrownBy(() -> unpack(new Archives().file(name, "evil").bytes()))
          .as(name)
          .isInstanceOf(TarFormatException.class)
          .hasMessageContaining("outside");
    }
    for (String target : List.of("../x", "a/../../outside/passwd")) {
      assertThatThrownBy(() -> unpack(new Archives().hardlink("h", target).bytes()))
          .as(target)
          .isInstanceOf(TarFormatException.class);
    }
    assertUntouched();
  }

  @Test
  void an_absolute_name_is_inside() throws IOException {
    Path outside = outside();
    unpackBothWays(
        new Archives()
            .file(outside.resolve("passwd").toString(), "evil")
            .file("/../../etc/x", "x"));
    assertUntouched();
    assertThat(content(outside.toString().substring(1) + "/passwd")).isEqualTo("evil");
    assertThat(content("etc/x")).isEqualTo("x");
  }

  @Test
  void a_link_as_ancestor_is_followed_inside_only() throws IOException {
    Path outside = outside();
    assertThatThrownBy(
            () ->
                unpack(
                    new Archives()
                        .symlink("evil", outside.toString())
                        .file("evil/passwd", "evil")
                        .bytes()))
        .isInstanceOf(TarFormatException.class);
    assertThatThrownBy(
            () ->
                unpack(
                    new Archives()
                        .symlink("up", "../../outside")
                        .file("up/passwd", "evil")
                        .bytes()))
        .isInstanceOf(TarFormatException.class);
    assertUntouched();
  }

  @Test
  void a_link_within_the_layer_is_followed_and_the_layer_comes_back_whole() throws IOException {
    unpackBothWays(
        new Archives()
            .directory("real", 0755)
            .symlink("link", "/real")
            .file("link/f", "through the link")
            .file("link", "now a file")
            .file("real/g", "x"));
    assertThat(content("real/f")).isEqualTo("through the link");
    assertThat(content("link")).isEqualTo("now a file");
  }

  @Test
  void a_link_as_last_component_is_replaced_not_written_through() throws IOException {
    Path outside = outside();
    String target = outside.resolve("passwd").toString();
    unpackBothWays(new Archives().symlink("f", target).file("f", "evil"));
    assertThat(content("f")).isEqualTo("evil");
    assertUntouched();
  }

  @Test
  void a_directory_member_does_not_change_what_a_link_leads_to() throws IOException {
    Path outside = outside();
    int mode = paths.lstat(outside).permissions();
    unpackBothWays(new Archives().symlink("d", outside.toString()).directory("d", 0777));
    assertThat(stat("d").isDirectory()).isTrue();
    assertThat(paths.lstat(outside).permissions()).isEqualTo(mode);
    assertUntouched();
  }

  @Test
  void a_hard_link_reaches_nothing_outside() throws IOException {
    Path outside = outside();
    for (Archives archive :
        List.of(
            new Archives().hardlink("h", outside.resolve("passwd").toString()),
            new Archives()
                .symlink("d", outside.toString())
                .hardlink("h", "d/passwd")
                .file("h", "evil"))) {
      assertThatThrownBy(() -> unpack(archive.bytes())).isInstanceOf(TarFormatException.class);
    }
    // A hard link to a symbolic link is a second name of the link, not of its target.
    paths.removeTree(tree);
    Files.createDirectories(tree);
    unpackBothWays(
        new Archives()
            .symlink("s", outside.resolve("passwd").toString())
            .hardlink("h", "s")
            .file("h", "evil"));
    assertUntouched();
  }

  @Test
  void a_whiteout_reaches_nothing_outside() throws IOException {
    Path outside = outside();
    assertThatThrownBy(
            () ->
                unpack(
                    new Archives()
                        .symlink("d", outside.toString())
                        .file("d/.wh.passwd", "")
                        .bytes()))
        .isInstanceOf(TarFormatException.class);
    for (String name : List.of(".wh.", ".wh..", ".wh...", "a/.wh..")) {
      assertThatThrownBy(() -> unpack(new Archives().file(name, "").bytes()))
          .as(name)
          .isInstanceOf(TarFormatException.class);
    }
    assertThatThrownBy(
            () ->
                unpack(
                    new Archives()
                        .symlink("o", outside.toString())
                        .file("o/.wh..wh..opq", "")
                        .bytes()))
        .isInstanceOf(TarFormatException.class);
    assertUntouched();
  }

  @Test
  void a_file_as_ancestor_is_refused() {
    assertThatThrownBy(() -> unpack(new Archives().file("f", "x").file("f/g", "y").bytes()))
        .isInstanceOf(TarFormatException.class)
        .hasMessageContaining("f/g");
  }

  @Test
  void names_that_no_file_system_holds_are_refused() {
    for (String name : List.of("n".repeat(300), "d/".repeat(3000) + "f")) {
      assertThatThrownBy(() -> unpack(new Archives().file(name, "x").bytes()))
          .isInstanceOf(TarFormatException.class);
    }
  }

  @Test
  void owners_that_mean_unchanged_or_nobody_are_refused() {
    for (long id : List.of(0xFFFFFFFFL, -1L, 1L << 40)) {
      TarEntry entry =
          new TarEntry(
              "f", Type.FILE, 0644, id, 0, 0, Archives.TIME, null, "", null, Map.of(), null);
      assertThatThrownBy(() -> unpack(new Archives().add(entry).bytes()))
          .as("uid %d", id)
          .isInstanceOf(TarFormatException.class);
    }
  }

  @Test
  void a_time_that_no_file_system_holds_is_the_epoch() throws IOException {
    for (Instant time : List.of(Instant.ofEpochSecond(-5), Instant.ofEpochSecond(1L << 50))) {
      unpack(new Archives().add(TarEntry.simple("f", Type.FILE, 0644, 0, time)).bytes());
      assertThat(stat("f").mtime()).isEqualTo(Instant.EPOCH);
    }
  }

  @Test
  void a_truncated_archive_is_refused() throws IOException {
    byte[] whole = new Archives().file("a", "x".repeat(5000)).file("b", "y").bytes();
    for (int length : List.of(100, 700, 4000)) {
      assertThatThrownBy(() -> unpack(Arrays.copyOf(whole, length)))
          .isInstanceOf(TarFormatException.class)
          .hasMessage("unexpected EOF");
    }
  }

  @Test
  void more_members_or_bytes_than_the_limit_are_refused() {
    byte[] archive = new Archives().file("a", "x").file("b", "y").file("c", "z").bytes();
    assertThatThrownBy(() -> unpackWith(new LayerLimits(2, 1 << 20, Expansion.DEFAULT), archive))
        .hasMessage("a layer of more than 2 files");
    byte[] big = new Archives().file("a", new byte[4096]).bytes();
    assertThatThrownBy(() -> unpackWith(new LayerLimits(10, 4095, Expansion.DEFAULT), big))
        .hasMessage("a layer of more than 4095 bytes");
  }

  private void unpackWith(LayerLimits limits, byte[] archive) throws IOException {
    new LayerUnpacker(paths, limits, IdMapping.IDENTITY)
        .unpack(new ByteArrayInputStream(archive), tree, attic, bytes -> {});
  }

  @Test
  void a_huge_sparse_file_takes_no_room() throws Exception {
    Path sparse = directory.resolve("layer/s");
    try (var file =
        Files.newByteChannel(
            sparse,
            java.util.Set.of(
                java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE))) {
      file.position(1L << 40).write(java.nio.ByteBuffer.wrap("end".getBytes(UTF_8)));
    }
    for (String format : List.of("gnu", "posix")) {
      Process tar =
          new ProcessBuilder(
                  "tar", "-cS", "--format=" + format, "-C", sparse.getParent().toString(), "s")
              .start();
      byte[] archive = tar.getInputStream().readAllBytes();
      assertThat(archive.length).isLessThan(100_000);
      unpack(archive);
      assertThat(stat("s").size()).isEqualTo((1L << 40) + 3);
      assertThat(stat("s").blocks()).isLessThan(100);
      try (InputStream again = LayerArchive.open(paths, tree, attic)) {
        assertThat(again.readAllBytes()).isEqualTo(archive);
      }
    }
    Files.delete(sparse);
  }

  @Test
  void a_layer_whose_files_were_changed_does_not_pass_for_the_old_one() throws IOException {
    byte[] bytes = new Archives().file("f", "content").bytes();
    unpack(bytes);
    Files.writeString(tree.resolve("f"), "con");
    assertThatThrownBy(() -> LayerArchive.open(paths, tree, attic).readAllBytes())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shorter");
    Files.delete(tree.resolve("f"));
    assertThatThrownBy(() -> LayerArchive.open(paths, tree, attic).readAllBytes())
        .isInstanceOf(IOException.class);
  }
}
