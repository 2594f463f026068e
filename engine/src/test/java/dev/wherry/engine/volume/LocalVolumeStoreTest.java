package dev.wherry.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalVolumeStoreTest {
  @TempDir private Path directory;

  private LocalVolumeStore open() {
    return new LocalVolumeStore(
        directory.resolve("volumes"),
        directory.resolve("metadata"),
        new LinuxPaths(),
        new LinuxMounts(),
        IdMapping.IDENTITY);
  }

  @Test
  void a_volume_survives_a_restart_with_its_files_and_labels() throws IOException {
    Volume made = open().create("data", Map.of("a", "b"), Map.of(), false);
    Files.writeString(made.mountpoint().resolve("file"), "content");

    Volume found = open().get("data");

    assertThat(found).isEqualTo(made);
    assertThat(found.mountpoint().resolve("file")).hasContent("content");
  }

  @Test
  void a_name_that_is_too_long_is_refused_and_hinders_no_later_start() throws IOException {
    LocalVolumeStore store = open();
    String longest = "a".repeat(240);
    store.create(longest, Map.of(), Map.of(), false);
    for (int length : new int[] {241, 255, 300}) {
      String name = "b".repeat(length);
      assertThatThrownBy(() -> store.create(name, Map.of(), Map.of(), false))
          .isInstanceOf(EngineException.InvalidParameter.class)
          .hasMessage("create " + name + ": file name too long");
    }
    Files.createDirectories(directory.resolve("volumes/" + "c".repeat(250) + "/_data"));

    assertThat(open().list()).extracting(Volume::name).containsExactly(longest);
  }

  @Test
  void a_volumes_size_is_that_of_its_files() throws IOException {
    LocalVolumeStore store = open();
    Volume made = store.create("data", Map.of(), Map.of(), false);
    Files.createDirectory(made.mountpoint().resolve("sub"));
    Files.writeString(made.mountpoint().resolve("sub/file"), "12345");
    Files.writeString(made.mountpoint().resolve("other"), "67");

    assertThat(store.size("data")).isEqualTo(7);
  }

  @Test
  void creating_a_name_again_returns_the_volume_that_has_it() {
    LocalVolumeStore store = open();
    Volume first = store.create("data", Map.of("a", "b"), Map.of(), false);

    assertThat(store.create("data", Map.of("c", "d"), Map.of(), false)).isEqualTo(first);
  }

  @Test
  void a_volume_without_a_name_gets_a_generated_one() {
    assertThat(open().create("", Map.of(), Map.of(), true).name()).matches("[0-9a-f]{64}");
  }

  @Test
  void bad_names_and_options_are_refused_in_dockerds_words() {
    LocalVolumeStore store = open();

    assertThatThrownBy(() -> store.create("a", Map.of(), Map.of(), false))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(
            "create a: volume name is too short, names should be at least two alphanumeric"
                + " characters");
    assertThatThrownBy(() -> store.create("../etc", Map.of(), Map.of(), false))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageStartingWith("create ../etc: \"../etc\" includes invalid characters");
    assertThatThrownBy(() -> store.create("ab", Map.of(), Map.of("nosuch", "x"), false))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("create ab: invalid option: \"nosuch\"");
    assertThatThrownBy(() -> store.create("ab", Map.of(), Map.of("type", "nfs"), false))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("create ab: missing required option: \"device\"");
    assertThatThrownBy(() -> store.create("ab", Map.of(), Map.of("size", "10m"), false))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("create ab: quota size requested but no quota support");
    assertThat(store.list()).isEmpty();
  }

  @Test
  void a_removed_volume_is_gone_with_its_files() throws IOException {
    LocalVolumeStore store = open();
    Path data = store.create("data", Map.of(), Map.of(), false).mountpoint();
    Files.writeString(data.resolve("file"), "content");

    store.remove("data");

    assertThat(store.find("data")).isEmpty();
    try (Stream<Path> left = Files.list(directory.resolve("volumes"))) {
      assertThat(left).isEmpty();
    }
    assertThatThrownBy(() -> store.get("data"))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("get data: no such volume");
    assertThat(open().list()).isEmpty();
  }

  @Test
  void a_removal_that_was_cut_short_is_finished_at_the_next_start() throws IOException {
    Path data = open().create("data", Map.of(), Map.of(), false).mountpoint();
    Files.writeString(data.resolve("file"), "content");
    Path volumes = directory.resolve("volumes");
    Files.move(volumes.resolve("data"), volumes.resolve(".removed-1"));

    assertThat(open().list()).isEmpty();
    try (Stream<Path> left = Files.list(volumes)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void files_whose_volume_lost_its_document_become_a_volume_again() throws IOException {
    Path data = open().create("data", Map.of("a", "b"), Map.of(), false).mountpoint();
    Files.writeString(data.resolve("file"), "content");
    Files.delete(directory.resolve("metadata/data.json"));

    assertThat(open().get("data").mountpoint().resolve("file")).hasContent("content");
  }

  @Test
  void words_of_mount_8_are_flags_and_the_rest_is_the_file_systems() {
    assertThat(
            LocalOptions.of(
                Map.of(
                    "type", "tmpfs", "device", "tmpfs", "o", "size=1m,ro,rw,nosuid,rshared,uid=5")))
        .isEqualTo(new LocalOptions("tmpfs", "tmpfs", 2, (1 << 20) | (1 << 14), "size=1m,uid=5"));
    assertThat(LocalOptions.of(Map.of("type", "none", "device", "/x", "o", "bind,ro")))
        .isEqualTo(new LocalOptions("/x", "none", 4097, 0, ""));
  }

  @Test
  @Tag("kernel")
  void a_mounted_volume_stays_until_its_last_user_goes_and_removal_spares_the_device()
      throws IOException {
    Path device = Files.createDirectory(directory.resolve("device"));
    Files.writeString(device.resolve("file"), "precious");
    LocalVolumeStore store = open();
    Map<String, String> options = Map.of("type", "none", "device", device.toString(), "o", "bind");
    Path data = store.create("data", Map.of(), options, false).mountpoint();
    store.mount("data", "one");
    store.mount("data", "two");
    store.unmount("data", "one");
    assertThat(data.resolve("file")).hasContent("precious");
    assertThatThrownBy(() -> store.remove("data")).isInstanceOf(EngineException.Conflict.class);

    LocalVolumeStore later = open();
    later.adopt("data", "two");
    later.unmountUnused();
    assertThat(data.resolve("file")).hasContent("precious");
    later.unmount("data", "two");
    assertThat(data).isEmptyDirectory();

    later.mount("data", "three");
    LocalVolumeStore last = open();
    last.unmountUnused();
    assertThat(data).isEmptyDirectory();
    last.remove("data");
    assertThat(device.resolve("file")).hasContent("precious");
  }
}
