package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.layer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ImageImportTest extends FileImageStoreFixture {
  private static final byte[] ROOT = layer("bin/sh", "#!");

  private Image importRootfs(
      byte[] tar, @Nullable String reference, List<String> changes, @Nullable String platform)
      throws IOException {
    return store.importRootfs(
        new ByteArrayInputStream(tar),
        new ImageStore.Import(reference, changes, "as said", platform),
        progress::add);
  }

  @Test
  void a_root_file_system_becomes_an_image_of_one_layer() throws IOException {
    Image image =
        importRootfs(
            ROOT,
            "made",
            List.of("CMD [\"sh\", \"-c\", \"x\"]", "ENV A=\"b c\"", "EXPOSE 80", "VOLUME /data"),
            null);
    assertThat(image.repoTags()).containsExactly("made:latest");
    assertThat(image.comment()).isEqualTo("as said");
    assertThat(image.config().cmd()).containsExactly("sh", "-c", "x");
    assertThat(image.config().env()).containsExactly("A=b c");
    assertThat(image.config().exposedPorts()).containsExactly("80/tcp");
    assertThat(image.config().volumes()).containsExactly("/data");
    assertThat(image.config().entrypoint()).isNull();
    assertThat(image.diffIds()).containsExactly(Digest.sha256(ROOT).toString());
    assertThat(image.history()).singleElement().extracting(Image.HistoryEntry::size).isEqualTo(2L);
    assertThat(image.lastTagged()).isNotNull();
    assertThat(image.os()).isEqualTo("linux");
    assertThat(content(image, "bin/sh")).isEqualTo("#!");
    assertThat(events()).containsExactly("tag made:latest", "import ID");
    restart();
    assertThat(store.get("made")).isEqualTo(image);
  }

  @Test
  void without_a_name_it_is_known_by_its_id() throws IOException {
    Image image = importRootfs(ROOT, null, List.of(), "linux/arm64/v8");
    assertThat(store.get(image.id()).repoTags()).isEmpty();
    assertThat(image.architecture()).isEqualTo("arm64");
    assertThat(image.variant()).isEqualTo("v8");
    assertThat(events()).containsExactly("import ID");
  }

  @Test
  void an_empty_root_file_system_is_one_and_can_be_saved_and_loaded() throws IOException {
    Image image = importRootfs(new byte[0], "empty:1", List.of(), null);
    byte[] archive = save("empty:1");
    store.remove("empty:1", false, true, id -> List.of());
    load(archive);
    assertThat(store.get("empty:1").id()).isEqualTo(image.id());
  }

  @Test
  void what_cannot_be_imported_is_refused_and_nothing_of_it_stays() throws IOException {
    assertRefused(
        ROOT, "UPPER", List.of(), null, "repository name (library/UPPER) must be lowercase");
    assertRefused(
        ROOT, "a@sha256:" + "0".repeat(64), List.of(), null, "cannot import digest reference");
    assertRefused(ROOT, "a", List.of("FOO x"), null, "FOO is not a valid change command");
    assertRefused(ROOT, "a", List.of(), "a/b/c/d", "cannot parse platform specifier");
    assertRefused(ROOT, "a", List.of(), "windows", "operating system is not supported");
    assertRefused("not a tar".getBytes(), "a", List.of(), null, "unexpected EOF");
    assertRefused(Arrays.copyOf(ROOT, 700), "a", List.of(), null, "unexpected EOF");
  }

  private void assertRefused(
      byte[] tar, String reference, List<String> changes, @Nullable String platform, String message)
      throws IOException {
    assertThatThrownBy(() -> importRootfs(tar, reference, changes, platform))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining(message);
    assertThat(store.list()).isEmpty();
    restart();
    assertThat(onDisk()).isEmpty();
  }
}
