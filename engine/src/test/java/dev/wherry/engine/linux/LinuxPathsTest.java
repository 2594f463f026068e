package dev.wherry.engine.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LinuxPathsTest {
  private final Paths paths = new LinuxPaths();
  private @TempDir Path temp;
  private Path inside;
  private RootDir root;

  @BeforeEach
  void open() throws IOException {
    inside = Files.createDirectory(temp.resolve("root"));
    Files.writeString(temp.resolve("outside"), "outside");
    root = paths.openRoot(inside);
  }

  @AfterEach
  void close() {
    root.close();
  }

  private void write(String name, String content) throws IOException {
    try (RootDir.Entry entry = root.locate(name);
        Fd fd = entry.parent().createFile(entry.name(), 0644);
        OutputStream out = fd.outputStream()) {
      out.write(content.getBytes(UTF_8));
    }
  }

  private String read(String name) throws IOException {
    try (InputStream in = root.newInputStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void a_file_is_written_and_read_with_its_metadata() throws IOException {
    try (Fd fd = root.top().createFile("f", 0600)) {
      fd.write("hello".getBytes(UTF_8), 1, 4);
      fd.write(ByteBuffer.allocateDirect(3).put((byte) 'x').put((byte) 'y').put((byte) 'z').flip());
      fd.chown(12, 34);
      fd.chmod(06751);
      fd.utimens(Instant.ofEpochSecond(1, 2), Instant.ofEpochSecond(-3, 999_999_999));
      fd.setxattr("user.a", new byte[] {1, 0, 2});
      fd.fsync();
    }
    FileStat stat = root.top().lstat("f");
    assertThat(read("/f")).isEqualTo("elloxyz");
    assertThat(stat.isRegular()).isTrue();
    assertThat(stat.permissions()).isEqualTo(06751);
    assertThat(stat.uid()).isEqualTo(12);
    assertThat(stat.gid()).isEqualTo(34);
    assertThat(stat.size()).isEqualTo(7);
    assertThat(stat.nlink()).isEqualTo(1);
    assertThat(stat.atime()).isEqualTo(Instant.ofEpochSecond(1, 2));
    assertThat(stat.mtime()).isEqualTo(Instant.ofEpochSecond(-3, 999_999_999));
    assertThat(root.top().getxattr("f", "user.a")).hasValue(new byte[] {1, 0, 2});
    assertThat(root.top().getxattr("f", "user.none")).isEmpty();
    assertThat(root.top().listxattr("f")).containsExactly("user.a");
  }

  @Test
  void a_hole_takes_no_room() {
    try (Fd fd = root.top().createFile("sparse", 0600)) {
      fd.seek(1L << 30);
      fd.write(new byte[] {1}, 0, 1);
      fd.truncate(1L << 31);
    }
    FileStat stat = root.top().lstat("sparse");
    assertThat(stat.size()).isEqualTo(1L << 31);
    assertThat(stat.blocks()).isLessThan(1024);
  }

  @Test
  void links_lead_nowhere_outside_the_root() throws IOException {
    DirFd top = root.top();
    top.symlink("/outside", "absolute");
    top.symlink("../outside", "relative");
    top.symlink("..", "up");
    write("outside", "inside");
    assertThat(read("absolute")).isEqualTo("inside");
    assertThat(read("relative")).isEqualTo("inside");
    assertThat(read("../../outside")).isEqualTo("inside");
    assertThat(read("up/up/outside")).isEqualTo("inside");
    try (DirFd up = root.openDirectory("up")) {
      assertThat(up.stat().sameFile(top.stat())).isTrue();
    }
  }

  @Test
  void links_of_procfs_are_refused() {
    try (RootDir proc = paths.openRoot(Path.of("/proc"))) {
      assertThatThrownBy(() -> proc.stat("self/root"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.is(Errno.ELOOP)).isTrue());
    }
  }

  @Test
  void a_name_of_several_components_is_refused() {
    for (String name : List.of("", ".", "..", "a/b", "/a", "a\0b")) {
      assertThatThrownBy(() -> root.top().mkdir(name, 0755))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }
  }

  @Test
  void creating_over_a_dangling_link_is_refused() {
    root.top().symlink(temp.resolve("new").toString(), "link");
    assertThatThrownBy(() -> root.top().createFile("link", 0644))
        .hasMessageContaining("EEXIST File exists");
    assertThatThrownBy(() -> root.top().open("link", OpenFlags.O_RDONLY))
        .hasMessageContaining("ELOOP");
    assertThatThrownBy(() -> root.top().chmod("link", 0777)).hasMessageContaining("EOPNOTSUPP");
    assertThat(temp.resolve("new")).doesNotExist();
  }

  @Test
  void nodes_links_and_attributes_are_made_exactly() throws IOException {
    DirFd top = root.top();
    top.mkdir("d", 03777);
    assertThat(top.lstat("d").permissions() & 07000).isEqualTo(01000);
    top.chmod("d", 03777);
    top.mknod("null", FileStat.S_IFCHR | 0666, new FileStat.Device(1, 3));
    top.mknod("fifo", FileStat.S_IFIFO | 0600, new FileStat.Device(0, 0));
    top.whiteout("gone");
    write("f", "x");
    try (DirFd d = top.openDirectory("d")) {
      d.link(top, "f", "hard");
      d.symlink("nowhere", "soft");
      d.chown("soft", 5, 6);
      d.utimens("soft", Instant.EPOCH, Instant.ofEpochSecond(77));
      assertThat(d.lstat("soft").uid()).isEqualTo(5);
      assertThat(d.lstat("soft").mtime()).isEqualTo(Instant.ofEpochSecond(77));
      assertThat(d.readlink("soft")).isEqualTo("nowhere");
      assertThat(d.lstat("hard").sameFile(top.lstat("f"))).isTrue();
      assertThat(d.list()).extracting(DirEntry::name).containsExactlyInAnyOrder("hard", "soft");
    }
    top.setxattr("d", "trusted.overlay.opaque", "y".getBytes(UTF_8));
    top.setxattr("null", "trusted.x", new byte[0]);
    assertThat(top.getxattr("d", "trusted.overlay.opaque")).hasValue(new byte[] {'y'});
    assertThat(top.getxattr("null", "trusted.x")).hasValue(new byte[0]);
    top.removexattr("null", "trusted.x");
    assertThat(top.listxattr("null")).isEmpty();
    assertThat(top.lstat("d").permissions()).isEqualTo(03777);
    assertThat(top.lstat("null").rdev()).isEqualTo(new FileStat.Device(1, 3));
    assertThat(top.lstat("gone").isWhiteout()).isTrue();
    assertThat(top.lstatIfPresent("absent")).isEmpty();
    assertThatThrownBy(() -> top.newInputStream("fifo")).hasMessageContaining("EINVAL");
  }

  @Test
  void names_that_are_no_utf8_survive() {
    String name = FileNames.decode(new byte[] {'a', (byte) 0xFF, (byte) 0xC3, (byte) 0xA9, 'z'});
    root.top().mkdir(name, 0755);
    assertThat(root.top().list()).extracting(DirEntry::name).containsExactly(name);
    assertThat(FileNames.encode(name))
        .isEqualTo(new byte[] {'a', (byte) 0xFF, (byte) 0xC3, (byte) 0xA9, 'z'});
    root.top().rmdir(name);
  }

  @Test
  void a_name_is_located_without_following_it() throws IOException {
    root.top().mkdir("a", 0755);
    root.top().symlink("/a", "b");
    write("b/c", "c");
    root.top().symlink("a/c", "l");
    try (RootDir.Entry entry = root.locate("/b/c//");
        Fd fd = root.open("l", OpenFlags.O_PATH)) {
      assertThat(entry.name()).isEqualTo("c");
      assertThat(entry.parent().lstat("c").size()).isEqualTo(1);
      assertThat(root.pathInside(fd)).isEqualTo("/a/c");
      assertThat(root.pathInside(root.top().fd())).isEqualTo("/");
    }
    assertThatThrownBy(() -> root.locate("/")).hasMessageContaining("EINVAL");
    assertThatThrownBy(() -> root.locate("a/..")).hasMessageContaining("EINVAL");
  }

  @Test
  void renames_replace_refuse_or_exchange() throws IOException {
    DirFd top = root.top();
    write("a", "a");
    write("b", "b");
    assertThatThrownBy(() -> top.renameNoReplace("a", top, "b")).hasMessageContaining("EEXIST");
    top.exchange("a", top, "b");
    assertThat(read("a")).isEqualTo("b");
    top.rename("a", top, "b");
    assertThat(read("b")).isEqualTo("b");
  }

  @Test
  void a_very_deep_tree_is_removed_without_following_links() {
    DirFd at = root.openDirectory("/");
    for (int i = 0; i < 3000; i++) {
      at.mkdir("deep", 0755);
      at.symlink("/", "up");
      DirFd next = at.openDirectory("deep");
      at.close();
      at = next;
    }
    at.symlink(temp.toString(), "outside");
    at.close();
    root.top().removeTree("deep");
    root.top().removeTree("absent");
    assertThat(root.top().list()).extracting(DirEntry::name).containsExactly("up");
    assertThat(temp.resolve("outside")).exists();
  }

  @Test
  void a_wide_tree_is_removed() {
    root.top().mkdir("wide", 0755);
    try (DirFd wide = root.openDirectory("wide")) {
      for (int i = 0; i < 3000; i++) {
        wide.mkdir("a-rather-long-directory-name-so-that-one-buffer-is-not-enough-" + i, 0700);
        wide.createFile("a-file-" + i, 0600).close();
      }
      assertThat(wide.list()).hasSize(6000);
    }
    paths.removeTree(inside.resolve("wide"));
    assertThat(inside.resolve("wide")).doesNotExist();
  }

  @Test
  void directories_are_made_with_their_parents() {
    paths.mkdirs(inside.resolve("x/y/z"), 0711);
    paths.mkdirs(inside.resolve("x/y/z"), 0700);
    assertThat(paths.lstat(inside.resolve("x/y/z")).permissions()).isEqualTo(0711);
    paths.chmod(inside.resolve("x"), 01777);
    assertThat(paths.lstat(inside.resolve("x")).permissions()).isEqualTo(01777);
    assertThatThrownBy(() -> paths.mkdir(inside.resolve("x"), 0700))
        .hasMessage("mkdir " + inside.resolve("x") + ": EEXIST File exists");
    assertThat(paths.lstatIfPresent(inside.resolve("none/none"))).isEmpty();
    assertThat(paths.statfs(inside).blockSize()).isPositive();
  }

  @Test
  void a_top_of_hierarchies_is_marked_where_the_file_system_knows_the_mark() {
    paths.markTopOfHierarchies(inside);
    paths.markTopOfHierarchies(inside);
    assertThatCode(() -> paths.markTopOfHierarchies(Path.of("/dev/shm")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> paths.markTopOfHierarchies(inside.resolve("none")))
        .hasMessageContaining("ENOENT");
  }

  @Test
  void a_closed_descriptor_is_not_used() {
    Fd fd = root.top().createFile("f", 0600);
    Fd other = new Fd(fd.release());
    fd.close();
    assertThat(other.stat().isRegular()).isTrue();
    other.close();
    other.close();
    assertThatThrownBy(other::stat).hasMessageContaining("EBADF");
  }
}
