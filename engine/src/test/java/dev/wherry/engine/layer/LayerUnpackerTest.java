package dev.wherry.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.tar.Expansion;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarEntry.Type;
import dev.wherry.engine.tar.TarFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LayerUnpackerTest {
  @TempDir Path directory;
  private final LinuxPaths paths = new LinuxPaths();
  private Path tree;
  private Path attic;

  @BeforeEach
  void make_directories() throws IOException {
    tree = Files.createDirectories(directory.resolve("layer/tree"));
    attic = Files.createDirectories(directory.resolve("layer/attic"));
  }

  @AfterEach
  void remove_what_leads_outside() {
    paths.removeTree(directory.resolve("layer"));
  }

  private UnpackedLayer unpack(byte[] archive) throws IOException {
    return new LayerUnpacker(paths, LayerLimits.DEFAULT)
        .unpack(new ByteArrayInputStream(archive), tree, attic, bytes -> {});
  }

  /** Unpacks, and checks that the layer gives the same archive back. */
  private UnpackedLayer unpackBothWays(Archives archive) throws IOException {
    byte[] bytes = archive.bytes();
    UnpackedLayer layer = unpack(bytes);
    try (InputStream again = LayerArchive.open(paths, tree, attic)) {
      assertThat(again.readAllBytes()).isEqualTo(bytes);
    }
    assertThat(layer.diffId()).isEqualTo(Digest.sha256(bytes));
    assertThat(layer.archiveSize()).isEqualTo(bytes.length);
    return layer;
  }

  private FileStat stat(String name) {
    return paths.lstat(tree.resolve(name));
  }

  private String content(String name) throws IOException {
    return Files.readString(tree.resolve(name));
  }

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

  // What follows are archives made to harm: each is refused, or does its worst inside the tree.

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
    new LayerUnpacker(paths, limits)
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
