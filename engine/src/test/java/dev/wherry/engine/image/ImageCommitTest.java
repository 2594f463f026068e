package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.layer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ImageCommitTest extends FileImageStoreFixture {
  private static final byte[] ROOT = layer("bin/sh", "#!");
  private static final byte[] CHANGE = layer("new", "content");
  private Image base;

  @BeforeEach
  void importBase() throws IOException {
    base =
        store.importRootfs(
            new ByteArrayInputStream(ROOT),
            new ImageStore.Import("base", List.of(), "", "linux/arm64/v8"),
            p -> {});
  }

  private Image commit(String baseId, byte[] tar, @Nullable String reference) throws IOException {
    ImageConfig config = ImageChanges.apply(ImageConfig.EMPTY, List.of("CMD [\"x\"]"));
    return store.commit(
        new ImageStore.Commit(baseId, config, "sh -c y", "who", "why", reference),
        new ByteArrayInputStream(tar));
  }

  @Test
  void a_layer_comes_on_top_of_its_base() throws IOException {
    Image image = commit(base.id(), CHANGE, "made:1");
    assertThat(image.repoTags()).containsExactly("made:1");
    assertThat(image.parent()).isEqualTo(base.id());
    assertThat(image.architecture()).isEqualTo("arm64");
    assertThat(image.variant()).isEqualTo("v8");
    assertThat(image.author()).isEqualTo("who");
    assertThat(image.comment()).isEqualTo("why");
    assertThat(image.config().cmd()).containsExactly("x");
    assertThat(image.diffIds())
        .containsExactly(Digest.sha256(ROOT).toString(), Digest.sha256(CHANGE).toString());
    assertThat(image.history()).hasSize(2);
    assertThat(image.history().getLast().createdBy()).isEqualTo("sh -c y");
    assertThat(image.history().getLast().size()).isEqualTo(7);
    assertThat(content(image, "new")).isEqualTo("content");
    assertThat(content(image, "bin/sh")).isEqualTo("#!");
    restart();
    assertThat(store.get("made:1")).isEqualTo(image);
  }

  @Test
  void an_empty_layer_is_a_step_of_the_history_alone() throws IOException {
    Image image = commit(base.id(), new byte[1024], null);
    assertThat(image.diffIds()).isEqualTo(base.diffIds());
    assertThat(image.history().getLast().emptyLayer()).isTrue();
  }

  @Test
  void without_a_base_it_is_an_image_of_one_layer() throws IOException {
    Image image = commit("", CHANGE, null);
    assertThat(image.diffIds()).containsExactly(Digest.sha256(CHANGE).toString());
    assertThat(image.os()).isEqualTo("linux");
  }

  @Test
  void what_fails_leaves_nothing() throws IOException {
    List<String> before = onDisk();
    assertThatThrownBy(() -> commit("sha256:" + "0".repeat(64), CHANGE, null))
        .isInstanceOf(EngineException.NotFound.class);
    assertThatThrownBy(() -> commit(base.id(), CHANGE, "UPPER"))
        .isInstanceOf(EngineException.InvalidParameter.class);
    assertThatThrownBy(() -> commit(base.id(), "no tar".getBytes(), "a"))
        .hasMessageContaining("unexpected EOF");
    assertThat(store.list()).containsExactly(base);
    assertThat(onDisk()).isEqualTo(before);
  }
}
