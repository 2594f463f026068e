package dev.wherry.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarEntry.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LayerUnpackerTest extends LayerFixture {

  @Test
  void files_have_their_content_owner_mode_and_time() throws IOException {
    UnpackedLayer layer =
        unpackBothWays(
            new Archives()
                .directory("./", 0700)
                .directory("usr", 0755)
                .add(
                    new TarEntry(
                        "usr/sudo",
                        Type.FILE,
                        06755,
                        7,
                        4_000_000_000L,
                        4,
                        Archives.TIME,
                        null,
                        "",
                        null,
                        Map.of(),
                        null),
                    "sudo".getBytes(UTF_8))
                .symlink("usr/link", "/etc/passwd")
                .hardlink("usr/again", "usr/sudo"));
    FileStat file = stat("usr/sudo");
    assertThat(content("usr/sudo")).isEqualTo("sudo");
    assertThat(file.permissions()).isEqualTo(06755);
    assertThat(file.uid()).isEqualTo(7);
    assertThat(Integer.toUnsignedLong(file.gid())).isEqualTo(4_000_000_000L);
    assertThat(file.mtime()).isEqualTo(Archives.TIME);
    assertThat(stat("usr/again").sameFile(file)).isTrue();
    assertThat(Files.readSymbolicLink(tree.resolve("usr/link"))).hasToString("/etc/passwd");
    assertThat(stat("usr/link").mtime()).isEqualTo(Archives.TIME);
    assertThat(paths.lstat(tree).permissions()).isEqualTo(0755);
    assertThat(layer.size()).isEqualTo(4 + "/etc/passwd".length());
  }

  @Test
  void directories_keep_their_time_and_mode_whatever_is_written_below() throws IOException {
    unpackBothWays(
        new Archives()
            .directory("d", 02751)
            .directory("d/e", 01777)
            .file("d/e/f", "x")
            .file("d/g", "y"));
    assertThat(stat("d").permissions()).isEqualTo(02751);
    assertThat(stat("d/e").permissions()).isEqualTo(01777);
    assertThat(stat("d").mtime()).isEqualTo(Archives.TIME);
    assertThat(stat("d/e").mtime()).isEqualTo(Archives.TIME);
    assertThat(stat("d/g").gid()).isZero();
  }

  @Test
  void missing_parents_are_made() throws IOException {
    unpackBothWays(new Archives().file("a/b/c", "x"));
    assertThat(content("a/b/c")).isEqualTo("x");
    assertThat(stat("a/b").permissions()).isEqualTo(0755);
  }

  @Test
  void devices_and_fifos_are_made_with_mode_and_time() throws IOException {
    unpackBothWays(
        new Archives()
            .device("null", Type.CHARACTER_DEVICE, 1, 3)
            .device("disk", Type.BLOCK_DEVICE, 259, 70000)
            .add(TarEntry.simple("pipe", Type.FIFO, 0622, 0, Archives.TIME)));
    assertThat(stat("null").type()).isEqualTo(FileStat.S_IFCHR);
    assertThat(stat("null").rdev()).isEqualTo(new FileStat.Device(1, 3));
    assertThat(stat("null").permissions()).isEqualTo(0660);
    assertThat(stat("null").gid()).isEqualTo(5);
    assertThat(stat("null").mtime()).isEqualTo(Archives.TIME);
    assertThat(stat("disk").rdev()).isEqualTo(new FileStat.Device(259, 70000));
    assertThat(stat("pipe").type()).isEqualTo(FileStat.S_IFIFO);
    assertThat(stat("pipe").permissions()).isEqualTo(0622);
  }

  @Test
  void attributes_and_file_capabilities_are_set_byte_by_byte() throws IOException {
    byte[] capability = {
      1, 0, 0, 2, (byte) 0x80, (byte) 0xE0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    unpackBothWays(
        new Archives()
            .add(
                new TarEntry(
                    "ping",
                    Type.FILE,
                    0755,
                    1,
                    1,
                    0,
                    Archives.TIME,
                    null,
                    "",
                    null,
                    Map.of(
                        "security.capability",
                        capability,
                        "user.note",
                        "n".getBytes(UTF_8),
                        "trusted.overlay.redirect",
                        "/etc".getBytes(UTF_8)),
                    null)));
    assertThat(paths.getxattr(tree.resolve("ping"), "security.capability")).contains(capability);
    assertThat(paths.getxattr(tree.resolve("ping"), "user.note")).contains("n".getBytes(UTF_8));
    assertThat(paths.listxattr(tree.resolve("ping"))).doesNotContain("trusted.overlay.redirect");
  }

  @Test
  void whiteouts_become_what_overlayfs_understands() throws IOException {
    unpackBothWays(
        new Archives()
            .file("d/.wh.gone", "")
            .directory("o", 0755)
            .file("o/.wh..wh..opq", "")
            .file("o/new", "x")
            .file(".wh..wh.plnk", "")
            .file(".wh..wh.aufs", ""));
    assertThat(stat("d/gone").isWhiteout()).isTrue();
    assertThat(paths.getxattr(tree.resolve("o"), "trusted.overlay.opaque"))
        .contains(new byte[] {'y'});
    try (var names = Files.list(tree)) {
      assertThat(names.map(n -> n.getFileName().toString())).containsExactlyInAnyOrder("d", "o");
    }
  }

  @Test
  void a_whiteout_hides_only_what_is_below_not_what_the_layer_itself_has() throws IOException {
    unpackBothWays(
        new Archives()
            .file("before", "x")
            .file(".wh.before", "")
            .file(".wh.after", "")
            .file("after", "y")
            .file(".wh.dir", "")
            .directory("dir", 0755)
            .file(".wh.implied", "")
            .file("implied/f", "z")
            .directory("late", 0755)
            .file(".wh.late", ""));
    assertThat(content("before")).isEqualTo("x");
    assertThat(content("after")).isEqualTo("y");
    assertThat(content("implied/f")).isEqualTo("z");
    for (String opaque : List.of("dir", "implied", "late")) {
      assertThat(paths.getxattr(tree.resolve(opaque), "trusted.overlay.opaque")).isPresent();
    }
  }

  @Test
  void the_last_of_several_members_of_one_name_wins() throws IOException {
    UnpackedLayer layer =
        unpackBothWays(
            new Archives()
                .file("f", "first version")
                .file("f", "second")
                .file("d/x/y", "deep")
                .file("d/z", "z")
                .file("d/z", "zz")
                .symlink("d", "f")
                .directory("d", 0700)
                .file("d/z", "zzz")
                .directory("f", 0711)
                .file("f/in", "i"));
    assertThat(content("d/z")).isEqualTo("zzz");
    assertThat(content("f/in")).isEqualTo("i");
    assertThat(stat("f").permissions()).isEqualTo(0711);
    assertThat(Files.exists(tree.resolve("d/x"))).isFalse();
    assertThat(layer.size()).isEqualTo(4);
  }

  @Test
  void a_file_of_the_same_name_does_not_write_through_a_hard_link() throws IOException {
    unpackBothWays(
        new Archives().file("a", "one").hardlink("b", "a").file("b", "two").hardlink("a", "a"));
    assertThat(content("a")).isEqualTo("one");
    assertThat(content("b")).isEqualTo("two");
  }

  @Test
  void compressed_layers_have_both_digests() throws IOException {
    byte[] plain = new Archives().file("f", "x".repeat(100_000)).bytes();
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(gzip)) {
      out.write(plain);
    }
    UnpackedLayer layer = unpack(gzip.toByteArray());
    assertThat(layer.digest()).isEqualTo(Digest.sha256(gzip.toByteArray()));
    assertThat(layer.diffId()).isEqualTo(Digest.sha256(plain));
    ByteArrayOutputStream zstd = new ByteArrayOutputStream();
    try (OutputStream out = new ZstdOutputStream(zstd)) {
      out.write(plain);
    }
    paths.removeTree(tree.resolve("f"));
    assertThat(unpack(zstd.toByteArray()).diffId()).isEqualTo(layer.diffId());
  }

  @Test
  void an_empty_layer_is_a_layer() throws IOException {
    UnpackedLayer layer = unpackBothWays(new Archives());
    assertThat(layer.diffId())
        .hasToString("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
    assertThat(layer.size()).isZero();
  }
}
