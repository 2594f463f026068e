package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.docker;
import static dev.wherry.engine.image.ImageArchives.layer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.layer.Archives;
import dev.wherry.engine.store.Json;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarReader;
import dev.wherry.engine.tar.TarTap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ImageSaveTest extends FileImageStoreFixture {
  private static final byte[] BASE =
      new Archives()
          .directory("d", 01777)
          .file("d/.wh.x", "")
          .file("f", "1")
          .file("f", "2")
          .bytes();
  private static final byte[] TOP = layer("top", "t");

  private final TestImage one = TestImage.of("one", BASE);
  private final TestImage two = TestImage.of("two", BASE, TOP);

  private static Map<String, byte[]> members(byte[] archive) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    TarReader reader = new TarReader(new ByteArrayInputStream(archive), TarTap.NONE);
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      assertThat(members.put(entry.name(), reader.content().readAllBytes())).isNull();
    }
    return members;
  }

  private void removeAll() {
    for (Image image : store.list()) {
      store.remove(image.id(), true, true, id -> List.of());
    }
    assertThat(store.list()).isEmpty();
    assertThat(snapshotter.committed()).isEmpty();
  }

  @Test
  void what_was_saved_is_loaded_again_with_the_same_ids_and_names() throws IOException {
    load(docker(one, "a:1", "a:2", "b/c:latest").bytes());
    load(docker(two, "two:1").bytes());
    byte[] archive = save("a:1", "b/c", "two:1");
    removeAll();
    assertThat(load(archive))
        .extracting(ImageStore.LoadedImage::reference)
        .containsExactly("a:1", "b/c:latest", "two:1");
    assertThat(store.get("a:1").id()).isEqualTo(one.id());
    assertThat(store.get("two:1").id()).isEqualTo(two.id());
    assertThat(content(store.get("two:1"), "f")).isEqualTo("2");
    assertThat(save("a:1", "b/c", "two:1")).isEqualTo(archive);
    assertThat(events()).contains("save ID");
  }

  @Test
  void the_archive_is_both_forms_and_holds_each_blob_once() throws IOException {
    load(docker(one, "one:1").bytes());
    load(docker(two, "two:1").bytes());
    Map<String, byte[]> members = members(save("one:1", "two:1"));
    JsonNode manifest = Json.mapper().readTree(members.get("manifest.json"));
    assertThat(manifest).hasSize(2);
    assertThat(manifest.get(1).get("RepoTags").get(0).asText()).isEqualTo("two:1");
    for (JsonNode path : manifest.get(1).get("Layers")) {
      assertThat(members).containsKey(path.asText());
    }
    assertThat(members.get(manifest.get(0).get("Config").asText())).isEqualTo(one.bytes());
    JsonNode index = Json.mapper().readTree(members.get("index.json"));
    assertThat(index.get("manifests").get(1).get("annotations").get("io.containerd.image.name"))
        .hasToString("\"docker.io/library/two:1\"");
    members.forEach(
        (name, content) -> {
          if (name.startsWith("blobs/sha256/") && !name.endsWith("/")) {
            assertThat(name).endsWith(Digest.sha256(content).hex());
          }
        });
  }

  @Test
  void the_layout_alone_is_loaded_too() throws IOException {
    load(docker(two, "two:1").bytes());
    Archives layout = new Archives();
    members(save("two:1"))
        .forEach(
            (name, content) -> {
              if (!name.equals("manifest.json") && !name.endsWith("/")) {
                layout.file(name, content);
              }
            });
    removeAll();
    assertThat(load(layout.bytes()))
        .extracting(ImageStore.LoadedImage::reference)
        .containsExactly("two:1");
  }

  @Test
  void an_id_is_saved_without_names_and_a_repository_with_all_its_tags() throws IOException {
    load(docker(one, "app:1", "app:2", "other:1").bytes());
    for (String id : List.of(one.id(), one.hex(), one.hex().substring(0, 12))) {
      JsonNode manifest = Json.mapper().readTree(members(save(id)).get("manifest.json"));
      assertThat(manifest.get(0).get("RepoTags").isNull()).isTrue();
    }
    JsonNode manifest = Json.mapper().readTree(members(save("app")).get("manifest.json"));
    assertThat(manifest.get(0).get("RepoTags")).hasToString("[\"app:1\",\"app:2\"]");
  }

  @Test
  void what_is_not_there_is_named_before_anything_is_written() {
    assertThatThrownBy(() -> store.save(List.of("nosuch"), ""))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such image: nosuch");
    assertThatThrownBy(() -> store.save(List.of("nosuch:1"), ""))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("reference does not exist");
  }

  @Test
  void an_image_removed_while_it_is_saved_is_saved_whole() throws IOException {
    load(docker(two, "two:1").bytes());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageStore.Export export = store.save(List.of("two:1"), "")) {
      removeImage("two:1");
      export.writeTo(out);
    }
    assertThat(snapshotter.committed()).isEmpty();
    load(out.toByteArray());
    assertThat(store.get("two:1").id()).isEqualTo(two.id());
  }

  private void removeImage(String name) {
    store.remove(name, true, true, id -> List.of());
  }

  @Test
  void a_layer_that_was_tampered_with_is_not_passed_on() throws IOException {
    load(docker(one, "one:1").bytes());
    Files.writeString(
        snapshotter.layers(store.get("one:1").chainId()).getFirst().resolve("f"), "3");
    assertThatThrownBy(() -> save("one:1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
  }
}
