package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.addOci;
import static dev.wherry.engine.image.ImageArchives.blob;
import static dev.wherry.engine.image.ImageArchives.docker;
import static dev.wherry.engine.image.ImageArchives.dockerManifest;
import static dev.wherry.engine.image.ImageArchives.index;
import static dev.wherry.engine.image.ImageArchives.layer;
import static dev.wherry.engine.image.ImageArchives.manifestDescriptor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.layer.Archives;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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

  @Test
  void the_platform_can_be_chosen_where_there_are_several() throws IOException {
    TestImage arm = TestImage.of("", "arm64", List.of(BASE));
    TestImage ibm = TestImage.of("", "s390x", List.of(TOP));
    Archives archive = docker(ibm, "app:1");
    String platform = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}";
    byte[] nested =
        index(
            manifestDescriptor(addOci(archive, ibm, List.of(TOP)), platform.formatted("s390x")),
            manifestDescriptor(addOci(archive, arm, List.of(BASE)), platform.formatted("arm64")));
    String name = ",\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/app:1\"}";
    archive.file(blob(nested), nested);
    archive.file(
        "index.json",
        index(ImageArchives.descriptor("application/vnd.oci.image.index.v1+json", nested, name)));
    byte[] bytes = archive.bytes();
    for (String wanted : List.of("linux/arm64", "linux/s390x")) {
      store.load(new ByteArrayInputStream(bytes), wanted, progress::add);
      assertThat("linux/" + store.get("app:1").architecture()).isEqualTo(wanted);
    }
    assertThatThrownBy(
            () -> store.load(new ByteArrayInputStream(bytes), "linux/mips", progress::add))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("the archive holds no image for linux/mips");
    assertThatThrownBy(() -> store.save(List.of("app"), "linux/arm64"))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageContaining("app:1 was found but does not match the specified platform");
    byte[] single = docker(arm, "other:1").bytes();
    assertThatThrownBy(
            () -> store.load(new ByteArrayInputStream(single), "linux/s390x", progress::add))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageContaining("other:1 was found but does not match");
    assertThat(store.list()).hasSize(2);
  }
}
