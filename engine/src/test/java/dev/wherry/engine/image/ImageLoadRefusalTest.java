package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.addOci;
import static dev.wherry.engine.image.ImageArchives.blob;
import static dev.wherry.engine.image.ImageArchives.docker;
import static dev.wherry.engine.image.ImageArchives.dockerManifest;
import static dev.wherry.engine.image.ImageArchives.index;
import static dev.wherry.engine.image.ImageArchives.layer;
import static dev.wherry.engine.image.ImageArchives.manifestDescriptor;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.layer.Archives;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is refused, and nothing of it stays; and what is not whole at a start. */
@Tag("kernel")
class ImageLoadRefusalTest extends FileImageStoreFixture {
  private static final byte[] BASE = layer("base", "base content");
  private static final byte[] TOP = layer("top", "top");
  private static final byte[] EMPTY = new Archives().bytes();

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private void assertRefused(byte[] archive, String... words) throws IOException {
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContainingAll(words);
    assertThat(store.list()).isEmpty();
    assertThat(snapshotter.committed()).isEmpty();
    assertThat(events()).isEmpty();
    restart();
    assertThat(onDisk()).isEmpty();
  }

  @Test
  void a_truncated_archive_leaves_nothing() throws IOException {
    byte[] whole = docker(TestImage.of("a", layer("f", "x".repeat(9000)), TOP), "a:1").bytes();
    for (int length : List.of(600, 4000, 9000, whole.length - 3000)) {
      assertRefused(Arrays.copyOf(whole, length), "unexpected EOF");
    }
    byte[] zipped = gzip(whole);
    assertRefused(Arrays.copyOf(zipped, zipped.length / 2), "unexpected EOF");
  }

  @Test
  void what_is_no_archive_of_images_is_said_to_be_none() throws IOException {
    assertRefused("garbage".getBytes(UTF_8), "unexpected EOF");
    assertRefused("garbage".repeat(1000).getBytes(UTF_8), "invalid tar header");
    assertRefused(new byte[0], "neither manifest.json nor index.json");
    assertRefused(layer("some", "file"), "neither manifest.json nor index.json");
    assertRefused(
        new Archives().file("repositories", "{}").bytes(), "before version 1.10", "manifest.json");
    assertRefused(new Archives().file("manifest.json", "[{]").bytes(), "manifest.json");
    assertRefused(
        new Archives().file("index.json", "{\"manifests\":[{\"digest\":\"x\"}]}").bytes(),
        "invalid digest");
  }

  @Test
  void a_layer_that_is_missing_or_another_one_is_named() throws IOException {
    TestImage image = TestImage.of("a", BASE, TOP);
    TestImage forged = new TestImage(image.config(), List.of(BASE, layer("top", "xyz")));
    assertRefused(
        docker(forged, "a:1").bytes(), "invalid diffID for layer 1", Digest.sha256(TOP).toString());
    assertRefused(
        new Archives()
            .file("base.tar", BASE)
            .file(image.hex() + ".json", image.config())
            .file("manifest.json", dockerManifest(image, List.of("base.tar", "gone.tar"), "a:1"))
            .bytes(),
        "gone.tar is not in the archive");
    assertRefused(
        new Archives()
            .file("base.tar", BASE)
            .file(image.hex() + ".json", image.config())
            .file("manifest.json", dockerManifest(image, List.of("base.tar"), "a:1"))
            .bytes(),
        "layers length mismatch: expected 2, got 1");
    assertRefused(
        new Archives().file("manifest.json", dockerManifest(image, List.of(), "a:1")).bytes(),
        "configuration",
        "missing");
  }

  @Test
  void blobs_that_are_not_what_their_names_say_are_refused() throws IOException {
    TestImage image = TestImage.of("a", BASE);
    Archives archive = new Archives();
    byte[] manifest = addOci(archive, image, List.of());
    byte[] real = ImageArchives.ociManifest(image, List.of(BASE));
    archive.file(blob(real), real).file(blob(BASE), TOP);
    archive.file("index.json", index(manifestDescriptor(real, "")));
    assertThat(manifest).isNotEmpty();
    assertRefused(archive.bytes(), "is not what its name says");
    Archives swapped = new Archives().file(blob(real), manifest);
    swapped.file("index.json", index(manifestDescriptor(real, "")));
    assertRefused(swapped.bytes(), "is not what its name says");
  }

