package dev.wherry.engine.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarReader;
import dev.wherry.engine.tar.TarTap;
import dev.wherry.engine.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class TreeArchiverTest {
  private static final FileStat.Device NONE = new FileStat.Device(0, 0);

  @TempDir private Path directory;
  private final LinuxPaths paths = new LinuxPaths();
  private Path tree;
  private IdMapping ids = IdMapping.IDENTITY;

  @BeforeEach
  void make_tree() throws IOException {
    tree = Files.createDirectory(directory.resolve("tree"));
  }

  private interface Addition {
    void to(TreeArchiver archiver, RootDir root) throws IOException;
  }

  private Map<String, TarEntry> archive(TreeArchiver.Form form, Addition addition)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (RootDir root = paths.openRoot(tree);
        TarWriter tar = new TarWriter(bytes)) {
      addition.to(new TreeArchiver(tar, form, ids), root);
    }
    Map<String, TarEntry> entries = new LinkedHashMap<>();
    TarReader reader = new TarReader(new ByteArrayInputStream(bytes.toByteArray()), TarTap.NONE);
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      entries.put(entry.name(), entry);
    }
    return entries;
  }

  private Map<String, TarEntry> contents(TreeArchiver.Form form) throws IOException {
    return archive(form, (archiver, root) -> archiver.addContents(root.top(), ""));
  }

  @Test
  void members_have_what_their_files_have() throws IOException {
    Path file = Files.writeString(tree.resolve("f"), "content");
    paths.chown(file, 7, 70000);
    paths.chmod(file, 06751);
    paths.setxattr(file, "user.note", "n".getBytes(UTF_8));
    paths.utimens(file, Instant.EPOCH, Instant.parse("2020-01-02T03:04:05.6Z"));
    Files.createSymbolicLink(tree.resolve("l"), Path.of("/nowhere"));
    try (RootDir root = paths.openRoot(tree)) {
      root.top().mknod("null", FileStat.S_IFCHR | 0666, new FileStat.Device(1, 3));
      root.top().mknod("pipe", FileStat.S_IFIFO | 0600, NONE);
      root.top().mknod("socket", FileStat.S_IFSOCK | 0600, NONE);
    }
    Map<String, TarEntry> entries = contents(TreeArchiver.Form.MERGED);
    assertThat(entries.keySet()).containsExactly("f", "l", "null", "pipe");
    TarEntry f = entries.get("f");
    assertThat(f.uid()).isEqualTo(7);
    assertThat(f.gid()).isEqualTo(70000);
    assertThat(f.mode()).isEqualTo(06751);
    assertThat(f.size()).isEqualTo(7);
    assertThat(f.mtime()).isEqualTo(Instant.parse("2020-01-02T03:04:05Z"));
    assertThat(f.xattrs().get("user.note")).isEqualTo("n".getBytes(UTF_8));
    assertThat(entries.get("l").linkName()).isEqualTo("/nowhere");
    assertThat(entries.get("null").device()).isEqualTo(new TarEntry.Device(1, 3));
    assertThat(entries.get("pipe").type()).isEqualTo(TarEntry.Type.FIFO);
  }

  @Test
  void a_second_name_of_a_file_is_a_link_to_the_first() throws IOException {
    Files.createDirectory(tree.resolve("a"));
    Files.createLink(tree.resolve("b"), Files.writeString(tree.resolve("a/f"), "x"));
    TarEntry link = contents(TreeArchiver.Form.MERGED).get("b");
    assertThat(link.type()).isEqualTo(TarEntry.Type.HARDLINK);
    assertThat(link.linkName()).isEqualTo("a/f");
  }

  @Test
  void a_layers_whiteouts_and_opaque_directories_become_members() throws IOException {
    Path made = Files.createDirectories(tree.resolve("d/made"));
    Files.writeString(made.resolve(".wh.fake"), "");
    paths.setxattr(made, "trusted.overlay.opaque", new byte[] {'y'});
    try (RootDir root = paths.openRoot(tree)) {
      root.top().whiteout("gone");
    }
    Map<String, TarEntry> entries = contents(TreeArchiver.Form.LAYER);
    assertThat(entries.keySet())
        .containsExactly("d/", "d/made/", "d/made/.wh..wh..opq", ".wh.gone");
    assertThat(entries.get("d/made/").xattrs()).isEmpty();
    assertThat(entries.get(".wh.gone").type()).isEqualTo(TarEntry.Type.FILE);
  }

  @Test
  void names_begin_with_what_is_asked_for() throws IOException {
    Files.writeString(Files.createDirectory(tree.resolve("d")).resolve("f"), "x");
    assertThat(
            archive(TreeArchiver.Form.MERGED, (a, root) -> a.addDirectory(root.top(), "/"))
                .keySet())
        .containsExactly("/", "/d/", "/d/f");
    assertThat(
            archive(TreeArchiver.Form.MERGED, (a, root) -> a.addEntry(root.top(), "d", "e"))
                .keySet())
        .containsExactly("e/", "e/f");
  }

  @Test
  void owners_are_those_that_containers_know_and_others_files_are_left_out() throws IOException {
    IdMapping.Range range = new IdMapping.Range(0, 100_000, 2000);
    ids = new IdMapping(List.of(range), List.of(range));
    Path known = Files.writeString(tree.resolve("known"), "x");
    paths.chown(known, 101_000, 100_050);
    Files.writeString(tree.resolve("of-the-host"), "x");
    Path directory = Files.createDirectory(tree.resolve("of-the-host-too"));
    Path inside = Files.writeString(directory.resolve("inside"), "x");
    paths.chown(inside, 100_000, 100_000);

    Map<String, TarEntry> entries = contents(TreeArchiver.Form.MERGED);

    assertThat(entries).containsOnlyKeys("known", "of-the-host-too/inside");
    assertThat(entries.get("known").uid()).isEqualTo(1000);
    assertThat(entries.get("known").gid()).isEqualTo(50);
    assertThat(entries.get("of-the-host-too/inside").uid()).isZero();
  }

  @Test
  void capabilities_that_were_set_in_a_user_namespace_are_archived_without_its_root()
      throws IOException {
    Path file = Files.writeString(tree.resolve("f"), "x");
    byte[] ofUserNamespace = new byte[24];
    ofUserNamespace[0] = 1;
    ofUserNamespace[3] = 3;
    ofUserNamespace[5] = 4;
    ofUserNamespace[21] = 9;
    paths.setxattr(file, "security.capability", ofUserNamespace);
    byte[] plain = Arrays.copyOf(ofUserNamespace, 20);
    plain[3] = 2;

    assertThat(contents(TreeArchiver.Form.MERGED).get("f").xattrs().get("security.capability"))
        .isEqualTo(plain);
  }
}
