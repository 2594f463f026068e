package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon whose data root has 32 megabytes. */
@Tag("e2e")
@Timeout(120)
class DiskFullIT {
  private static final String FULL = "no space left on device";

  private WherryDaemon daemon;
  private DockerCli docker;

  @BeforeEach
  void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a daemon with a disk of its own");
    daemon = WherryDaemon.startOnDiskOf("32m");
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  @AfterEach
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private static Path archive(String name, int megabytes) {
    return image(name, megabytes).dockerArchive(name);
  }

  private static ArchiveBuilder image(String name, int megabytes) {
    byte[] noise = new byte[megabytes << 20];
    new Random(megabytes).nextBytes(noise);
    return new ArchiveBuilder()
        .rawLayer(TestImages.busyboxRoot())
        .layer(tar -> tar.text("mark", name))
        .layer(tar -> tar.file("noise", 0644, noise));
  }

  private long free() {
    return daemon.dataRoot().toFile().getUsableSpace();
  }

  private List<String> images() {
    return docker.ok("images", "-a", "--format", "{{.Repository}}").lines().sorted().toList();
  }

  /** What was refused has given back what it took. */
  private void assertGivenBack(long before) {
    await().untilAsserted(() -> assertThat(free()).isGreaterThan(before - (1 << 20)));
    assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "echo", "still here"))
        .isEqualTo("still here");
  }

  @Test
  void an_image_that_does_not_fit_is_refused_and_the_next_one_is_loaded() {
    long before = free();
    Path large = archive("large", 40);
    assertThat(docker.refused("load", "-i", large.toString())).containsIgnoringCase(FULL);
    assertGivenBack(before);
    CliResult imported =
        docker.run("import", TestImages.temporary(new byte[0]).toString(), "nothing");
    assertThat(imported.exitCode()).as("an empty one fits").isZero();
    docker.ok("rmi", "nothing");
    docker.ok("load", "-i", archive("small", 16).toString());
    assertThat(docker.refused("load", "-i", archive("second", 17).toString()))
        .containsIgnoringCase(FULL);
    assertThat(images()).containsExactly("busybox", "small");
    docker.ok("rmi", "small");
    await().until(() -> free() > 20 << 20);
    docker.ok("load", "-i", archive("second", 17).toString());
    assertThat(docker.ok("run", "--rm", "second", "cat", "/mark")).isEqualTo("second");
    daemon.terminate();
    daemon.startAgain();
    assertThat(images()).containsExactly("busybox", "second");
  }

  @Test
  void a_commit_that_does_not_fit_leaves_the_container_as_it_was() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "head -c 17000000 /dev/urandom > /big; echo ok > /ready; sleep 600");
    await().until(() -> docker.run("exec", "boat", "test", "-s", "/ready").exitCode() == 0);
    long before = free();
    assertThat(docker.refused("commit", "boat", "made")).containsIgnoringCase(FULL);
    assertThat(docker.ok("inspect", "-f", "{{.State.Status}}", "boat")).isEqualTo("running");
    assertThat(docker.ok("exec", "boat", "cat", "/ready")).isEqualTo("ok");
    assertGivenBack(before);
    assertThat(images()).containsExactly("busybox");
    docker.ok("exec", "boat", "rm", "/big");
    docker.ok("commit", "boat", "made");
    assertThat(docker.ok("run", "--rm", "made", "cat", "/ready")).isEqualTo("ok");
  }

  @Test
  void on_a_disk_that_a_container_filled_room_can_be_made_again() {
    docker.ok("load", "-i", archive("cargo", 6).toString());
    CliResult filling =
        docker.run("run", "--name", "boat", TestImages.BUSYBOX, "dd", "if=/dev/zero", "of=/big");
    assertThat(filling.stderr()).containsIgnoringCase(FULL);
    assertThat(docker.refused("load", "-i", archive("second", 3).toString()))
        .containsIgnoringCase(FULL);
    assertThat(images()).containsExactly("busybox", "cargo");
    docker.ok("tag", "cargo", "freight");
    docker.ok("rmi", "cargo", "freight");
    docker.ok("rm", "boat");
    await().until(() -> free() > 20 << 20);
    docker.ok("load", "-i", archive("second", 3).toString());
    assertThat(images()).containsExactly("busybox", "second");
  }

  @Test
  void an_image_that_does_not_fit_is_not_pulled() {
    try (RealRegistry registry = RealRegistry.beside(daemon, 5008, false)) {
      long before = free();
      registry.push("large", "1", image("large", 36));
      registry.push("small", "1", image("small", 3));
      assertThat(docker.refused("pull", registry.name("large:1"))).containsIgnoringCase(FULL);
      assertGivenBack(before);
      docker.ok("pull", registry.name("small:1"));
      assertThat(images()).containsExactly(registry.name("small"), "busybox");
    }
  }
}
