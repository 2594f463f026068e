package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole daemon is killed while images come and go; what it finds when it starts again is whole
 * images and nothing else.
 */
@Tag("e2e")
@Timeout(180)
class ImageCrashIT {
  private static final int LAYER = 8 << 20;

  private final ArchiveBuilder image =
      new ArchiveBuilder()
          .rawLayer(TestImages.busyboxRoot())
          .layer(tar -> tar.file("one", 0644, noise(1)))
          .layer(tar -> tar.file("two", 0644, noise(2)))
          .layer(tar -> tar.text("whole", "whole\n"));

  private WherryDaemon daemon;
  private DockerCli docker;

  @TempDir private Path dir;

  private static byte[] noise(int seed) {
    byte[] bytes = new byte[LAYER];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @BeforeEach
  void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a daemon that may be killed");
    daemon = WherryDaemon.start();
    docker = daemon.docker();
    TestImages.importBusybox(docker);
    docker.ok("run", "--rm", TestImages.BUSYBOX, "true");
  }

  @AfterEach
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  /** All places of layers and configurations, finished and half made. */
  private Set<String> stored() {
    Set<String> names = new TreeSet<>();
    for (String place : List.of("overlay2", "image")) {
      Path root = daemon.dataRoot().resolve(place);
      try (Stream<Path> files = Files.walk(root, 3)) {
        files
            .map(file -> daemon.dataRoot().relativize(file).toString())
            .filter(name -> !name.startsWith("overlay2/active/"))
            .forEach(names::add);
      } catch (IOException | UncheckedIOException changing) {
        names.add(changing.toString());
      }
    }
    return names;
  }

  private List<String> images() {
    return docker
        .ok("images", "-a", "--format", "{{.Repository}}:{{.Tag}}")
        .lines()
        .sorted()
        .toList();
  }

  private void killAndStartAgain() {
    daemon.kill9();
    daemon.startAgain();
  }

  /** After a crash there is the image, whole, or the store is as it was without it. */
  private boolean assertWholeOrGone(String name, Set<String> without) {
    boolean there = images().contains(name);
    if (there) {
      assertThat(images()).containsExactlyInAnyOrder("busybox:latest", name);
      Path saved = dir.resolve("saved.tar");
      docker.ok("save", "-o", saved.toString(), name);
      assertThat(docker.ok("run", "--rm", name, "cat", "/whole")).isEqualTo("whole");
      docker.ok("rmi", name);
    }
    assertThat(images()).containsExactly("busybox:latest");
    // What is no longer needed is deleted in the background.
    await().untilAsserted(() -> assertThat(stored()).isEqualTo(without));
    return there;
  }

  @Test
  void killed_in_a_load_it_has_the_image_or_nothing_of_it() throws IOException {
    byte[] archive = Files.readAllBytes(image.dockerArchive("crashed:1"));
    assertSurvivesReading(archive, "load");
  }

  @Test
  void killed_in_an_import_it_has_the_image_or_nothing_of_it() {
    byte[] root =
        TestImages.busyboxWith(
            tar -> {
              tar.file("one", 0644, noise(1));
              tar.text("whole", "whole\n");
            });
    assertSurvivesReading(root, "import", "-c", "ENV PATH=/bin", "-", "crashed:1");
  }

  /** A command that makes an image of what it is sent is cut off on its way and at its end. */
  private void assertSurvivesReading(byte[] archive, String... command) {
    Set<String> without = stored();
    for (int percent : new int[] {20, 80, 100}) {
      try (CliSession session = docker.start(command)) {
        session.send(Arrays.copyOf(archive, (int) ((long) archive.length * percent / 100)));
        if (percent < 100) {
          await().until(() -> !stored().equals(without));
        } else {
          session.endInput();
          LockSupport.parkNanos(20_000_000);
        }
        killAndStartAgain();
      }
      boolean there = assertWholeOrGone("crashed:1", without);
      assertThat(percent < 100 && there).as("an image of a part of its archive").isFalse();
    }
    docker.okWithInput(TestImages.temporary(archive), command);
    assertThat(assertWholeOrGone("crashed:1", without)).isTrue();
  }

