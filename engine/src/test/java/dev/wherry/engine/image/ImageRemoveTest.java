package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.docker;
import static dev.wherry.engine.image.ImageArchives.layer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.image.ImageStore.ImageDeletion;
import dev.wherry.engine.image.ImageStore.ImageUser;
import dev.wherry.engine.image.ImageStore.ImageUsers;
import dev.wherry.engine.layer.Archives;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules and words are those of dockerd 20.10's answers to the same requests. */
@Tag("kernel")
class ImageRemoveTest extends FileImageStoreFixture {
  private static final byte[] BASE = layer("base", "b");
  private static final byte[] MIDDLE = layer("middle", "m");
  private static final byte[] TOP = layer("top", "t");
  private static final String CONTAINER = "74367f1ad3fa" + "0".repeat(52);
  private static final ImageUsers NOBODY = id -> List.of();

  private final TestImage small = TestImage.of("small", BASE);
  private final TestImage large = TestImage.of("large", BASE, MIDDLE, TOP);

  @BeforeEach
  void load_images() throws IOException {
    load(docker(small, "small:1").bytes());
    load(docker(large, "large:1").bytes());
  }

  private static ImageUsers usedBy(TestImage image, boolean running) {
    return id -> id.equals(image.id()) ? List.of(new ImageUser(CONTAINER, running)) : List.of();
  }

  private List<String> remove(String name, boolean force, ImageUsers users) {
    return store.remove(name, force, true, users).stream().map(ImageRemoveTest::text).toList();
  }

  private static String text(ImageDeletion line) {
    return line.untagged() != null ? "Untagged: " + line.untagged() : "Deleted: " + line.deleted();
  }

  private void assertConflict(String name, boolean force, ImageUsers users, String message) {
    List<Image> before = store.list();
    assertThatThrownBy(() -> remove(name, force, users))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage("conflict: " + message);
    assertThat(store.list()).isEqualTo(before);
  }

  @Test
  void the_last_name_takes_the_image_and_the_layers_nobody_shares() {
    List<String> chains = List.copyOf(chains());
    assertThat(remove("large:1", false, NOBODY))
        .containsExactly(
            "Untagged: large:1",
            "Deleted: " + large.id(),
            "Deleted: " + chains.get(2),
            "Deleted: " + chains.get(1));
    assertThat(snapshotter.exists(chains.get(0))).isTrue();
    assertThat(remove("small:1", false, NOBODY)).contains("Deleted: " + chains.get(0));
    assertThat(snapshotter.committed()).isEmpty();
    assertThat(events()).endsWith("untag ID", "delete ID", "untag ID", "delete ID");
    restart();
    assertThat(store.list()).isEmpty();
  }

  private List<String> chains() {
    return dev.wherry.engine.layer.ChainIds.of(
        store.get(large.id()).diffIds().stream()
            .map(dev.wherry.engine.content.Digest::parse)
            .toList());
  }

  @Test
  void a_name_among_others_takes_only_itself() {
    store.tag("small:1", "registry.example:5000/other");
    assertThat(store.get("small:1").repoTags())
        .containsExactly("registry.example:5000/other:latest", "small:1");
    assertThat(store.get("small:1").lastTagged()).isNotNull();
    assertThat(remove("small:1", false, NOBODY)).containsExactly("Untagged: small:1");
    assertThat(store.get(small.id()).repoTags())
        .containsExactly("registry.example:5000/other:latest");
    assertThat(events()).endsWith("tag registry.example:5000/other:latest", "untag ID");
  }

  @Test
  void an_id_takes_all_names_of_one_repository() {
    assertThat(remove(small.id(), false, NOBODY))
        .startsWith("Untagged: small:1", "Deleted: " + small.id());
  }

  @Test
  void an_id_with_names_in_several_repositories_must_be_forced() {
    store.tag("small:1", "other:x");
    String shortId = small.hex().substring(0, 12);
    assertConflict(
        shortId,
        false,
        NOBODY,
        "unable to delete "
            + shortId
            + " (must be forced) - image is referenced in multiple repositories");
    assertThat(remove(shortId, true, NOBODY))
        .startsWith("Untagged: other:x", "Untagged: small:1", "Deleted: " + small.id());
  }

  @Test
  void a_stopped_container_stands_in_the_way_of_its_images_last_name() {
    String shortId = small.hex().substring(0, 12);
    assertConflict(
        "small:1",
        false,
        usedBy(small, false),
        "unable to remove repository reference \"small:1\" (must force) - container 74367f1ad3fa is"
            + " using its referenced image "
            + shortId);
    assertConflict(
        shortId,
        false,
        usedBy(small, false),
        "unable to delete "
            + shortId
            + " (must be forced) - image is being used by stopped container 74367f1ad3fa");
    store.tag("small:1", "small:2");
    assertThat(remove("small:2", false, usedBy(small, false))).containsExactly("Untagged: small:2");
  }

