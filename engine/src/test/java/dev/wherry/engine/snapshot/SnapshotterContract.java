package dev.wherry.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link Snapshotter} has to do; a subclass says how to open one. */
abstract class SnapshotterContract {
  @TempDir Path directory;
  Snapshotter snapshotter;

  /** Opens it over the directory, as a daemon start does. */
  abstract Snapshotter open(Path directory);

  /** Lets go of it, as a daemon stop does. */
  abstract void close(Snapshotter snapshotter);

  @BeforeEach
  void open_it() {
    snapshotter = open(directory);
  }

  @AfterEach
  void close_it() {
    for (String key : snapshotter.activeKeys()) {
      snapshotter.unmount(key);
    }
    close(snapshotter);
    cleanUp();
  }

  /** Removes what the test left, where JUnit would do so less well. */
  void cleanUp() {}

  void restart() {
    close(snapshotter);
    snapshotter = open(directory);
  }

  static String chain(int n) {
    return "sha256:" + "%064x".formatted(n);
  }

  static CommittedLayer layer(int n, @Nullable String parent) {
    return new CommittedLayer(chain(n), parent, "sha256:" + "d%063x".formatted(n), 100 + n, 10240);
  }

  String commit(int n, @Nullable String parent, Map<String, String> files) throws IOException {
    try (Snapshotter.Extraction extraction = snapshotter.extract()) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = extraction.root().resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
      extraction.commit(layer(n, parent));
    }
    return chain(n);
  }

  @Test
  void a_layer_is_there_once_it_is_committed_and_after_a_restart() throws IOException {
    assertThat(snapshotter.exists(chain(1))).isFalse();
    commit(1, null, Map.of("a", "1"));
    restart();
    assertThat(snapshotter.committed(chain(1))).contains(layer(1, null));
    assertThat(snapshotter.committedSize(chain(1))).isEqualTo(101);
    assertThat(snapshotter.layers(chain(1)).getFirst().resolve("a")).hasContent("1");
  }

  @Test
  void an_extraction_that_is_not_committed_leaves_nothing() throws IOException {
    Path root;
    try (Snapshotter.Extraction extraction = snapshotter.extract()) {
      root = extraction.root();
      Files.writeString(root.resolve("a"), "1");
    }
    assertThat(root).doesNotExist();
    assertThat(snapshotter.committed()).isEmpty();
  }

  @Test
  void an_extraction_that_a_crash_interrupted_is_collected_at_start() throws IOException {
    Path root = snapshotter.extract().root();
    Files.writeString(root.resolve("a"), "1");
    restart();
    assertThat(root).doesNotExist();
  }

  @Test
  void the_attic_is_kept_with_its_layer() throws IOException {
    try (Snapshotter.Extraction extraction = snapshotter.extract()) {
      Files.writeString(extraction.attic().resolve("record"), "r");
      extraction.commit(layer(1, null));
    }
    restart();
    assertThat(snapshotter.attic(chain(1)).resolve("record")).hasContent("r");
  }

  @Test
  void a_second_commit_of_the_same_layer_keeps_the_first() throws IOException {
    commit(1, null, Map.of("a", "first"));
    commit(1, null, Map.of("a", "second"));
    assertThat(snapshotter.layers(chain(1)).getFirst().resolve("a")).hasContent("first");
  }

  @Test
  void a_layer_cannot_stand_on_one_that_is_not_there() {
    assertThatThrownBy(() -> commit(2, chain(1), Map.of()))
        .isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void a_mount_shows_the_layers_merged_and_keeps_changes_to_itself() throws IOException {
    commit(1, null, Map.of("a", "1", "d/x", "low"));
    commit(2, chain(1), Map.of("d/x", "high"));
    snapshotter.prepare("c", chain(2));
    Path root = snapshotter.mount("c");
    assertThat(snapshotter.mount("c")).isEqualTo(root);
    assertThat(root.resolve("a")).hasContent("1");
    assertThat(root.resolve("d/x")).hasContent("high");
    Files.writeString(root.resolve("a"), "changed");
    Files.delete(root.resolve("d/x"));
    snapshotter.unmount("c");
    snapshotter.unmount("c");
    assertThat(root.resolve("a")).doesNotExist();
    root = snapshotter.mount("c");
    assertThat(root.resolve("a")).hasContent("changed");
    assertThat(root.resolve("d/x")).doesNotExist();
    assertThat(snapshotter.layers(chain(2))).hasSize(2);
    assertThat(snapshotter.layers(chain(2)).getFirst().resolve("a")).hasContent("1");
  }

  @Test
  void a_snapshot_without_parent_can_be_mounted() throws IOException {
    snapshotter.prepare("c", null);
    Path root = snapshotter.mount("c");
    Files.writeString(root.resolve("a"), "1");
    assertThat(snapshotter.usage("c")).isEqualTo(1);
  }

  @Test
  void a_mount_outlives_the_daemon() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    Path root = snapshotter.mount("c");
    restart();
    assertThat(root.resolve("a")).hasContent("1");
    assertThat(snapshotter.mount("c")).isEqualTo(root);
    snapshotter.unmount("c");
    assertThat(root.resolve("a")).doesNotExist();
  }

  @Test
  void usage_is_what_the_writable_layer_holds() throws IOException {
    commit(1, null, Map.of("a", "1".repeat(5000)));
    snapshotter.prepare("c", chain(1));
    Path root = snapshotter.mount("c");
    assertThat(snapshotter.usage("c")).isZero();
    Files.createDirectories(root.resolve("x/y"));
    Files.writeString(root.resolve("x/y/f"), "12345");
    Files.createLink(root.resolve("x/g"), root.resolve("x/y/f"));
    assertThat(snapshotter.usage("c")).isEqualTo(5);
  }

  @Test
  void a_removed_snapshot_is_gone_with_its_files_even_while_it_is_mounted() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    Path root = snapshotter.mount("c");
    try (var open = Files.newInputStream(root.resolve("a"))) {
      snapshotter.remove("c");
      assertThat(open.readAllBytes()).isNotEmpty();
    }
    snapshotter.remove("c");
    assertThat(snapshotter.activeKeys()).isEmpty();
    assertThat(root).doesNotExist();
    restart();
    assertThat(snapshotter.activeKeys()).isEmpty();
  }

  @Test
  void one_key_is_one_snapshot() throws IOException {
    snapshotter.prepare("c", null);
    assertThatThrownBy(() -> snapshotter.prepare("c", null))
        .isInstanceOf(EngineException.Conflict.class);
    assertThatThrownBy(() -> snapshotter.mount("other"))
        .isInstanceOf(EngineException.NotFound.class);
    assertThatThrownBy(() -> snapshotter.prepare("../c", null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_failed_prepare_leaves_nothing() {
    assertThatThrownBy(() -> snapshotter.prepare("c", chain(7)))
        .isInstanceOf(EngineException.NotFound.class);
    assertThat(snapshotter.activeKeys()).isEmpty();
  }

  @Test
  void a_removed_layer_stays_on_disk_as_long_as_a_snapshot_stands_on_it() throws IOException {
    commit(1, null, Map.of("a", "1"));
    commit(2, chain(1), Map.of("b", "2"));
    List<Path> trees = snapshotter.layers(chain(2));
    snapshotter.prepare("c", chain(2));
    snapshotter.removeCommitted(chain(2));
    snapshotter.removeCommitted(chain(1));
    assertThat(snapshotter.committed()).isEmpty();
    restart();
    assertThat(snapshotter.committed()).isEmpty();
    assertThat(snapshotter.mount("c").resolve("b")).hasContent("2");
    snapshotter.remove("c");
    assertThat(trees).allSatisfy(tree -> assertThat(tree).doesNotExist());
  }

  @Test
  void a_layer_given_up_comes_back_when_it_is_committed_again() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    snapshotter.removeCommitted(chain(1));
    commit(1, null, Map.of("a", "1"));
    snapshotter.remove("c");
    restart();
    assertThat(snapshotter.exists(chain(1))).isTrue();
  }

  @Test
  void layouts_name_the_directories() throws IOException {
    commit(1, null, Map.of("a", "1"));
    commit(2, chain(1), Map.of("b", "2"));
    snapshotter.prepare("c", chain(2));
    Snapshotter.Layout lowest = snapshotter.committedLayout(chain(1));
    assertThat(lowest.lowerDir()).isNull();
    assertThat(lowest.upperDir()).isEqualTo(snapshotter.layers(chain(1)).getFirst().toString());
    Snapshotter.Layout above = snapshotter.committedLayout(chain(2));
    assertThat(above.lowerDir()).isEqualTo(lowest.upperDir());
    Snapshotter.Layout active = snapshotter.layout("c");
    assertThat(active.lowerDir()).endsWith(":" + above.upperDir() + ":" + lowest.upperDir());
    assertThat(active.mergedDir()).isEqualTo(snapshotter.mount("c").toString());
  }

  @Test
  void a_view_keeps_it_mounted_until_the_last_one_is_closed() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    Snapshotter.View first = snapshotter.view("c");
    Snapshotter.View second = snapshotter.view("c");
    first.close();
    first.close();
    assertThat(second.root().resolve("a")).hasContent("1");
    assertThat(snapshotter.mount("c")).isEqualTo(second.root());
    second.close();
    assertThat(snapshotter.mount("c").resolve("a")).hasContent("1");
    snapshotter.unmount("c");
    assertThat(second.root().resolve("a")).doesNotExist();
  }

  @Test
  void a_view_outlives_its_containers_need() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    Path root = snapshotter.mount("c");
    try (Snapshotter.View view = snapshotter.view("c")) {
      snapshotter.unmount("c");
      assertThat(view.root().resolve("a")).hasContent("1");
    }
    assertThat(root.resolve("a")).doesNotExist();
  }

  @Test
  void a_snapshot_with_a_view_can_be_removed() throws IOException {
    commit(1, null, Map.of("a", "1"));
    snapshotter.prepare("c", chain(1));
    Snapshotter.View view = snapshotter.view("c");
    snapshotter.remove("c");
    view.close();
    assertThat(snapshotter.activeKeys()).isEmpty();
    assertThatThrownBy(() -> snapshotter.view("c")).isInstanceOf(EngineException.NotFound.class);
  }
}
