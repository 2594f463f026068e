package dev.wherry.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class OverlaySnapshotterTest extends SnapshotterContract {
  private final LinuxPaths paths = new LinuxPaths();
  private final LinuxMounts mounts = new LinuxMounts();

  @Override
  Snapshotter open(Path directory) {
    return new OverlaySnapshotter(directory.resolve("overlay2"), paths, mounts, IdMapping.IDENTITY);
  }

  @Override
  void close(Snapshotter snapshotter) {
    ((OverlaySnapshotter) snapshotter).close();
  }

  @Override
  void cleanUp() {
    paths.removeTree(directory.resolve("overlay2"));
  }

  private List<String> upper(String key) throws IOException {
    Path upper = Path.of(snapshotter.layout(key).upperDir());
    try (Stream<Path> files = Files.walk(upper)) {
      return files.filter(file -> !file.equals(upper)).map(Path::toString).toList();
    }
  }

  @Test
  void mount_points_are_there_and_no_change_of_the_container() throws IOException {
    commit(1, null, Map.of("etc/passwd", "root"));
    Files.setPosixFilePermissions(
        snapshotter.layers(chain(1)).getFirst().resolve("etc"),
        PosixFilePermissions.fromString("rwxr-x---"));
    snapshotter.prepare("c", chain(1));
    Path root = snapshotter.mount("c");
    for (String file :
        List.of(".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf", "dev/console")) {
      assertThat(root.resolve(file)).isEmptyFile();
    }
    for (String name : List.of("dev/pts", "dev/shm", "proc", "sys")) {
      assertThat(root.resolve(name)).isDirectory();
    }
    assertThat(Files.readSymbolicLink(root.resolve("etc/mtab"))).hasToString("/proc/mounts");
    assertThat(root.resolve("etc/passwd")).hasContent("root");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("etc"))))
        .isEqualTo("rwxr-x---");
    assertThat(upper("c")).isEmpty();
  }

  @Test
  void links_of_an_image_in_the_place_of_mount_points_are_replaced() throws IOException {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("hosts"), "mine");
    try (Snapshotter.Extraction extraction = snapshotter.extract()) {
      Files.createSymbolicLink(extraction.root().resolve("etc"), outside);
      Files.createSymbolicLink(extraction.root().resolve("dev"), Path.of("../../../../dev"));
      Files.createSymbolicLink(extraction.root().resolve(".dockerenv"), outside.resolve("planted"));
      extraction.commit(layer(1, null));
    }
    snapshotter.prepare("c", chain(1));
    Path root = snapshotter.mount("c");
    assertThat(Files.isDirectory(root.resolve("etc"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(Files.isDirectory(root.resolve("dev"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(root.resolve("etc/hosts")).isEmptyFile();
    assertThat(outside.resolve("hosts")).hasContent("mine");
    assertThat(outside.resolve("planted")).doesNotExist();
  }

  @Test
  void a_hundred_and_thirty_layers_can_be_mounted() throws IOException {
    String parent = null;
    for (int i = 1; i <= 130; i++) {
      parent = commit(i, parent, Map.of("f" + i, "" + i, "same", "" + i));
    }
    snapshotter.prepare("c", parent);
    Path root = snapshotter.mount("c");
    assertThat(root.resolve("f1")).hasContent("1");
    assertThat(root.resolve("f130")).hasContent("130");
    assertThat(root.resolve("same")).hasContent("130");
  }

  @Test
  void half_made_things_of_a_crash_are_collected_and_short_names_put_right() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    Path overlay = directory.resolve("overlay2");
    Files.createDirectories(overlay.resolve("staging/removed-1/diff/x"));
    Files.createDirectories(overlay.resolve("layers/" + "e".repeat(64) + "/diff"));
    try (Stream<Path> links = Files.list(overlay.resolve("l"))) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
    Files.createSymbolicLink(overlay.resolve("l/stale"), Path.of("../layers/gone/diff"));
    restart();
    try (Stream<Path> left = Files.walk(overlay.resolve("staging"))) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .containsExactly("staging", "layers");
    }
    assertThat(overlay.resolve("layers/" + "e".repeat(64))).doesNotExist();
    assertThat(Files.exists(overlay.resolve("l/stale"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(snapshotter.mount("c").resolve("a")).hasContent("1");
  }

  @Test
  void its_directory_is_a_private_mount_only_as_long_as_it_is_needed() throws IOException {
    Path overlay = directory.resolve("overlay2");
    assertThat(mounts.isMountPoint(overlay)).isTrue();
    snapshotter.prepare("c", null);
    snapshotter.mount("c");
    close(snapshotter);
    assertThat(mounts.isMountPoint(overlay)).isTrue();
    snapshotter = open(directory);
    snapshotter.unmount("c");
    close(snapshotter);
    assertThat(mounts.isMountPoint(overlay)).isFalse();
    snapshotter = open(directory);
  }

  @Test
  void a_file_system_that_overlayfs_cannot_use_is_said_at_start() throws IOException {
    // An overlay cannot be the upper directory of an overlay on which whiteouts are needed.
    commit(1, null, Map.of());
    snapshotter.prepare("c", chain(1));
    Path nested = Files.createDirectory(snapshotter.mount("c").resolve("nested"));
    assertThatThrownBy(
            () ->
                new OverlaySnapshotter(
                    nested.resolve("overlay2"), paths, mounts, IdMapping.IDENTITY))
        .isInstanceOf(EngineException.Unavailable.class)
        .hasMessageContaining("overlayfs does not work on")
        .hasMessageContaining("data root");
    mounts.umount(nested.resolve("overlay2"), 0);
  }
}
