package dev.wherry.engine.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
  private static final byte[] TEXT = "some content".getBytes(UTF_8);
  private static final Digest DIGEST = Digest.sha256(TEXT);

  @TempDir Path directory;

  @Test
  void content_is_found_by_its_digest_after_a_restart() throws IOException {
    assertThat(new ContentStore(directory).put(TEXT)).isEqualTo(DIGEST);
    ContentStore again = new ContentStore(directory);
    assertThat(again.read(DIGEST)).isEqualTo(TEXT);
    assertThat(again.list()).containsExactly(DIGEST);
    assertThat(again.put(TEXT)).isEqualTo(DIGEST);
    again.delete(DIGEST);
    again.delete(DIGEST);
    assertThatThrownBy(() -> again.read(DIGEST)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void content_that_is_not_what_was_expected_is_not_stored() throws IOException {
    ContentStore store = new ContentStore(directory);
    assertThatThrownBy(() -> store.put(new ByteArrayInputStream("other".getBytes(UTF_8)), DIGEST))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(DIGEST.toString());
    assertThat(store.list()).isEmpty();
    assertThat(directory.resolve("ingest")).isEmptyDirectory();
  }

  @Test
  void damaged_content_is_not_handed_out() throws IOException {
    ContentStore store = new ContentStore(directory);
    store.put(TEXT);
    Files.writeString(directory.resolve("blobs/sha256").resolve(DIGEST.hex()), "rot");
    assertThatThrownBy(() -> store.read(DIGEST)).hasMessageContaining("damaged");
  }

  @Test
  void what_was_interrupted_is_removed_at_start() throws IOException {
    new ContentStore(directory);
    Files.writeString(directory.resolve("ingest/half"), "so");
    new ContentStore(directory);
    assertThat(directory.resolve("ingest")).isEmptyDirectory();
  }

  @Test
  void a_digest_that_is_no_sha256_is_refused() {
    ContentStore store = new ContentStore(directory);
    assertThatThrownBy(() -> store.read(new Digest("sha256", "../../x")))
        .isInstanceOf(EngineException.InvalidParameter.class);
    assertThatThrownBy(() -> store.read(new Digest("md5", "0".repeat(64))))
        .isInstanceOf(EngineException.InvalidParameter.class);
  }
}
