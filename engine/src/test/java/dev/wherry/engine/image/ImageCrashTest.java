package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.docker;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.layer.Archives;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process that changes the store is killed at points spread over its work; the next one finds a
 * store that is whole, with the change or without it, and nothing on disk that is no image's.
 * {@code -Dwherry.crash.points=N} kills it at more points.
 */
@Tag("kernel")
class ImageCrashTest extends FileImageStoreFixture {
  private static final int POINTS = Integer.getInteger("wherry.crash.points", 6);
  private static final int FILES = 200;

  private final byte[] base = files("base");
  private final byte[] middle = files("middle");
  private final byte[] top = files("top");
  private final TestImage whole = TestImage.of("whole", base, middle, top);

  private static byte[] files(String name) {
    Archives archive = new Archives();
    for (int i = 0; i < FILES; i++) {
      archive.file(name + i % 20 + "/" + i, (name + i).repeat(200).getBytes(UTF_8));
    }
    return archive.bytes();
  }

  /** Kills the process once a part of its work's usual time has passed. */
  private void killAt(double part, long usualNanos, String... work) throws IOException {
    Process process = start(work);
    assertThat(process.getInputStream().read()).as("opened").isEqualTo('.');
    LockSupport.parkNanos((long) (usualNanos * part));
    process.destroyForcibly().onExit().join();
  }

  private long usualNanos(String... work) throws IOException {
    Process process = start(work);
    assertThat(process.getInputStream().read()).as("opened").isEqualTo('.');
    long begin = System.nanoTime();
    assertThat(process.getInputStream().read()).as("done").isEqualTo('.');
    long end = System.nanoTime();
    process.onExit().join();
    return end - begin;
  }

  private Process start(String... work) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DyingStore.class.getName(),
                directory.toString()));
    line.addAll(List.of(work));
    return new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** What a test does to the store before each time the process is killed. */
  private interface Preparation {
    void run() throws IOException;
  }

  /** Kills the work at all points and checks the store after each, which must be one of two. */
  private void assertSurvives(
      Preparation before, List<String> without, List<String> with, String... work)
      throws IOException {
    before.run();
    shut();
    long usual = usualNanos(work);
    open();
    assertThat(names()).as("done").isEqualTo(with);
    Set<List<String>> seen = new HashSet<>();
    for (int i = 0; i <= POINTS; i++) {
      before.run();
      shut();
      killAt(1.1 * i / POINTS, usual, work);
      open();
      assertThat(names()).as("point " + i).isIn(without, with);
      seen.add(names());
      assertWhole();
    }
    assertThat(seen).contains(without);
  }

  private void shut() {
    snapshotter.close();
    journal.close();
  }

  private List<String> names() {
    return store.list().stream().flatMap(image -> image.repoTags().stream()).sorted().toList();
  }

  /** Each image can be read to its last byte, and what is on disk belongs to one. */
  private void assertWhole() throws IOException {
    Set<String> layers = new TreeSet<>();
    Set<String> blobs = new TreeSet<>();
    for (Image image : store.list()) {
      save(image.id());
      blobs.add(image.id().substring(7));
      ImageDocument document =
          ImageDocument.parse(
              Files.readAllBytes(
                  directory.resolve("image/blobs/sha256/" + image.id().substring(7))));
      document.chains().forEach(chain -> layers.add(chain.substring(7)));
    }
    // What was given up is deleted in the background.
    snapshotter.close();
    assertThat(children("overlay2/layers")).isEqualTo(layers);
    assertThat(children("image/blobs/sha256")).isEqualTo(blobs);
    assertThat(children("overlay2/l")).hasSize(layers.size());
    assertThat(children("overlay2/staging")).containsExactly("layers");
    assertThat(children("overlay2/staging/layers")).isEmpty();
    assertThat(children("image/ingest")).isEmpty();
    assertThat(children("image/catalog")).containsExactly("catalog.json", "reserve");
    journal.close();
    open();
  }

  private Set<String> children(String place) {
    try (Stream<Path> files = Files.list(directory.resolve(place))) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void reset(TestImage... images) throws IOException {
    for (Image image : store.list()) {
      store.remove(image.id(), true, true, id -> List.of());
    }
    for (TestImage image : images) {
      load(docker(image, "base:1").bytes());
    }
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  @Test
  void a_load_is_done_or_has_left_nothing() throws IOException {
    Path archive = file("archive.tar", docker(whole, "whole:1", "whole:2").bytes());
    assertSurvives(
        () -> reset(TestImage.of("below", base)),
        List.of("base:1"),
        List.of("base:1", "whole:1", "whole:2"),
        "load",
        archive.toString());
    load(Files.readAllBytes(archive));
    assertThat(content(store.get("whole:1"), "top0/0")).startsWith("top0");
  }

  @Test
  void a_commit_is_done_or_has_left_nothing() throws IOException {
    Path layer = file("layer.tar", top);
    assertSurvives(
        () -> reset(TestImage.of("below", base, middle)),
        List.of("base:1"),
        List.of("base:1", "made:1"),
        "commit",
        layer.toString());
  }

  @Test
  void a_removal_is_done_or_has_not_begun() throws IOException {
    assertSurvives(
        () -> {
          reset(TestImage.of("below", base));
          load(docker(whole, "whole:1").bytes());
        },
        List.of("base:1", "whole:1"),
        List.of("base:1"),
        "remove",
        "whole:1");
  }
}
