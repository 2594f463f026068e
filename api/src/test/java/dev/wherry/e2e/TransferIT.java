package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls and pushes as somebody in front of a terminal sees them, and interrupts them. */
@EndToEnd
class TransferIT {
  private static final int PORT = 5014;

  /** On narrow terminals there are numbers only. */
  private static final int COLUMNS = 132;

  private static final int LAYERS = 8;
  private static final int LAYER = 6 << 20;

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  TransferIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  private static ArchiveBuilder image(String mark) {
    ArchiveBuilder image = new ArchiveBuilder().rawLayer(TestImages.busyboxRoot());
    for (int i = 0; i < LAYERS; i++) {
      byte[] noise = new byte[LAYER];
      new Random(mark.hashCode() + i).nextBytes(noise);
      String name = "noise" + i;
      image.layer(tar -> tar.file(name, 0644, noise));
    }
    return image.layer(tar -> tar.text("mark", mark));
  }

  private void assertRuns(String name, String mark) {
    assertThat(docker.ok("run", "--rm", name, "cat", "/mark")).isEqualTo(mark);
  }

  private String onTerminal(String... line) {
    try (CliSession session = docker.startOnTerminal(dir.resolve("tty"), COLUMNS, line)) {
      return session.exit().text();
    }
  }

  /** Interrupts it while the registry is halted; what was under way there is given up. */
  private static void assertStops(RealRegistry registry, CliSession transfer) {
    long before = registry.connections();
    transfer.signal("INT");
    assertThat(transfer.exit().exitCode()).isNotZero();
    await().untilAsserted(() -> assertThat(registry.connections()).isLessThan(before));
  }

  @Test
  void the_command_line_draws_its_bars() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      String name = registry.name("bars:1");
      docker.ok("load", "-i", image("bars").dockerArchive(name).toString());
      assertThat(onTerminal("push", name))
          .containsPattern(": Pushing +\\[=*>? *\\] .*[kM]B/6\\.\\d+MB")
          .contains(": Pushed ", "1: digest: sha256:");
      docker.ok("rmi", name);
      assertThat(onTerminal("pull", name))
          .containsPattern(": Downloading +\\[=*>? *\\] .*[kM]B/6\\.\\d+MB")
          .containsPattern(": Extracting +\\[=+>\\] .*MB/6\\.\\d+MB")
          .contains(": Pull complete ", "Status: Downloaded newer image for " + name);
      assertRuns(name, "bars");
    }
  }

  @Test
  void an_interrupted_pull_stops_and_goes_well_afterwards() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      registry.push("app", "1", image("interrupted"));
      String name = registry.name("app:1");
      try (CliSession pull = docker.start("pull", name)) {
        pull.awaitOutput(": Pull complete");
        registry.halt();
        assertStops(registry, pull);
      } finally {
        registry.goOn();
      }
      assertThat(docker.ok("images", "-q", registry.name("app"))).isEmpty();
      docker.ok("pull", name);
      assertRuns(name, "interrupted");
    }
  }

  @Test
  void an_interrupted_pull_leaves_another_one_alone() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      registry.push("app", "1", image("shared"));
      String name = registry.name("app:1");
      try (CliSession first = docker.start("pull", name);
          CliSession second = docker.start("pull", name)) {
        first.awaitOutput(": Pull complete");
        second.awaitOutput(": ");
        registry.halt();
        first.signal("INT");
        assertThat(first.exit().exitCode()).isNotZero();
        registry.goOn();
        assertThat(second.exit().text()).contains("Digest: sha256:");
      }
      assertRuns(name, "shared");
    }
  }

  @Test
  void an_interrupted_push_stops() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      String name = registry.name("app:1");
      docker.ok("load", "-i", image("pushed").dockerArchive(name).toString());
      try (CliSession push = docker.start("push", name)) {
        push.awaitOutput(": Pushed");
        registry.halt();
        assertStops(registry, push);
      } finally {
        registry.goOn();
      }
      docker.ok("push", name);
      docker.ok("rmi", name);
      docker.ok("pull", name);
      assertRuns(name, "pushed");
    }
  }
}