  @Test
  void forced_the_image_of_a_stopped_container_goes_and_its_layers_with_the_container()
      throws IOException {
    String chain = store.get("small:1").chainId();
    remove("large:1", false, NOBODY);
    snapshotter.prepare("c", chain);
    assertThat(remove("small:1", true, usedBy(small, false)))
        .containsExactly("Untagged: small:1", "Deleted: " + small.id());
    assertThat(snapshotter.mount("c").resolve("base")).hasContent("b");
    load(docker(small, "small:1").bytes());
    assertThat(snapshotter.exists(chain)).isTrue();
    remove("small:1", true, usedBy(small, false));
    snapshotter.remove("c");
    restart();
    assertThat(onDisk()).isEmpty();
  }

  @Test
  void a_running_container_keeps_its_image_whatever_is_forced() {
    String shortId = small.hex().substring(0, 12);
    ImageUsers running = usedBy(small, true);
    String message =
        "unable to delete "
            + shortId
            + " (cannot be forced) - image is being used by running container 74367f1ad3fa";
    assertConflict(shortId, true, running, message);
    assertConflict(shortId, false, running, message);
    assertThat(remove("small:1", true, running)).containsExactly("Untagged: small:1");
    assertThat(store.get(small.id()).repoTags()).isEmpty();
  }

  @Test
  void an_image_that_others_were_made_from_stays_and_goes_with_the_last_of_them()
      throws IOException {
    TestImage child = TestImage.of("child", BASE, MIDDLE);
    byte[] archive =
        new Archives()
            .file("a.tar", BASE)
            .file("b.tar", MIDDLE)
            .file("c.json", child.config())
            .file(
                "manifest.json",
                ("[{\"Config\":\"c.json\",\"Layers\":[\"a.tar\",\"b.tar\"],"
                        + "\"RepoTags\":[\"child:1\"],\"Parent\":\"%s\"}]")
                    .formatted(small.id()))
            .bytes();
    load(archive);
    String shortId = small.hex().substring(0, 12);
    assertConflict(
        small.id(),
        true,
        NOBODY,
        "unable to delete " + shortId + " (cannot be forced) - image has dependent child images");
    assertThat(remove("small:1", false, NOBODY)).containsExactly("Untagged: small:1");
    assertThat(remove("child:1", false, NOBODY))
        .contains("Deleted: " + child.id(), "Deleted: " + small.id());
    assertThat(store.list()).extracting(Image::id).containsExactly(large.id());
  }

  @Test
  void without_pruning_a_parent_stays() throws IOException {
    TestImage child = TestImage.of("child", BASE, MIDDLE);
    byte[] archive =
        new Archives()
            .file("a.tar", BASE)
            .file("b.tar", MIDDLE)
            .file("c.json", child.config())
            .file(
                "manifest.json",
                ("[{\"Config\":\"c.json\",\"Layers\":[\"a.tar\",\"b.tar\"],"
                        + "\"RepoTags\":[\"child:1\"],\"Parent\":\"%s\"}]")
                    .formatted(small.id()))
            .bytes();
    load(archive);
    remove("small:1", false, NOBODY);
    store.remove("child:1", false, false, NOBODY);
    assertThat(store.get(small.id()).repoTags()).isEmpty();
  }

  @Test
  void what_is_not_there_or_no_name_is_said_so() {
    assertThatThrownBy(() -> remove("nosuch", false, NOBODY))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such image: nosuch:latest");
    assertThatThrownBy(() -> remove("UPPER", false, NOBODY))
        .isInstanceOf(EngineException.InvalidParameter.class);
    String none = "sha256:" + "0".repeat(64);
    assertThatThrownBy(() -> remove(none, false, NOBODY)).hasMessage("No such image: " + none);
  }

  @Test
  void images_are_found_by_every_form_of_name_and_id() {
    for (String name :
        List.of(
            "small:1",
            "docker.io/library/small:1",
            "index.docker.io/small:1",
            small.id(),
            small.hex(),
            small.hex().substring(0, 12),
            "sha256:" + small.hex().substring(0, 8))) {
      assertThat(store.get(name).id()).as(name).isEqualTo(small.id());
    }
    for (String name : List.of("small", "small:2", "small@sha256:" + "0".repeat(64), "zzz")) {
      assertThatThrownBy(() -> store.get(name))
          .as(name)
          .isInstanceOf(EngineException.NotFound.class);
    }
  }

  @Test
  void a_tag_is_refused_for_what_is_no_name() {
    assertThatThrownBy(() -> store.tag("small:1", "x@sha256:" + "0".repeat(64)))
        .hasMessage("cannot import digest reference");
    assertThatThrownBy(() -> store.tag("nosuch", "x"))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such image: nosuch:latest");
    assertThat(store.tag("small:1", "small:1").repoTags()).containsExactly("small:1");
  }
}