  @Test
  void killed_in_a_push_it_has_its_images_as_they_were_and_pushes_again() {
    try (RealRegistry registry = RealRegistry.beside(daemon, 5008, false)) {
      String name = registry.name("crashed:1");
      Set<String> without = stored();
      docker.ok("load", "-i", image.dockerArchive(name).toString());
      Set<String> with = stored();
      for (String moment : List.of("Preparing", "Pushed")) {
        try (CliSession push = docker.start("push", name)) {
          push.awaitOutput(moment);
          registry.halt();
          killAndStartAgain();
        } finally {
          registry.goOn();
        }
        assertThat(docker.ok("image", "inspect", "-f", "{{.Id}}", name)).isEqualTo(image.id());
        await().untilAsserted(() -> assertThat(stored()).isEqualTo(with));
      }
      docker.ok("push", name);
      docker.ok("rmi", name);
      docker.ok("pull", name);
      assertThat(assertWholeOrGone(name, without)).isTrue();
    }
  }

  @Test
  void killed_in_a_prune_it_has_whole_images_and_prunes_the_rest() {
    Path archive = image.dockerArchive("crashed:1");
    Set<String> without = stored();
    for (int millis : new int[] {2, 10, 30}) {
      docker.ok("load", "-i", archive.toString());
      for (int i = 0; i < 5; i++) {
        docker.ok("create", "--name", "maker", "crashed:1");
        docker.ok("commit", "-m", "for the prune " + i, "maker");
        docker.ok("rm", "maker");
      }
      try (CliSession prune = docker.start("image", "prune", "-f")) {
        LockSupport.parkNanos(millis * 1_000_000L);
        killAndStartAgain();
        prune.exit();
      }
      for (String id : docker.ok("images", "-q", "--filter", "dangling=true").lines().toList()) {
        if (!id.isEmpty()) {
          assertThat(docker.ok("run", "--rm", id, "cat", "/whole")).isEqualTo("whole");
        }
      }
      docker.ok("image", "prune", "-f");
      assertThat(assertWholeOrGone("crashed:1", without)).isTrue();
    }
  }

  @Test
  void killed_in_a_pull_it_has_the_image_or_nothing_of_it() {
    try (RealRegistry registry = RealRegistry.beside(daemon, 5008, false)) {
      registry.push("crashed", "1", image);
      String name = registry.name("crashed:1");
      Set<String> without = stored();
      for (String moment :
          List.of("Pulling fs layer", "Download complete", "Pull complete", "Digest: ")) {
        try (CliSession pull = docker.start("pull", name)) {
          pull.awaitOutput(moment);
          killAndStartAgain();
        }
        assertWholeOrGone(name, without);
      }
      docker.ok("pull", name);
      assertThat(assertWholeOrGone(name, without)).isTrue();
    }
  }

  @Test
  void killed_in_a_removal_it_has_the_image_or_nothing_of_it() {
    Path archive = image.dockerArchive("crashed:1");
    Set<String> without = stored();
    for (int millis : new int[] {5, 20, 50}) {
      docker.ok("load", "-i", archive.toString());
      try (CliSession removal = docker.start("rmi", "crashed:1")) {
        LockSupport.parkNanos(millis * 1_000_000L);
        killAndStartAgain();
        removal.exit();
      }
      assertWholeOrGone("crashed:1", without);
    }
  }

  @Test
  void killed_in_a_commit_it_lets_the_container_go_on_and_has_no_half_image() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "head -c 60000000 /dev/urandom > /big; echo whole > /whole;"
            + " i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.02; done");
    await().until(() -> docker.run("exec", "boat", "test", "-s", "/tmp/count").exitCode() == 0);
    Set<String> without = stored();
    int interrupted = 0;
    for (int i = 0; i < 2; i++) {
      String now = DockerCli.now();
      try (CliSession events = docker.start("events", "--since", now, "--filter", "event=pause");
          CliSession commit = docker.start("commit", "boat", "crashed:1")) {
        events.awaitOutput("pause");
        LockSupport.parkNanos(i * 50_000_000L);
        killAndStartAgain();
        interrupted += commit.exit().exitCode() == 0 ? 0 : 1;
      }
      assertThat(docker.ok("inspect", "-f", "{{.State.Status}} {{.State.Paused}}", "boat"))
          .isEqualTo("running false");
      String count = docker.ok("exec", "boat", "cat", "/tmp/count");
      await().until(() -> !docker.ok("exec", "boat", "cat", "/tmp/count").equals(count));
      assertWholeOrGone("crashed:1", without);
    }
    assertThat(interrupted).as("commits that were cut off").isPositive();
    docker.ok("commit", "boat", "crashed:1");
    assertThat(assertWholeOrGone("crashed:1", without)).isTrue();
  }
}
