package dev.wherry.engine.contents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class UpperChangesTest {
  private static final Instant TIME = Instant.parse("2020-01-02T03:04:05.6Z");

  @TempDir private Path directory;
  private final LinuxPaths paths = new LinuxPaths();
  private Path upper;
  private Path middle;
  private Path lowest;

  @BeforeEach
  void make_layers() throws IOException {
    upper = Files.createDirectory(directory.resolve("upper"));
    middle = Files.createDirectory(directory.resolve("middle"));
    lowest = Files.createDirectory(directory.resolve("lowest"));
  }

  private Path file(Path layer, String name, String content) throws IOException {
    Path file = layer.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    paths.utimens(file, TIME, TIME);
    return file;
  }

  private void whiteout(Path layer, String name) {
    try (RootDir root = paths.openRoot(layer)) {
      root.top().whiteout(name);
    }
  }

  private void opaque(Path directory) {
    paths.setxattr(directory, "trusted.overlay.opaque", new byte[] {'y'});
  }

  private List<String> changes() {
    return UpperChanges.of(paths, new Snapshotter.Stack(upper, List.of(middle, lowest))).stream()
        .map(change -> change.kind().number() + change.path())
        .toList();
  }

  @Test
  void nothing_written_is_nothing_changed() throws IOException {
    file(lowest, "a", "1");
    assertThat(changes()).isEmpty();
  }

  @Test
  void new_files_are_added_and_their_old_directories_modified() throws IOException {
    file(lowest, "etc/deep/a", "1");
    file(upper, "etc/deep/b", "2");
    file(upper, "new/c", "3");
    assertThat(changes())
        .containsExactly("0/etc", "0/etc/deep", "1/etc/deep/b", "1/new", "1/new/c");
  }

  @Test
  void a_file_is_modified_by_content_mode_or_owner_but_not_by_being_copied_up() throws IOException {
    for (String name : List.of("content", "mode", "owner", "same")) {
      file(lowest, name, "old");
      file(upper, name, "old");
    }
    file(upper, "content", "newer");
    paths.chmod(upper.resolve("mode"), 0600);
    paths.chown(upper.resolve("owner"), 5, 5);
    assertThat(changes()).containsExactly("0/content", "0/mode", "0/owner");
  }

  @Test
  void a_directory_that_was_only_passed_through_is_no_change() throws IOException {
    file(lowest, "d/a", "1");
    Files.createDirectory(upper.resolve("d"));
    assertThat(changes()).isEmpty();
  }

  @Test
  void what_is_hidden_is_deleted_if_it_was_there() throws IOException {
    file(lowest, "a", "1");
    file(lowest, "gone", "1");
    whiteout(middle, "gone");
    whiteout(upper, "a");
    whiteout(upper, "gone");
    whiteout(upper, "never");
    assertThat(changes()).containsExactly("2/a");
  }

  @Test
  void a_directory_made_anew_deletes_what_it_had() throws IOException {
    file(lowest, "d/old", "1");
    file(middle, "d/kept", "1");
    file(upper, "d/kept", "1");
    file(upper, "d/new", "1");
    opaque(upper.resolve("d"));
    assertThat(changes()).containsExactly("0/d", "1/d/new", "2/d/old");
  }

  @Test
  void an_opaque_directory_in_the_middle_hides_what_is_below_it() throws IOException {
    file(lowest, "d/hidden", "1");
    Files.createDirectory(middle.resolve("d"));
    opaque(middle.resolve("d"));
    file(upper, "d/hidden", "1");
    assertThat(changes()).containsExactly("0/d", "1/d/hidden");
  }

  @Test
  void a_file_in_the_place_of_a_directory_is_a_modification() throws IOException {
    file(lowest, "d/x", "1");
    file(lowest, "f", "1");
    file(upper, "d", "1");
    file(upper, "f/y", "1");
    assertThat(changes()).containsExactly("0/d", "0/f", "1/f/y");
  }
}
