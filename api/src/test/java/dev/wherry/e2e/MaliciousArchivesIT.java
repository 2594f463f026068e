package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link MaliciousArchives} by every way that archives come in. */
@EndToEnd
class MaliciousArchivesIT {
  private static final int PORT = 5007;

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;
  private Path victim;
  private String mode = "";

  MaliciousArchivesIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void makeVictim() throws IOException {
    victim = Files.createDirectory(dir.resolve("place"));
    Files.writeString(victim.resolve("victim"), "untouched");
    mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(victim));
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  private void assertUntouched(String attack) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(victim)) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    assertThat(names).as(attack).containsExactly("victim");
    assertThat(victim.resolve("victim")).as(attack).hasContent("untouched");
    assertThat(Files.getAttribute(victim.resolve("victim"), "unix:nlink")).as(attack).isEqualTo(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(victim)))
        .as(attack)
        .isEqualTo(mode);
  }

  private static ArchiveBuilder imageOf(byte[] layer) {
    return new ArchiveBuilder().rawLayer(TestImages.busyboxRoot()).rawLayer(layer);
  }

  private void runIfThere(String image) {
    if (docker.run("image", "inspect", image).exitCode() == 0) {
      docker.run("run", "--rm", image, "true");
      docker.ok("rmi", "-f", image);
    }
  }

  private void assertAlive() {
    assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "echo", "alive")).isEqualTo("alive");
  }

  @Test
  void loaded_as_layers() throws IOException {
    for (Map.Entry<String, byte[]> attack : MaliciousArchives.reachingFor(victim).entrySet()) {
      Path archive = imageOf(attack.getValue()).dockerArchive("bad:1");
      docker.run("load", "-i", archive.toString());
      runIfThere("bad:1");
      assertUntouched(attack.getKey());
    }
    assertAlive();
  }

  @Test
  void loaded_as_archives_of_images() throws IOException {
    for (Map.Entry<String, byte[]> attack : MaliciousArchives.reachingFor(victim).entrySet()) {
      Path archive = TestImages.temporary(attack.getValue());
      assertThat(docker.run("load", "-i", archive.toString()).exitCode())
          .as(attack.getKey())
          .isNotZero();
      assertUntouched(attack.getKey());
    }
    assertAlive();
  }

  @Test
  void imported() throws IOException {
    for (Map.Entry<String, byte[]> attack : MaliciousArchives.reachingFor(victim).entrySet()) {
      docker.run("import", TestImages.temporary(attack.getValue()).toString(), "bad:1");
      runIfThere("bad:1");
      assertUntouched(attack.getKey());
    }
    assertAlive();
  }

  @Test
  void copied_into_a_container() throws IOException {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    for (Map.Entry<String, byte[]> attack : MaliciousArchives.reachingFor(victim).entrySet()) {
      docker.ok("exec", "boat", "mkdir", "-p", "/tmp/" + attack.getKey());
      try (CliSession copy = docker.start("cp", "-", "boat:/tmp/" + attack.getKey())) {
        copy.send(attack.getValue()).endInput().exit();
      }
      assertUntouched(attack.getKey());
    }
    assertAlive();
  }

  @Test
  void pulled() throws IOException {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      for (Map.Entry<String, byte[]> attack : MaliciousArchives.reachingFor(victim).entrySet()) {
        registry.push("bad", attack.getKey(), imageOf(attack.getValue()));
        String name = registry.name("bad:" + attack.getKey());
        docker.run("pull", "-q", name);
        runIfThere(name);
        assertUntouched(attack.getKey());
      }
    }
    assertAlive();
  }
}
