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

import com.github.luben.zstd.ZstdOutputStream;
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
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

@Tag("kernel")
class ImageLoadTest extends FileImageStoreFixture {
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

  @Test
  void a_docker_archive_becomes_an_image_with_names_layers_and_history() throws IOException {
    TestImage image = TestImage.of("a", BASE, TOP);
    List<ImageStore.LoadedImage> loaded =
        load(docker(image, "app:1", "host:5000/x/app:latest").bytes());
    assertThat(loaded)
        .extracting(ImageStore.LoadedImage::reference)
        .containsExactly("app:1", "host:5000/x/app:latest");
    Image found = store.get("app:1");
    assertThat(found.id()).isEqualTo(image.id());
    assertThat(found.repoTags()).containsExactly("app:1", "host:5000/x/app:latest");
    assertThat(found.repoDigests()).isEmpty();
    assertThat(found.diffIds())
        .containsExactly(Digest.sha256(BASE).toString(), Digest.sha256(TOP).toString());
    assertThat(found.size()).isEqualTo("base contenttop".length());
    assertThat(found.history()).extracting(Image.HistoryEntry::size).containsExactly(12L, 3L, 0L);
    assertThat(found.created()).isEqualTo("2026-01-01T00:00:00.5Z");
    assertThat(found.lastTagged()).isNull();
    assertThat(content(found, "base")).isEqualTo("base content");
    assertThat(content(found, "top")).isEqualTo("top");
    assertThat(events()).containsExactly("load ID");
    assertThat(progress)
        .contains(new ImageProgress("layer0", "Loading layer", BASE.length, BASE.length));
  }

  @Test
  void an_image_without_names_is_answered_by_its_id() throws IOException {
    TestImage image = TestImage.of("a", BASE);
    assertThat(load(docker(image).bytes()))
        .singleElement()
        .satisfies(loaded -> assertThat(loaded.reference()).isNull());
    assertThat(store.get(image.id()).repoTags()).isEmpty();
  }

  @Test
  void images_are_there_after_a_restart() throws IOException {
    TestImage image = TestImage.of("a", BASE, TOP);
    load(docker(image, "app:1").bytes());
    Image before = store.get("app:1");
    restart();
    assertThat(store.list()).containsExactly(before);
    assertThat(content(before, "base")).isEqualTo("base content");
  }

  @Test
  void layers_that_are_links_to_others_are_found() throws IOException {
    TestImage image = TestImage.of("a", BASE, TOP, BASE);
    Archives archive =
        new Archives()
            .file("one/layer.tar", BASE)
            .file("two/layer.tar", TOP)
            .symlink("three/layer.tar", "../one/layer.tar")
            .file(image.hex() + ".json", image.config())
            .file(
                "manifest.json",
                dockerManifest(
                    image, List.of("one/layer.tar", "two/layer.tar", "three/layer.tar"), "l:1"));
    load(archive.bytes());
    assertThat(store.get("l:1").diffIds()).hasSize(3);
    assertThat(content(store.get("l:1"), "top")).isEqualTo("top");
  }

  @Test
  void a_layer_that_comes_several_times_is_stacked_several_times() throws IOException {
    TestImage image = TestImage.of("a", EMPTY, BASE, EMPTY, TOP, EMPTY);
    load(docker(image, "e:1").bytes());
    assertThat(snapshotter.committed()).hasSize(5);
    assertThat(content(store.get("e:1"), "base")).isEqualTo("base content");
  }

  @Test
  void an_image_without_layers_is_an_image() throws IOException {
    TestImage image = TestImage.of("nothing");
    load(docker(image, "none:1").bytes());
    assertThat(store.get("none:1").chainId()).isNull();
    assertThat(store.get("none:1").size()).isZero();
  }

  @Test
  void compressed_layers_and_compressed_archives_are_read() throws IOException {
    TestImage image = TestImage.of("a", BASE);
    byte[] archive =
        new Archives()
            .file("l.tar", gzip(BASE))
            .file(image.hex() + ".json", image.config())
            .file("manifest.json", dockerManifest(image, List.of("l.tar"), "gz:1"))
            .bytes();
    load(archive);
    assertThat(content(store.get("gz:1"), "base")).isEqualTo("base content");
    ByteArrayOutputStream zstd = new ByteArrayOutputStream();
    try (OutputStream out = new ZstdOutputStream(zstd)) {
      out.write(docker(TestImage.of("b", TOP), "zst:1").bytes());
    }
    load(zstd.toByteArray());
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    try (OutputStream out = new XZOutputStream(xz, new LZMA2Options(1))) {
      out.write(docker(TestImage.of("c", TOP), "xz:1").bytes());
    }
    load(xz.toByteArray());
    load(gzip(docker(TestImage.of("d", TOP), "gzip:1").bytes()));
    assertThat(store.list()).hasSize(4);
  }

