package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.docker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.layer.Archives;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.MountFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A store on a file system of four megabytes. */
@Tag("kernel")
class DiskFullTest extends FileImageStoreFixture {
  private static final int BLOCK = 4096;

  private final LinuxMounts mounts = new LinuxMounts();
  private final TestImage small = TestImage.of("small", files("small", 10));
  private final TestImage large = TestImage.of("large", files("below", 30), files("above", 30));

  /** Files of two blocks each. */
  private static byte[] files(String name, int count) {
    Random random = new Random(count);
    Archives archive = new Archives();
    for (int i = 0; i < count; i++) {
      byte[] content = new byte[2 * BLOCK];
      random.nextBytes(content);
      archive.file(name + "/" + i, content);
    }
    return archive.bytes();
  }

  @Override
  @BeforeEach
  void open() {
    if (!mounts.isMountPoint(directory)) {
      mounts.mount("tmpfs", directory, "tmpfs", 0, "size=4m");
    }
    super.open();
  }

  @Override
  @AfterEach
  void close() {
    super.close();
    mounts.umount(directory, MountFlags.MNT_DETACH);
  }

  private Path filler() {
    return directory.resolve("filler");
  }

  /** Fills the disk until so many bytes are left. */
  private void leave(long bytes) throws IOException {
    Files.deleteIfExists(filler());
    long free = Files.getFileStore(directory).getUsableSpace();
    try (FileChannel file =
        FileChannel.open(filler(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer room = ByteBuffer.allocate((int) Math.max(0, free - bytes));
      while (room.hasRemaining()) {
        file.write(room);
      }
    }
  }

  private List<String> names() {
    return store.list().stream().flatMap(image -> image.repoTags().stream()).toList();
  }

  private void assertWhole(String... names) throws IOException {
    assertThat(names()).containsExactlyInAnyOrder(names);
    for (Image image : store.list()) {
      save(image.id());
    }
    assertThat(onDisk())
        .as("a configuration and its layers for each image, and nothing else")
        .hasSize(names.length == 0 ? 0 : 2);
  }

  @Test
  void what_does_not_fit_is_refused_with_the_reason_wherever_the_room_ends() throws IOException {
    load(docker(small, "small:1").bytes());
    byte[] archive = docker(large, "large:1").bytes();
    long whole = 0;
    int refused = 0;
    for (long room = 0; whole == 0; room += 9 * BLOCK) {
      leave(room);
      try {
        load(archive);
        whole = room;
      } catch (IOException | RuntimeException e) {
        assertThat(e).hasMessageContaining("No space left on device");
        assertWhole("small:1");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10);
    save("large:1");
    // Close to what is needed, each block may be the one that is missing.
    for (long room = whole; room > whole - 10 * BLOCK; room -= BLOCK) {
      store.remove("large:1", false, true, id -> List.of());
      snapshotter.close();
      journal.close();
      open();
      leave(room);
      try {
        load(archive);
      } catch (IOException | RuntimeException e) {
        assertThat(e).hasMessageContaining("No space left on device");
        assertWhole("small:1");
        leave(whole + 20 * BLOCK);
        load(archive);
      }
    }
  }

  @Test
  void on_a_full_disk_images_are_tagged_removed_and_then_loaded_again() throws IOException {
    load(docker(small, "small:1").bytes());
    leave(0);
    assertThatThrownBy(() -> load(docker(large, "large:1").bytes()))
        .hasMessageContaining("No space left on device");
    store.tag("small:1", "small:2");
    store.remove("small:1", false, true, id -> List.of());
    restart();
    assertThat(names()).containsExactly("small:2");
    store.remove("small:2", false, true, id -> List.of());
    restart();
    assertWhole();
    assertThat(events()).endsWith("untag ID", "delete ID");
    load(docker(small, "small:1").bytes());
    assertWhole("small:1");
    Files.delete(filler());
    load(docker(large, "large:1").bytes());
    assertThat(names()).containsExactlyInAnyOrder("small:1", "large:1");
  }
}
