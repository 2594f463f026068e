package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code docker pull} from a registry that cuts connections, sends away, or is of yesterday. */
@EndToEnd
class TroubledRegistryIT {
  private static final int REAL = 5011;
  private static final int PORT = 5012;
  private static final Path PROGRAM =
      Path.of(System.getProperty("basedir", "."), "src/test/python/troubled-registry");
  private static final String SERVER = "127.0.0.1:" + PORT;
  private static final String NAME = SERVER + "/app:1";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final byte[] noise = new byte[3_000_000];
  private RealRegistry registry;

  TroubledRegistryIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
    this.registry = RealRegistry.beside(daemon, REAL, true);
  }

  @BeforeEach
  void fill() {
    new Random(1).nextBytes(noise);
    registry.push(
        "app",
        "1",
        new ArchiveBuilder()
            .rawLayer(TestImages.busyboxRoot())
            .layer(tar -> tar.file("noise", 0644, noise)));
  }

  @AfterEach
  void removeImages() {
    docker.run("logout", SERVER);
    docker.removeOtherImages();
    registry.close();
  }

  /** The program in front of the registry, which tells what it is asked for. */
  private CliSession trouble(String kind) {
    CliSession session =
        new CliSession(
            new ProcessBuilder(
                "nsenter",
                "--net=/run/netns/" + daemon.namespace(),
                PROGRAM.toString(),
                String.valueOf(PORT),
                String.valueOf(REAL),
                kind));
    await()
        .until(
            () -> {
              assertThat(session.isRunning()).as(session.errors()).isTrue();
              return docker
                      .run("login", "-u", RealRegistry.USER, "-p", RealRegistry.PASSWORD, SERVER)
                      .exitCode()
                  == 0;
            });
    return session;
  }

  private List<String> asked(CliSession trouble) {
    return trouble.output().lines().filter(line -> !line.isBlank()).toList();
  }

  private void assertIsWhole() {
    assertThat(docker.ok("run", "--rm", NAME, "sha256sum", "/noise"))
        .isEqualTo(ArchiveBuilder.sha256(noise) + "  /noise");
  }

  @Test
  void a_download_that_breaks_off_goes_on_where_it_was() {
    try (CliSession trouble = trouble("cut")) {
      String said = docker.ok("pull", NAME);
      assertThat(said).contains("Status: Downloaded newer image for " + NAME);
      assertIsWhole();
      List<Integer> offsets =
          asked(trouble).stream()
              .filter(line -> line.contains("bytes="))
              .map(line -> Integer.parseInt(line.replaceAll(".*bytes=(\\d+)-.*", "$1")))
              .toList();
      // Of the layer that was not there, thrice, and never from the beginning.
      assertThat(offsets).hasSize(3).allMatch(offset -> offset > 0);
    }
  }

  @Test
  void blobs_elsewhere_are_fetched_there_without_credentials() {
    try (CliSession trouble = trouble("elsewhere")) {
      docker.ok("pull", NAME);
      assertIsWhole();
      // The configuration, and the layer that was not there.
      assertThat(asked(trouble))
          .filteredOn(line -> line.startsWith("away"))
          .hasSize(2)
          .noneMatch(line -> line.contains("shown"));
    }
  }

  @Test
  void a_manifest_of_schema_1_is_refused_with_what_to_do() {
    try (CliSession trouble = trouble("schema1")) {
      assertThat(docker.refused("pull", NAME))
          .contains("schema 1 support has been removed", "Suggest the author of " + SERVER);
      assertThat(docker.refused("run", "--rm", NAME)).contains("schema 1 support");
      assertThat(docker.ok("images", "-q", SERVER + "/app")).isEmpty();
      assertThat(asked(trouble)).isEmpty();
    }
  }
}
