package dev.wherry.engine.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.RootDir;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class TreesTest {
  private static final Instant TIME = Instant.parse("2020-01-02T03:04:05.123456789Z");

  @TempDir Path directory;
  private final LinuxPaths paths = new LinuxPaths();
  private Path from;
  private Path to;

  @BeforeEach
  void make_directories() throws IOException {
    from = Files.createDirectory(directory.resolve("from"));
    to = Files.createDirectory(directory.resolve("to"));
  }

  private void copy() {
    try (RootDir source = paths.openRoot(from);
        RootDir target = paths.openRoot(to)) {
      TreeCopy.copy(source.top(), target.top());
    }
  }

  private long size() {
    try (RootDir root = paths.openRoot(from)) {
      return TreeSize.of(root.top());
    }
  }

  private void assertSame(String name) {
    FileStat original = paths.lstat(from.resolve(name));
    FileStat copy = paths.lstat(to.resolve(name));
    assertThat(copy.mode()).as(name).isEqualTo(original.mode());
    assertThat(copy.uid()).as(name).isEqualTo(original.uid());
    assertThat(copy.gid()).as(name).isEqualTo(original.gid());
    assertThat(copy.rdev()).as(name).isEqualTo(original.rdev());
    assertThat(copy.mtime()).as(name).isEqualTo(original.mtime());
    if (!original.isDirectory()) {
      assertThat(copy.size()).as(name).isEqualTo(original.size());
      assertThat(copy.nlink()).as(name).isEqualTo(original.nlink());
    }
  }

  @Test
  void a_copy_is_the_same_in_all_respects() throws IOException {
    Files.createDirectories(from.resolve("d/e"));
    Files.writeString(from.resolve("d/e/f"), "content");
    Files.createLink(from.resolve("again"), from.resolve("d/e/f"));
    Files.createSymbolicLink(from.resolve("link"), Path.of("/nowhere"));
    try (RootDir root = paths.openRoot(from)) {
      root.top().mknod("null", FileStat.S_IFCHR | 0666, new FileStat.Device(1, 3));
      root.top().mknod("pipe", FileStat.S_IFIFO | 0600, new FileStat.Device(0, 0));
      root.top().mknod("socket", FileStat.S_IFSOCK | 0600, new FileStat.Device(0, 0));
    }
    paths.chown(from.resolve("d/e/f"), 1000, 2000);
    paths.chmod(from.resolve("d/e/f"), 06755);
    paths.setxattr(from.resolve("d/e/f"), "user.note", "n".getBytes(UTF_8));
    paths.chown(from.resolve("link"), 5, 6);
    for (String name : new String[] {"d/e/f", "link", "null", "pipe", "d/e"}) {
      paths.utimens(from.resolve(name), TIME, TIME);
    }
    paths.chown(from, 7, 8);
    paths.chmod(from, 01777);
    paths.utimens(from, TIME, TIME);

    copy();

    for (String name :
        new String[] {"", "d", "d/e", "d/e/f", "again", "link", "null", "pipe", "socket"}) {
      assertSame(name);
    }
    assertThat(to.resolve("again")).hasContent("content");
    assertThat(paths.lstat(to.resolve("again")).sameFile(paths.lstat(to.resolve("d/e/f"))))
        .isTrue();
    assertThat(Files.readSymbolicLink(to.resolve("link"))).hasToString("/nowhere");
    assertThat(paths.getxattr(to.resolve("d/e/f"), "user.note")).contains("n".getBytes(UTF_8));
  }

  @Test
  void holes_stay_holes() throws IOException {
    try (var file =
        Files.newByteChannel(
            from.resolve("s"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.position(50 << 20).write(ByteBuffer.wrap("middle".getBytes(UTF_8)));
      file.position(99 << 20).write(ByteBuffer.wrap(new byte[] {0}));
    }
    copy();
    assertSame("s");
    assertThat(Files.mismatch(from.resolve("s"), to.resolve("s"))).isEqualTo(-1);
    assertThat(paths.lstat(to.resolve("s")).blocks()).isLessThan(1000);
  }

  @Test
  void what_is_there_already_is_not_overwritten() throws IOException {
    Files.writeString(from.resolve("f"), "new");
    Files.writeString(to.resolve("f"), "old");
    assertThatThrownBy(this::copy)
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("EEXIST");
    assertThat(to.resolve("f")).hasContent("old");
  }

  @Test
  void a_very_deep_tree_is_copied_and_counted() throws IOException {
    Path here = from;
    for (int i = 0; i < 60; i++) {
      here = Files.createDirectory(here.resolve("a-name-of-some-length-" + i));
    }
    Files.writeString(here.resolve("f"), "12345");
    copy();
    assertThat(to.resolve(from.relativize(here)).resolve("f")).hasContent("12345");
    assertThat(size()).isEqualTo(5);
  }

  @Test
  void a_trees_size_is_that_of_its_files_each_counted_once() throws IOException {
    assertThat(size()).isZero();
    Files.createDirectories(from.resolve("a/b"));
    Files.createDirectories(from.resolve("c"));
    Files.writeString(from.resolve("a/b/f"), "12345");
    Files.createLink(from.resolve("c/again"), from.resolve("a/b/f"));
    Files.createSymbolicLink(from.resolve("c/link"), Path.of("target"));
    Files.writeString(from.resolve("g"), "1");
    assertThat(size()).isEqualTo(5 + 6 + 1);
  }
}
