package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images whose configuration, or what it leads to, is made to do harm. */
@EndToEnd
class HostileImagesIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  HostileImagesIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  /** Imports busybox with more in it and with changes of its configuration. */
  private void importBad(TestImages.Content more, String... changes) {
    List<String> flags = Arrays.stream(changes).flatMap(change -> Stream.of("-c", change)).toList();
    docker.okWithInput(
        TestImages.temporary(TestImages.busyboxWith(more)),
        DockerCli.line(List.of("import", "-c", "ENV PATH=/bin"), flags, List.of("-", "bad")));
  }

  private CliResult run(String... args) {
    return docker.run(DockerCli.line(List.of("run", "--rm", "bad"), List.of(), List.of(args)));
  }

  private Path victim() throws IOException {
    return Files.createDirectory(dir.resolve("victim"));
  }

  @Test
  void a_working_directory_behind_a_link_is_inside() throws IOException {
    Path victim = victim();
    importBad(tar -> tar.symlink("trap", victim.toString()), "WORKDIR /trap/made");
    run("touch", "here");
    assertThat(victim).isEmptyDirectory();
    importBad(tar -> tar.symlink("trap", "../../../../../.." + victim), "WORKDIR /trap/made");
    run("touch", "here");
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void a_working_directory_among_the_runtimes_files_is_not_to_be_had() {
    for (int fd = 3; fd < 12; fd++) {
      importBad(tar -> {}, "WORKDIR /proc/self/fd/" + fd);
      CliResult result = run("cat", "../../etc/hostname");
      assertThat(result.exitCode()).as("file descriptor %d: %s", fd, result).isNotZero();
      docker.ok("rmi", "-f", "bad");
    }
  }

  @Test
  void users_are_looked_up_in_the_images_own_files() throws IOException {
    Path victim = victim();
    Path passwd = Files.writeString(victim.resolve("passwd"), "trick:x:4242:4242::/:/bin/sh\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      tar.directory("etc", 0755).symlink("etc/passwd", passwd.toString());
    }
    Path archive =
        new ArchiveBuilder()
            .rawLayer(TestImages.busyboxRoot())
            .rawLayer(bytes.toByteArray())
            .dockerArchive("bad:latest");
    docker.ok("load", "-i", archive.toString());
    assertThat(docker.refused("run", "--rm", "-u", "trick", "bad", "id"))
        .contains("unable to find user trick");
  }

  @Test
  void volumes_and_what_a_runtime_puts_into_the_root_stay_there() throws IOException {
    Path victim = victim();
    String place = victim.toString();
    importBad(
        tar -> tar.symlink("data", place).symlink("run", place).symlink("srv", "../../" + place),
        "VOLUME /data/volume",
        "VOLUME /srv/volume");
    run("sh", "-c", "echo x > /data/volume/x; echo x > /srv/volume/x; mkdir -p /run/x");
    docker.run("run", "--rm", "--tmpfs", "/run/tmp", "-v", dir + ":/srv/bound", "bad", "true");
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void links_in_the_place_of_files_that_every_container_gets_are_not_followed() throws IOException {
    Path victim = victim();
    Path hosts = Files.writeString(victim.resolve("hosts"), "untouched");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      for (String name : List.of("hosts", "hostname", "resolv.conf", "mtab")) {
        tar.symlink("etc/" + name, hosts.toString());
      }
      tar.symlink("dev", victim.toString()).symlink("sys", victim.toString());
      tar.symlink(".dockerenv", hosts.toString());
    }
    Path archive =
        new ArchiveBuilder()
            .rawLayer(TestImages.busyboxRoot())
            .rawLayer(bytes.toByteArray())
            .dockerArchive("bad:latest");
    docker.ok("load", "-i", archive.toString());
    docker.run("run", "--rm", "--name", "boat", "bad", "sh", "-c", "echo owned > /etc/hosts");
    assertThat(hosts).hasContent("untouched");
    try (var files = Files.list(victim)) {
      assertThat(files).containsExactly(hosts);
    }
  }

  /** An archive as docker saves it, of documents as they are given. */
  private Path archive(Map<String, String> documents) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      for (Map.Entry<String, String> document : documents.entrySet()) {
        tar.text(document.getKey(), document.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return TestImages.temporary(bytes.toByteArray());
  }

  private static Map<String, String> configured(String config) {
    return Map.of(
        "c.json",
        config,
        "manifest.json",
        "[{\"Config\":\"c.json\",\"RepoTags\":[\"bad:1\"],\"Layers\":[]}]");
  }

  private void assertRefused(Map<String, String> documents, String... words) {
    String said = docker.refused("load", "-i", archive(documents).toString());
    assertThat(said).contains(words).doesNotContain("internal error", "Exception", "	at ");
    assertThat(docker.ok("images", "-aq")).hasSize(12);
  }

  @Test
  void configurations_that_are_none_are_refused() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd refuses most of these in Go's words");
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertRefused(configured("{\"os\":\"linux\",\"rootfs\":" + deep + "}"), "nesting depth");
    assertRefused(configured("{\"os\":\"linux\""), "invalid");
    assertRefused(
        configured("{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"sha256:zz\"]}}"), "invalid");
    assertRefused(configured("{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":\"none\"}}"), "invalid");
    assertRefused(
        configured("{\"os\":\"linux\",\"config\":[],\"rootfs\":{\"diff_ids\":[]}}"), "invalid");
    assertRefused(
        configured("{\"os\":\"linux\",\"history\":7,\"rootfs\":{\"diff_ids\":[]}}"), "invalid");
    assertRefused(configured("[]"), "no RootFS key");
    assertRefused(
        configured("{\"os\":\"linux\",\"x\":\"" + "y".repeat(9 << 20) + "\"}"), "more metadata");
  }

  @Test
  void manifests_that_are_none_are_refused() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd refuses most of these in Go's words");
    assertRefused(Map.of("manifest.json", "[".repeat(100_000)), "nesting depth");
    assertRefused(Map.of("manifest.json", "{}"), "no list of images");
    assertRefused(Map.of("manifest.json", "[null]"), "invalid");
    assertRefused(Map.of("manifest.json", "[{}]"), "invalid");
    assertRefused(
        Map.of("manifest.json", "[{\"Config\":\"../../etc/passwd\",\"Layers\":[]}]"), "outside");
    assertRefused(
        Map.of("manifest.json", "[{\"Config\":\"/etc/passwd\",\"Layers\":[]}]"), "missing");
    assertRefused(
        Map.of(
            "c.json",
            "{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"sha256:" + "0".repeat(64) + "\"]}}",
            "manifest.json",
            "[{\"Config\":\"c.json\",\"Layers\":[\"/etc/passwd\"]}]"),
        "not in the archive");
    assertRefused(
        Map.of("manifest.json", "[{\"Config\":\"c.json\",\"Layers\":[null]}]", "c.json", "{}"),
        "invalid");
    assertRefused(Map.of("index.json", "{\"manifests\":7}"), "invalid");
    assertRefused(Map.of("index.json", "{\"manifests\":[null]}"), "invalid");
    assertRefused(
        Map.of("index.json", "{\"manifests\":[{\"digest\":\"sha256:../../x\",\"size\":1}]}"),
        "invalid");
  }

  @Test
  void strange_but_harmless_settings_are_taken_and_shown() {
    docker.ok(
        "load",
        "-i",
        archive(
                configured(
                    "{\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"0001-01-01T00:00:00Z\","
                        + "\"config\":{\"Env\":[\"NO_VALUE\",\"=x\",\"\"],\"Labels\":{\"\":\"\",\"a\\nb\":\"\\u0007\"},"
                        + "\"Cmd\":null,\"Volumes\":null,\"Nonsense\":[1,2]},"
                        + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},\"history\":null}"))
            .toString());
    assertThat(docker.ok("image", "inspect", "-f", "{{len .RootFS.Layers}} {{.Size}}", "bad:1"))
        .isEqualTo("0 0");
    assertThat(docker.ok("images", "--filter", "reference=bad", "--format", "{{.Tag}}"))
        .isEqualTo("1");
    assertThat(docker.ok("history", "-q", "bad:1")).isEmpty();
    docker.run("run", "--rm", "bad:1", "x");
    assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "echo", "alive")).isEqualTo("alive");
  }
}
