package dev.wherry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonDocumentStoreTest extends DocumentStoreContract {

  @Override
  DocumentStore<Note> open(Path directory) {
    return new JsonDocumentStore<>(directory, Note.class);
  }

  @Test
  void a_write_that_a_crash_interrupted_is_not_seen_and_its_file_goes() throws IOException {
    store.put("a", new Note("old", List.of(), 1));
    Files.writeString(directory.resolve("a.tmp"), "{\"text\":\"ne");
    assertThat(open(directory).loadAll()).isEqualTo(Map.of("a", new Note("old", List.of(), 1)));
    assertThat(directory.resolve("a.tmp")).doesNotExist();
  }

  @Test
  void a_damaged_document_is_set_aside_and_the_others_are_read() throws IOException {
    store.put("a", new Note("fine", List.of(), 1));
    Files.writeString(directory.resolve("b.json"), "{\"text\":\"cut off he");
    assertThat(open(directory).loadAll()).containsOnlyKeys("a");
    assertThat(directory.resolve("b.damaged")).exists();
    assertThat(open(directory).loadAll()).containsOnlyKeys("a");
  }

  @Test
  void members_of_a_newer_version_are_ignored_and_missing_lists_are_empty() throws IOException {
    Files.writeString(
        directory.resolve("a.json"), "{\"text\":\"t\",\"added\":{\"later\":[1]},\"number\":7}");
    assertThat(open(directory).loadAll()).isEqualTo(Map.of("a", new Note("t", List.of(), 7)));
  }

  @Test
  void documents_are_readable_by_their_owner_only() throws IOException {
    store.put("a", new Note("", List.of(), 0));
    assertThat(Files.getPosixFilePermissions(directory.resolve("a.json"))).hasSize(2);
  }
}
