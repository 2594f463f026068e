package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LinuxMountsTest {
  private final Mounts mounts = new LinuxMounts();
  private @TempDir Path temp;
  private Path target;

  @BeforeEach
  void makeTarget() throws IOException {
    // overlay's upper directory can't be on every temp file system: a tmpfs can hold it
    mounts.mount("wherry-test", temp, "tmpfs", MountFlags.MS_NOSUID, "mode=0755");
    target = Files.createDirectory(temp.resolve("target"));
  }

  @AfterEach
  void unmount() {
    while (mounts.isMountPoint(target)) {
      mounts.umount(target, MountFlags.MNT_DETACH);
    }
    mounts.umount(temp, MountFlags.MNT_DETACH);
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectories(temp.resolve(name));
  }

  @Test
  void an_overlay_shows_the_upper_over_the_lower() throws IOException {
    Path lower = directory("lo:w,er\\1");
    Files.writeString(lower.resolve("a"), "lower");
    Files.writeString(directory("lower2").resolve("b"), "lower2");
    OverlayMount.Writable top = new OverlayMount.Writable(directory("up,per"), directory("work"));
    mounts.overlay(
        new OverlayMount(List.of(lower, temp.resolve("lower2")), Optional.of(top), List.of()),
        target);
    assertThat(target.resolve("a")).hasContent("lower");
    assertThat(target.resolve("b")).hasContent("lower2");
    Files.writeString(target.resolve("a"), "changed");
    assertThat(top.upper().resolve("a")).hasContent("changed");
    assertThat(lower.resolve("a")).hasContent("lower");
    MountInfo info = mounts.list().getLast();
    assertThat(info.fsType()).isEqualTo("overlay");
    assertThat(info.mountPoint()).isEqualTo(target.toString());
  }

  @Test
  void more_layers_than_a_page_of_names_are_mounted_relative_to_what_they_share()
      throws IOException {
    List<Path> lower = new ArrayList<>();
    String base = "a-directory-with-a-rather-long-name-to-hold-the-layers/";
    for (int i = 0; i < 120; i++) {
      Path layer = directory(base + "layer-number-" + i);
      Files.writeString(layer.resolve("f" + i), "x");
      lower.add(layer);
    }
    mounts.overlay(new OverlayMount(lower, Optional.empty(), List.of()), target);
    assertThat(target).isDirectoryContaining("glob:**/f0").isDirectoryContaining("glob:**/f119");
    assertThatThrownBy(() -> Files.writeString(target.resolve("new"), ""))
        .hasMessageContaining("Read-only");
    List<Path> tooMany = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tooMany.add(temp.resolve("n".repeat(64) + i));
    }
    assertThatThrownBy(
            () -> mounts.overlay(new OverlayMount(tooMany, Optional.empty(), List.of()), target))
        .hasMessageContaining("E2BIG");
  }

  @Test
  void a_bind_mount_is_made_read_only_and_private() throws IOException {
    Path source = directory("source");
    Files.writeString(source.resolve("f"), "x");
    mounts.bind(source, target, true);
    mounts.propagation(target, MountFlags.MS_SHARED);
    assertThat(mounts.list().getLast().optionalFields()).anyMatch(f -> f.startsWith("shared:"));
    mounts.propagation(target, MountFlags.MS_PRIVATE | MountFlags.MS_REC);
    mounts.remountBind(target, MountFlags.MS_RDONLY);
    MountInfo info = mounts.list().getLast();
    assertThat(info.options()).contains("ro", "nosuid");
    assertThat(info.optionalFields()).isEmpty();
    assertThat(target.resolve("f")).hasContent("x");
    Files.writeString(source.resolve("f"), "y");
    assertThatThrownBy(() -> Files.writeString(target.resolve("f"), "z"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void removing_a_tree_never_enters_a_mount() throws IOException {
    Path source = directory("volume");
    Files.writeString(source.resolve("precious"), "x");
    Path inner = directory("target/inner");
    mounts.bind(source, inner, false);
    assertThatThrownBy(() -> new LinuxPaths().removeTree(target))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EXDEV));
    mounts.umount(inner, 0);
    assertThat(source.resolve("precious")).hasContent("x");
  }

  @Test
  void a_failed_mount_names_the_target() {
    Path absent = temp.resolve("absent");
    assertThatThrownBy(() -> mounts.mount("tmpfs", absent, "tmpfs", 0, ""))
        .hasMessage("mount tmpfs on " + absent + ": ENOENT No such file or directory");
    assertThatThrownBy(() -> mounts.umount(target, 0)).hasMessageContaining("EINVAL");
  }

  @Test
  void an_escaped_mount_point_is_read_back() throws IOException {
    Path odd = directory("with blank\tand\\é");
    mounts.bind(directory("source"), odd, false);
    assertThat(mounts.isMountPoint(odd)).isTrue();
    mounts.umount(odd, 0);
    assertThat(mounts.isMountPoint(odd)).isFalse();
  }

  @Test
  void what_is_grafted_is_seen_in_the_tree_and_nowhere_else() throws IOException {
    Path tree = directory("tree");
    Files.createDirectories(tree.resolve("place"));
    Files.createSymbolicLink(tree.resolve("way"), Path.of("/place"));
    Path shared = directory("shared");
    Files.writeString(shared.resolve("f"), "shared");
    int before = mounts.list().size();
    try (GraftedTree grafted =
        mounts.graft(tree, List.of(new Mounts.Graft(shared, "/way", true, true)), false)) {
      assertThat(grafted.root().newInputStream("place/f")).hasContent("shared");
      assertThat(tree.resolve("place/f")).doesNotExist();
      assertThat(mounts.list()).hasSize(before);
      try (DirFd place = grafted.root().openDirectory("place")) {
        assertThatThrownBy(() -> place.createFile("g", 0600))
            .isInstanceOfSatisfying(LinuxException.class, e -> e.is(Errno.EROFS));
        assertThat(grafted.root().pathInside(place.fd())).isEqualTo("/place");
      }
      grafted.root().top().createFile("h", 0600).close();
    }
    assertThat(tree.resolve("h")).exists();
  }

  @Test
  void a_sealed_tree_is_not_written_but_its_grafts_are() throws IOException {
    Path tree = target;
    Files.createDirectories(tree.resolve("place"));
    mounts.bind(tree, tree, false);
    Path shared = directory("shared");
    try (GraftedTree grafted =
        mounts.graft(tree, List.of(new Mounts.Graft(shared, "/place", false, false)), true)) {
      assertThatThrownBy(() -> grafted.root().top().createFile("g", 0600))
          .isInstanceOfSatisfying(LinuxException.class, e -> e.is(Errno.EROFS));
      try (DirFd place = grafted.root().openDirectory("place")) {
        place.createFile("g", 0600).close();
      }
    }
    assertThat(shared.resolve("g")).exists();
    assertThat(tree.resolve("g")).doesNotExist();
  }

  @Test
  void a_graft_stays_inside_the_tree_whatever_its_place_is_a_link_to() throws IOException {
    Path tree = directory("tree");
    Path outside = directory("outside");
    Files.createSymbolicLink(tree.resolve("trap"), outside);
    assertThatThrownBy(
            () ->
                mounts.graft(
                    tree, List.of(new Mounts.Graft(outside, "/trap", false, false)), false))
        .isInstanceOfSatisfying(LinuxException.class, e -> e.is(Errno.ENOENT));
  }
}