  @Test
  void an_oci_layout_is_read_with_compressed_layers_and_either_annotation() throws IOException {
    TestImage one = TestImage.of("one", BASE);
    TestImage two = TestImage.of("two", BASE, TOP);
    TestImage three = TestImage.of("three", TOP);
    Archives archive = new Archives().file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    byte[] first = addOci(archive, one, List.of(gzip(BASE)));
    byte[] second = addOci(archive, two, List.of(gzip(BASE), gzip(TOP)));
    byte[] third = addOci(archive, three, List.of(TOP));
    archive.file(
        "index.json",
        index(
            manifestDescriptor(
                first,
                ",\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/one:1\","
                    + "\"org.opencontainers.image.ref.name\":\"1\"}"),
            manifestDescriptor(
                second, ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"two:2\"}"),
            manifestDescriptor(
                third, ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"latest\"}")));
    assertThat(load(archive.bytes()))
        .extracting(ImageStore.LoadedImage::reference)
        .containsExactly("one:1", "two:2", null);
    assertThat(store.get("two:2").id()).isEqualTo(two.id());
    assertThat(content(store.get("two:2"), "top")).isEqualTo("top");
  }

  @Test
  void of_several_platforms_the_hosts_is_taken_and_attestations_are_passed_over()
      throws IOException {
    String host = Platforms.host().architecture();
    TestImage ours = TestImage.of("", host, List.of(BASE));
    TestImage other = TestImage.of("", "s390x", List.of(TOP));
    TestImage attestation = TestImage.of("", "unknown", List.of(TOP));
    Archives archive = new Archives();
    byte[] foreign = addOci(archive, other, List.of(TOP));
    byte[] native_ = addOci(archive, ours, List.of(BASE));
    byte[] attached = addOci(archive, attestation, List.of(TOP));
    String platform = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}";
    byte[] nested =
        index(
            manifestDescriptor(foreign, platform.formatted("s390x")),
            manifestDescriptor(native_, platform.formatted(host)),
            manifestDescriptor(
                attached,
                ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"},"
                    + "\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}"));
    archive.file(blob(nested), nested);
    archive.file(
        "index.json",
        index(
            ImageArchives.descriptor(
                "application/vnd.oci.image.index.v1+json",
                nested,
                ",\"annotations\":{\"io.containerd.image.name\":\"docker.io/me/app:1\"}")));
    load(archive.bytes());
    assertThat(store.list()).singleElement().extracting(Image::id).isEqualTo(ours.id());
    assertThat(store.get("me/app:1").architecture()).isEqualTo(host);
    assertThat(snapshotter.committed()).hasSize(1);
  }

  @Test
  void loading_again_changes_nothing_and_a_known_layer_is_not_unpacked_again() throws IOException {
    TestImage image = TestImage.of("a", BASE, TOP);
    Archives archive = new Archives();
    byte[] manifest = addOci(archive, image, List.of(BASE, TOP));
    archive.file("index.json", index(manifestDescriptor(manifest, "")));
    byte[] bytes = archive.bytes();
    load(bytes);
    Image before = store.get(image.id());
    List<String> disk = onDisk();
    progress.clear();
    load(bytes);
    assertThat(store.list()).containsExactly(before);
    assertThat(progress).isEmpty();
    assertThat(onDisk()).containsExactlyInAnyOrderElementsOf(disk);
  }

  @Test
  void a_known_layer_is_taken_from_another_stack() throws IOException {
    load(docker(TestImage.of("a", BASE, TOP), "a:1").bytes());
    TestImage other = TestImage.of("b", TOP, BASE);
    Archives archive = new Archives();
    byte[] manifest = addOci(archive, other, List.of(TOP, BASE));
    archive.file("index.json", index(manifestDescriptor(manifest, "")));
    load(archive.bytes());
    store.remove("a:1", false, true, id -> List.of());
    assertThat(content(store.get(other.id()), "base")).isEqualTo("base content");
    assertThat(content(store.get(other.id()), "top")).isEqualTo("top");
  }

  @Test
  void a_name_moves_to_the_image_loaded_last() throws IOException {
    TestImage old = TestImage.of("old", BASE);
    TestImage young = TestImage.of("young", BASE);
    load(docker(old, "app:1").bytes());
    load(docker(young, "app:1").bytes());
    assertThat(store.get("app:1").id()).isEqualTo(young.id());
    assertThat(store.get(old.id()).repoTags()).isEmpty();
    assertThat(progress)
        .contains(
            ImageProgress.message(
                "The image app:1 already exists, renaming the old one with ID "
                    + old.id()
                    + " to empty string"));
  }

  @Test
  void a_parent_is_noted_where_the_archive_names_one() throws IOException {
    TestImage child = TestImage.of("child", BASE, TOP);
    String parent = "sha256:" + "1".repeat(64);
    byte[] archive =
        new Archives()
            .file("a.tar", BASE)
            .file("b.tar", TOP)
            .file("c.json", child.config())
            .file(
                "manifest.json",
                "[{\"Config\":\"c.json\",\"Layers\":[\"a.tar\",\"b.tar\"],\"Parent\":\"%s\"}]"
                    .formatted(parent))
            .bytes();
    load(archive);
    assertThat(store.get(child.id()).parent()).isEqualTo(parent);
  }

  // What follows is refused, and nothing of it stays.

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
      assertRefused(Arrays.copyOf(whole, length), "Error processing tar file", "unexpected EOF");
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
        docker(TestImage.of("a", BASE), "UPPER:1").bytes(), "repository name must be lowercase");
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
