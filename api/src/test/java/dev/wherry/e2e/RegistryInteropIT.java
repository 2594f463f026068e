package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one engine pushes another one pulls, by a real registry between them. */
@EndToEnd
class RegistryInteropIT {
  private static final int PORT = 5006;
  private static final ArchiveBuilder IMAGE =
      new ArchiveBuilder()
          .rawLayer(TestImages.busyboxRoot())
          .layer(tar -> tar.text("hello", "from far away\n"))
          .layer(tar -> tar.text(".wh.www", ""));
  private static final List<String> HELLO =
      List.of("sh", "-c", "cat /hello; test -e /www || echo no");

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  RegistryInteropIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeOtherImages();
  }

  private RealRegistry registry() {
    return RealRegistry.beside(daemon, PORT, false);
  }

  /** Has Wherry push the image, and forget it. */
  private String push(RealRegistry registry) {
    String name = registry.name("team/app:1");
    docker.ok("load", "-i", IMAGE.dockerArchive(name).toString());
    docker.ok("push", name);
    docker.ok("rmi", name);
    return name;
  }

  private void assertRuns(DockerCli engine, String image) {
    List<String> line = new ArrayList<>(List.of("run", "--rm", "--network", "none", image));
    line.addAll(HELLO);
    assertThat(engine.ok(line.toArray(String[]::new))).isEqualTo("from far away\nno");
  }

  private String nearby(List<String> head, String... tail) {
    List<String> line = new ArrayList<>(head);
    line.addAll(List.of(tail));
    return daemon.nearby(line.toArray(String[]::new)).text();
  }

  private String skopeo(String... args) {
    return nearby(List.of("skopeo", "--insecure-policy"), args);
  }

  private String podman(String... args) {
    return nearby(
        List.of(
            "podman",
            "--root",
            dir.resolve("podman").toString(),
            "--runroot",
            dir.resolve("podman-run").toString(),
            "--tmpdir",
            dir.resolve("podman-tmp").toString(),
            "--storage-driver",
            "vfs"),
        args);
  }

  @Test
  void skopeo_reads_what_we_push() {
    try (RealRegistry registry = registry()) {
      String name = push(registry);
      Path archive = dir.resolve("copied.tar");
      skopeo(
          "copy",
          "--src-tls-verify=false",
          "docker://" + name,
          "docker-archive:" + archive + ":copied:1");
      docker.ok("load", "-i", archive.toString());
      assertThat(docker.ok("image", "inspect", "-f", "{{.Id}}", "copied:1")).isEqualTo(IMAGE.id());
      assertRuns(docker, "copied:1");
    }
  }

  /** An image that skopeo pushed in OCI's form, its layers compressed so. */
  private String pushedAsOci(RealRegistry registry, String compression) {
    String name = registry.name("oci:" + compression);
    skopeo(
        "copy",
        "--dest-tls-verify=false",
        "--format",
        "oci",
        "--dest-compress-format",
        compression,
        "docker-archive:" + IMAGE.dockerArchive("boat:1"),
        "docker://" + name);
    assertThat(skopeo("inspect", "--raw", "--tls-verify=false", "docker://" + name))
        .contains("application/vnd.oci.image.layer.v1.tar+" + compression);
    return name;
  }

  @Test
  void we_pull_what_skopeo_pushes_as_oci() {
    try (RealRegistry registry = registry()) {
      String name = pushedAsOci(registry, "gzip");
      docker.ok("pull", name);
      assertRuns(docker, name);
    }
  }

  @Test
  void what_came_as_oci_with_zstd_runs_and_is_pushed_for_everybody() {
    try (RealRegistry registry = registry()) {
      String from = pushedAsOci(registry, "zstd");
      docker.ok("pull", from);
      assertRuns(docker, from);
      String to = registry.name("again:1");
      docker.ok("tag", from, to);
      docker.ok("push", to);
      assertThat(skopeo("inspect", "--raw", "--tls-verify=false", "docker://" + to))
          .contains("application/vnd.docker.image.rootfs.diff.tar.gzip");
      docker.ok("rmi", from, to);
      docker.ok("pull", to);
      assertRuns(docker, to);
    }
  }

  @Test
  void podman_pulls_what_we_push_and_we_pull_what_it_pushes() {
    try (RealRegistry registry = registry()) {
      String name = push(registry);
      podman("pull", "--tls-verify=false", name);
      assertThat(podman("image", "inspect", "-f", "{{.Id}}", name))
          .isEqualTo(IMAGE.id().substring("sha256:".length()));
      for (String format : List.of("v2s2", "oci")) {
        String theirs = registry.name("podman/app:" + format);
        podman("tag", name, theirs);
        podman("push", "--tls-verify=false", "--format", format, theirs);
        docker.ok("pull", theirs);
        assertRuns(docker, theirs);
        docker.ok("rmi", theirs);
      }
    }
  }

  @Test
  void dockerd_pulls_what_we_push_and_we_pull_what_it_pushes() {
    try (DebianDockerd dockerd = DebianDockerd.beside(daemon, dir);
        RealRegistry registry = registry()) {
      DockerCli other = dockerd.docker();
      String name = push(registry);
      other.ok("pull", name);
      assertThat(other.ok("image", "inspect", "-f", "{{.Id}}", name)).isEqualTo(IMAGE.id());
      assertThat(other.ok("run", "--rm", "--network", "none", name, "cat", "/hello"))
          .isEqualTo("from far away");
      String theirs = registry.name("dockerd/app:1");
      other.ok("tag", name, theirs);
      other.ok("push", theirs);
      docker.ok("pull", theirs);
      assertRuns(docker, theirs);
    }
  }
}
