package dev.wherry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link DocumentStore} has to do; a subclass says how to open one. */
abstract class DocumentStoreContract {

  record Note(String text, List<String> lines, int number) {}

  @TempDir Path directory;
  DocumentStore<Note> store;

  /** Opens the store over the directory, as a daemon start does. */
  abstract DocumentStore<Note> open(Path directory);

  @BeforeEach
  void open_it() {
    store = open(directory);
  }

  @Test
  void a_new_store_is_empty() {
    assertThat(store.loadAll()).isEmpty();
  }

  @Test
  void what_was_put_is_read_after_a_restart() {
    store.put("a", new Note("first", List.of("x", "y"), 1));
    store.put("b.c_d-e", new Note("second", List.of(), 2));
    assertThat(open(directory).loadAll())
        .isEqualTo(
            Map.of(
                "a", new Note("first", List.of("x", "y"), 1),
                "b.c_d-e", new Note("second", List.of(), 2)));
  }

  @Test
  void a_second_put_replaces_the_whole_document() {
    store.put("a", new Note("a long text that the next one does not have", List.of("x"), 1));
    store.put("a", new Note("b", List.of(), 0));
    assertThat(open(directory).loadAll()).isEqualTo(Map.of("a", new Note("b", List.of(), 0)));
  }

  @Test
  void a_deleted_document_is_gone_after_a_restart() {
    store.put("a", new Note("", List.of(), 0));
    store.delete("a");
    assertThat(open(directory).loadAll()).isEmpty();
  }

  @Test
  void deleting_what_is_not_there_does_nothing() {
    store.delete("never-put");
    assertThat(store.loadAll()).isEmpty();
  }

  @Test
  void a_key_that_could_leave_the_directory_is_refused() {
    Note note = new Note("", List.of(), 0);
    for (String key : List.of("", ".", "..", "../x", "a/b", "-a", "a".repeat(300))) {
      assertThatThrownBy(() -> store.put(key, note)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store.delete(key)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