  @Test
  void a_hostile_layer_is_refused_with_its_reason() throws IOException {
    byte[] evil = new Archives().file("../../../evil", "x").bytes();
    assertRefused(docker(TestImage.of("a", BASE, evil), "a:1").bytes(), "outside");
  }

  @Test
  void a_manifest_that_could_mean_two_things_is_refused() throws IOException {
    byte[] ambiguous =
        "{\"manifests\":[],\"layers\":[],\"config\":{\"digest\":\"x\"}}".getBytes(UTF_8);
    Archives archive = new Archives().file(blob(ambiguous), ambiguous);
    archive.file("index.json", index(manifestDescriptor(ambiguous, "")));
    assertRefused(archive.bytes(), "both an index and an image");
  }

  @Test
  void bad_names_other_systems_and_links_in_a_circle_are_refused() throws IOException {
    assertRefused(
        docker(TestImage.of("a", BASE), "UPPER:1").bytes(),
        "repository name (library/UPPER) must be lowercase");
    TestImage windows = TestImage.of("a", BASE);
    TestImage other =
        new TestImage(windows.config().replace("\"linux\"", "\"windows\""), List.of(BASE));
    assertRefused(docker(other, "a:1").bytes(), "cannot load windows image on linux");
    assertRefused(
        new Archives().symlink("manifest.json", "x").symlink("x", "manifest.json").bytes(),
        "too many links");
  }

  @Test
  void if_one_image_of_an_archive_is_bad_none_is_stored() throws IOException {
    TestImage good = TestImage.of("good", BASE);
    TestImage bad = TestImage.of("bad", TOP);
    byte[] archive =
        new Archives()
            .file("a.tar", BASE)
            .file("b.tar", BASE)
            .file(good.hex() + ".json", good.config())
            .file(bad.hex() + ".json", bad.config())
            .file(
                "manifest.json",
                "["
                    + strip(dockerManifest(good, List.of("a.tar"), "good:1"))
                    + ","
                    + strip(dockerManifest(bad, List.of("b.tar"), "bad:1"))
                    + "]")
            .bytes();
    assertRefused(archive, "invalid diffID");
  }

  private static String strip(String array) {
    return array.substring(1, array.length() - 1);
  }

  @Test
  void what_a_crash_left_before_the_catalog_was_written_is_collected() throws IOException {
    load(docker(TestImage.of("kept", BASE), "kept:1").bytes());
    byte[] catalog = Files.readAllBytes(directory.resolve("image/catalog/catalog.json"));
    List<String> disk = onDisk();
    load(docker(TestImage.of("lost", BASE, TOP), "kept:1").bytes());
    // As if the daemon had been killed just before the last write.
    Files.write(directory.resolve("image/catalog/catalog.json"), catalog);
    Files.createFile(directory.resolve("image/ingest/half"));
    restart();
    assertThat(store.list()).hasSize(1);
    assertThat(content(store.get("kept:1"), "base")).isEqualTo("base content");
    restart();
    assertThat(onDisk()).containsExactlyInAnyOrderElementsOf(disk);
  }

  @Test
  void an_image_that_lost_a_layer_or_its_configuration_is_dropped_at_start() throws IOException {
    load(docker(TestImage.of("a", BASE), "a:1").bytes());
    TestImage b = TestImage.of("b", TOP);
    load(docker(b, "b:1").bytes());
    load(docker(TestImage.of("c", EMPTY), "c:1").bytes());
    Files.write(directory.resolve("image/blobs/sha256/" + b.hex()), "{}".getBytes(UTF_8));
    snapshotter.removeCommitted(store.get("a:1").chainId());
    restart();
    assertThat(store.list())
        .singleElement()
        .satisfies(i -> assertThat(i.repoTags()).containsExactly("c:1"));
    assertThatThrownBy(() -> store.get("b:1")).isInstanceOf(EngineException.NotFound.class);
  }
}
