package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives go to podman and skopeo and come back, and are the same images everywhere. */
@EndToEnd
class OtherEnginesIT {
  private static final ArchiveBuilder IMAGE =
      new ArchiveBuilder()
          .rawLayer(TestImages.busyboxRoot())
          .layer(tar -> tar.text("hello", "from far away\n"))
          .layer(tar -> tar.text(".wh.www", ""));
  private static final ArchiveBuilder OTHER =
      new ArchiveBuilder()
          .rawLayer(TestImages.busyboxRoot())
          .layer(tar -> tar.text("hello", "from another\n"));
  private static final String HELLO = "cat /hello; test -e /www || echo no";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  OtherEnginesIT(DaemonUnderTest daemon) {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd reads some of these since version 25");
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void load() {
    docker.ok("load", "-i", IMAGE.dockerArchive("boat:1").toString());
    docker.ok("load", "-i", OTHER.dockerArchive("ship:1").toString());
  }

  @AfterEach
  void removeImages() {
    docker.removeOtherImages();
  }

  private Path file(String name) {
    return dir.resolve(name);
  }

  private Path saved(String... images) {
    Path archive = file("ours.tar");
    List<String> line = new ArrayList<>(List.of("save", "-o", archive.toString()));
    line.addAll(List.of(images));
    docker.ok(line.toArray(String[]::new));
    docker.ok("rmi", "boat:1", "ship:1");
    return archive;
  }

  private String podman(String... args) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "podman",
                "--root",
                file("podman").toString(),
                "--runroot",
                file("podman-run").toString(),
                "--tmpdir",
                file("podman-tmp").toString(),
                "--storage-driver",
                "vfs"));
    line.addAll(List.of(args));
    return DockerCli.host(line.toArray(String[]::new)).text();
  }

  private static String skopeo(String... args) {
    List<String> line = new ArrayList<>(List.of("skopeo", "--insecure-policy"));
    line.addAll(List.of(args));
    return DockerCli.host(line.toArray(String[]::new)).text();
  }

  private String id(String image) {
    return docker.ok("image", "inspect", "-f", "{{.Id}}", image);
  }

  private void assertRuns(String image) {
    assertThat(docker.ok("run", "--rm", image, "sh", "-c", HELLO)).isEqualTo("from far away\nno");
  }

  @Test
  void podman_loads_what_we_saved_and_we_load_what_it_saved() {
    Path ours = saved("boat:1", "ship:1");
    podman("load", "-i", ours.toString());
    assertThat(podman("image", "inspect", "-f", "{{.Id}}", "boat:1", "ship:1"))
        .isEqualTo(IMAGE.id().substring(7) + "\n" + OTHER.id().substring(7));

    Path theirs = file("podman.tar");
    podman("save", "-o", theirs.toString(), "-m", "boat:1", "ship:1");
    docker.ok("load", "-i", theirs.toString());
    // To podman, a name without a registry is of its own host.
    assertThat(id("localhost/boat:1")).isEqualTo(IMAGE.id());
    assertThat(id("localhost/ship:1")).isEqualTo(OTHER.id());
    assertRuns("localhost/boat:1");
  }

  @Test
  void an_oci_archive_of_podman_is_the_same_image_here_and_there() {
    podman("load", "-i", saved("boat:1").toString());
    Path theirs = file("podman-oci.tar");
    podman("save", "--format", "oci-archive", "-o", theirs.toString(), "boat:1");
    String loaded = docker.ok("load", "-i", theirs.toString());
    assertThat(loaded).contains("Loaded image: boat:1");
    assertRuns("boat:1");
    docker.ok("save", "-o", file("back.tar").toString(), "boat:1");
    podman("load", "-i", file("back.tar").toString());
    assertThat(podman("image", "inspect", "-f", "{{.Id}}", "boat:1"))
        .isEqualTo(id("boat:1").substring(7));
  }

  @Test
  void skopeo_copies_both_forms_of_what_we_saved() {
    Path ours = saved("boat:1");
    skopeo("copy", "docker-archive:" + ours, "docker-archive:" + file("d.tar") + ":boat:2");
    docker.ok("load", "-i", file("d.tar").toString());
    assertThat(id("boat:2")).isEqualTo(IMAGE.id());
    assertRuns("boat:2");

    skopeo(
        "copy",
        "oci-archive:" + ours,
        "oci-archive:" + file("o.tar") + ":docker.io/library/boat:3");
    assertThat(docker.ok("load", "-i", file("o.tar").toString())).contains("Loaded image: boat:3");
    assertThat(id("boat:3")).isEqualTo(IMAGE.id());
    assertRuns("boat:3");
  }

  @Test
  void of_several_images_skopeo_finds_each() throws IOException {
    Path ours = saved("boat:1", "ship:1");
    for (String name : List.of("boat:1", "ship:1")) {
      assertThat(skopeo("inspect", "--config", "docker-archive:" + ours + ":" + name))
          .contains("by hand");
    }
    skopeo("copy", "docker-archive:" + ours + ":ship:1", "oci-archive:" + file("o.tar"));
    assertThat(docker.ok("load", "-i", file("o.tar").toString()))
        .contains("Loaded image ID: sha256:");
  }

  @Test
  void several_images_are_saved_and_loaded_with_their_names_and_digests() {
    docker.ok("tag", "boat:1", "registry.example:5000/team/boat");
    String shared = docker.ok("image", "inspect", "-f", "{{index .RootFS.Layers 0}}", "ship:1");
    Path ours = saved("boat:1", "registry.example:5000/team/boat", "ship:1");
    assertThat(DockerCli.host("tar", "tf", ours.toString()).text().lines())
        .as("a layer of both comes once")
        .filteredOn(name -> name.contains(shared.substring(7)))
        .hasSize(1);
    docker.ok("rmi", "registry.example:5000/team/boat");
    assertThat(docker.ok("load", "-i", ours.toString()))
        .contains(
            "Loaded image: boat:1",
            "Loaded image: registry.example:5000/team/boat:latest",
            "Loaded image: ship:1");
    assertThat(id("registry.example:5000/team/boat")).isEqualTo(IMAGE.id());
    assertThat(id("ship:1")).isEqualTo(OTHER.id());
    docker.ok("rmi", "registry.example:5000/team/boat");
  }

  @Test
  void debians_dockerd_loads_what_we_saved_and_we_load_what_it_saved() {
    try (DebianDockerd dockerd = DebianDockerd.beside(daemon, dir)) {
      DockerCli other = dockerd.docker();
      docker.ok("tag", "boat:1", "registry.example:5000/team/boat");
      Path ours = saved("boat:1", "registry.example:5000/team/boat", "ship:1");
      docker.ok("rmi", "registry.example:5000/team/boat");
      assertThat(other.ok("load", "-i", ours.toString()))
          .contains(
              "Loaded image: boat:1",
              "Loaded image: registry.example:5000/team/boat:latest",
              "Loaded image: ship:1");
      assertThat(other.ok("image", "inspect", "-f", "{{.Id}}", "boat:1", "ship:1"))
          .isEqualTo(IMAGE.id() + "\n" + OTHER.id());
      assertThat(other.ok("run", "--rm", "--network", "none", "boat:1", "cat", "/hello"))
          .isEqualTo("from far away");
      // A layer that it keeps once for both comes as a link in the second.
      other.ok("tag", "boat:1", "boat:2");
      Path theirs = file("dockerd.tar");
      other.ok("save", "-o", theirs.toString(), "boat:1", "boat:2", "ship:1", OTHER.id());
      assertThat(docker.ok("load", "-i", theirs.toString()))
          .contains("Loaded image: boat:1", "Loaded image: boat:2", "Loaded image: ship:1");
      assertThat(id("boat:2")).isEqualTo(IMAGE.id());
      assertThat(id("ship:1")).isEqualTo(OTHER.id());
      assertRuns("boat:2");
    }
  }

  /** An archive as newer dockers write it, and the ids of its images for this machine. */
  private List<String> dockerSave(String form, Path archive) {
    return DockerCli.host(
            "python3",
            Path.of(System.getProperty("basedir", "."), "src/test/python/docker-save").toString(),
            form,
            archive.toString(),
            TestImages.temporary(TestImages.busyboxRoot()).toString())
        .text()
        .lines()
        .toList();
  }

  @Test
  void what_docker_saves_since_version_25_is_loaded() {
    Path theirs = file("theirs.tar");
    List<String> ids = dockerSave("classic", theirs);
    assertThat(skopeo("list-tags", "docker-archive:" + theirs)).contains("first:latest", "@1");
    assertThat(docker.ok("load", "-i", theirs.toString()).lines())
        .containsExactlyInAnyOrder(
            "Loaded image: first:1",
            "Loaded image: first:latest",
            "Loaded image ID: " + ids.get(1));
    assertThat(List.of(id("first:1"), id("first"), id(ids.get(1))))
        .containsExactly(ids.get(0), ids.get(0), ids.get(1));
    assertThat(docker.ok("run", "--rm", "first", "cat", "/hello")).isEqualTo("one");
    assertThat(docker.ok("run", "--rm", ids.get(1), "cat", "/hello")).isEqualTo("two");
    // And back: the same images, in a form that has all that theirs has.
    docker.ok("save", "-o", file("back.tar").toString(), "first", ids.get(1));
    docker.ok("rmi", "first:1", "first:latest", ids.get(1));
    docker.ok("load", "-i", file("back.tar").toString());
    assertThat(List.of(id("first"), id(ids.get(1)))).isEqualTo(ids);
  }

  @Test
  void what_docker_saves_of_containerds_images_is_loaded_for_this_platform() {
    Path theirs = file("theirs.tar");
    List<String> ids = dockerSave("containerd", theirs);
    assertThat(docker.ok("load", "-i", theirs.toString())).isEqualTo("Loaded image: many:1");
    assertThat(id("many:1")).isEqualTo(ids.getFirst());
    assertThat(docker.ok("run", "--rm", "many:1", "cat", "/hello"))
        .isEqualTo(docker.ok("image", "inspect", "-f", "{{.Architecture}}", "many:1"));
    // The same without what docker adds to the layout of OCI.
    Path layout = file("layout.tar");
    DockerCli.host("cp", theirs.toString(), layout.toString()).text();
    DockerCli.host("tar", "--delete", "-f", layout.toString(), "manifest.json").text();
    docker.ok("rmi", "many:1");
    assertThat(docker.ok("load", "-i", layout.toString())).isEqualTo("Loaded image: many:1");
    assertThat(id("many:1")).isEqualTo(ids.getFirst());
  }

  @Test
  void a_platform_can_be_asked_for_and_is_refused_where_it_is_another() {
    DockerCli.needs(28);
    Path theirs = file("theirs.tar");
    dockerSave("containerd", theirs);
    docker.ok("load", "-i", theirs.toString());
    String own = docker.ok("image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", "many:1");
    String other = own.equals("linux/amd64") ? "linux/arm64" : "linux/amd64";
    assertThat(docker.refused("load", "--platform", other, "-i", theirs.toString()))
        .contains("many:1 was found but does not match the specified platform: wanted " + other);
    assertThat(docker.refused("rmi", "--platform", other, "many:1"))
        .contains("many:1 was found but does not match the specified platform: wanted " + other);
    assertThat(docker.ok("load", "--platform", own, "-i", theirs.toString()))
        .isEqualTo("Loaded image: many:1");
    docker.ok("save", "--platform", own, "-o", file("back.tar").toString(), "many");
    assertThat(docker.refused("save", "--platform", other, "-o", file("x.tar").toString(), "many"))
        .contains("many:1 was found but does not match the specified platform: wanted " + other);
    assertThat(docker.ok("history", "-q", "--platform", own, "many:1")).isNotEmpty();
    assertThat(docker.refused("history", "--platform", other, "many:1"))
        .contains("does not match the specified platform");
    assertThat(docker.ok("rmi", "--platform", own, "many:1")).contains("Untagged: many:1");
  }
}
