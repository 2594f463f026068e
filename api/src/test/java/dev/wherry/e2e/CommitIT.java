package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images made of containers: {@code docker commit}, and {@code export} with {@code import}. */
@EndToEnd
class CommitIT {

  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final Boat boat;

  @TempDir private Path dir;

  CommitIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
    this.boat = new Boat(docker);
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  @Test
  void what_was_exported_can_be_imported_and_runs() {
    boat.ended(
        "echo hi > /hi; ln /hi /hi2; chown 7:8 /hi; chmod 4711 /hi; mkfifo /pipe; rm /etc/group");
    Path tar = dir.resolve("out.tar");
    docker.ok("export", "-o", tar.toString(), "boat");
    boat.assertIsNotMounted();
    docker.ok("import", "-c", "ENV PATH=/bin", tar.toString(), "made");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "made",
                "sh",
                "-c",
                "cat /hi2; stat -c '%u:%g %a %h' /hi; stat -c %F /pipe; ls /etc/group"
                    + " 2>/dev/null || echo gone; ls -d /proc /.dockerenv"))
        .isEqualTo("hi\n7:8 4711 2\nfifo\ngone\n/.dockerenv\n/proc");
  }

  @Test
  void a_running_container_is_exported_without_its_mounts() throws IOException {
    Files.writeString(dir.resolve("secret"), "x");
    boat.running("-v", dir + ":/data");
    boat.in("echo live > /live");
    Path tar = dir.resolve("out.tar");
    docker.ok("export", "-o", tar.toString(), "boat");
    assertThat(DockerCli.host("tar", "-tf", tar.toString()).text().lines())
        .contains("live", "data/", "bin/busybox", ".dockerenv")
        .doesNotContain("data/secret");
    assertThat(boat.in("cat /live")).isEqualTo("live");
  }

  @Test
  void an_export_that_is_cut_off_leaves_no_mount() {
    boat.ended("dd if=/dev/zero of=/big bs=1M count=64 2>/dev/null");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write("GET /containers/boat/export HTTP/1.1\r\nHost: docker\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(200);
      http.read(1000);
    }
    boat.assertIsNotMounted();
    docker.ok("start", "boat");
    docker.ok("wait", "boat");
    boat.assertIsNotMounted();
  }

  @Test
  void a_commit_is_an_image_of_what_changed() {
    boat.ended(
        "echo new > /new; rm /etc/group; rm -r /www; mkdir /www; echo w > /www/w; ln /new /too");
    String id =
        docker.ok(
            "commit",
            "-m",
            "why",
            "-a",
            "who",
            "-c",
            "CMD [\"cat\",\"/new\"]",
            "-c",
            "ENV A=b",
            "boat",
            "made:2");
    assertThat(id).matches("sha256:[0-9a-f]{64}");
    boat.assertIsNotMounted();
    assertThat(docker.ok("run", "--rm", "made:2")).isEqualTo("new");
    assertThat(
            docker.ok(
                "run", "--rm", "made:2", "sh", "-c", "echo $A; ls /www; ls /etc; stat -c %h /too"))
        .contains("b\nw\n")
        .doesNotContain("group")
        .endsWith("2");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{.Id}} {{.Comment}} {{.Author}} {{len .RootFS.Layers}}",
                "made:2"))
        .isEqualTo(id + " why who 2");
    assertThat(
            docker
                .ok("history", "--format", "{{.CreatedBy}}|{{.Comment}}", "--no-trunc", "made:2")
                .lines()
                .findFirst()
                .orElseThrow())
        .startsWith("sh -c echo new > /new")
        .endsWith("|why");
    assertThat(docker.ok("inspect", "-f", "{{.Parent}}", "made:2"))
        .isEqualTo(docker.ok("inspect", "-f", "{{.Id}}", TestImages.BUSYBOX));
  }

  @Test
  void a_commit_that_is_refused_leaves_the_container_running() {
    boat.running();
    assertThat(docker.refused("commit", "-c", "FOO x", "boat", "made"))
        .contains("FOO is not a valid change command");
    assertThat(docker.refused("commit", "boat", "UPPER")).contains("must be lowercase");
    assertThat(docker.refused("commit", "nosuch")).contains("No such container: nosuch");
    assertThat(docker.ok("inspect", "-f", "{{.State.Status}}", "boat")).isEqualTo("running");
  }

  @Test
  void a_commit_of_an_untouched_container_adds_no_layer() {
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    docker.ok("commit", "boat", "made");
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}}", "made")).isEqualTo("1");
    assertThat(docker.ok("run", "--rm", "made", "echo", "ok")).isEqualTo("ok");
  }

  /** What was told of the container since then, but for execs. */
  private List<String> told(String since, String format) {
    return docker
        .ok(
            "events",
            "--since",
            since,
            "--until",
            DockerCli.now(),
            "--filter",
            "container=boat",
            "--format",
            "{{.Action}}" + format)
        .lines()
        .filter(line -> !line.startsWith("exec_"))
        .toList();
  }

  @Test
  void a_running_container_is_paused_while_it_is_committed() {
    boat.running();
    boat.in("echo live > /live");
    String since = DockerCli.now();
    String id = docker.ok("commit", "-m", "alive", "boat", "made");
    assertThat(docker.ok("inspect", "-f", "{{.State.Status}}", "boat")).isEqualTo("running");
    assertThat(docker.ok("run", "--rm", "made", "cat", "/live")).isEqualTo("live");
    assertThat(
            told(
                since,
                " {{.Actor.Attributes.comment}} {{.Actor.Attributes.imageID}}"
                    + " {{.Actor.Attributes.imageRef}}"))
        .hasSize(3)
        .contains("commit alive " + id + " made:latest")
        .last()
        .asString()
        .startsWith("unpause");
  }

  @Test
  void a_running_container_runs_on_where_it_is_not_to_be_paused() {
    boat.running();
    boat.in("echo live > /live");
    String since = DockerCli.now();
    docker.ok("commit", "--pause=false", "boat", "made");
    assertThat(told(since, "")).containsExactly("commit");
    assertThat(docker.ok("run", "--rm", "made", "cat", "/live")).isEqualTo("live");
    docker.ok("pause", "boat");
    docker.ok("commit", "boat", "made:2");
    assertThat(docker.ok("inspect", "-f", "{{.State.Status}}", "boat"))
        .as("one that was paused before")
        .isEqualTo("paused");
    docker.ok("unpause", "boat");
  }

  @Test
  void a_commit_changes_what_the_container_had_of_its_image() {
    docker.ok(
        DockerCli.line(
            List.of("create", "--name", "boat", "-e", "OWN=1", "-l", "own=1", "-w", "/tmp"),
            List.of("--entrypoint", "sh", "--expose", "80", "--user", "user"),
            List.of(TestImages.BUSYBOX, "-c", "pwd")));
    docker.ok(
        DockerCli.line(
            List.of("commit", "-c", "ENV OWN=2 NEW=3", "-c", "LABEL new=1", "-c", "EXPOSE 81/udp"),
            List.of("-c", "VOLUME /data", "-c", "STOPSIGNAL SIGINT", "-c", "ONBUILD RUN x"),
            List.of("-c", "WORKDIR /home", "boat", "made")));
    assertThat(
            docker.ok(
                "image",
                "inspect",
                "-f",
                "{{.Config.Env}} {{.Config.Labels}} {{.Config.ExposedPorts}} {{.Config.Volumes}}"
                    + " {{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.User}}"
                    + " {{.Config.StopSignal}} {{.Config.OnBuild}}",
                "made"))
        .isEqualTo(
            "[OWN=2 PATH=/bin NEW=3] map[new:1 own:1] map[80/tcp:{} 81/udp:{}] map[/data:{}]"
                + " [sh] [-c pwd] user SIGINT [RUN x]");
    assertThat(docker.ok("run", "--rm", "made")).isEqualTo("/home");
  }

  @Test
  void an_import_is_of_the_platform_and_with_the_message_it_is_given() {
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    Path tar = dir.resolve("out.tar");
    docker.ok("export", "-o", tar.toString(), "boat");
    docker.ok(
        "import", "--platform", "linux/arm64/v8", "-m", "from afar", tar.toString(), "made:2");
    assertThat(
            docker.ok(
                "image",
                "inspect",
                "-f",
                "{{.Os}}/{{.Architecture}}/{{.Variant}} {{.Comment}} {{.Config.Cmd}}",
                "made:2"))
        .isEqualTo("linux/arm64/v8 from afar []");
    assertThat(docker.refused("import", "--platform", "windows", tar.toString()))
        .contains("operating system is not supported");
    assertThat(docker.refused("import", tar.toString(), "UPPER")).contains("must be lowercase");
    assertThat(docker.refused("import", dir.resolve("nosuch").toString())).contains("no such file");
    assertThat(docker.refused("export", "nosuch")).contains("No such container: nosuch");
    assertThat(docker.ok("images", "-q", "--filter", "dangling=true")).isEmpty();
  }

  @Test
  void a_root_file_system_is_imported_from_where_it_lies() throws IOException {
    try (RealRegistry registry = RealRegistry.beside(daemon, 5009, false)) {
      ArchiveBuilder root = new ArchiveBuilder().rawLayer(TestImages.busyboxRoot());
      registry.push("root", "1", root);
      String blob = ArchiveBuilder.sha256(ArchiveBuilder.gzip(root.layers().getFirst()));
      String address = "http://" + registry.name("v2/root/blobs") + "/sha256:" + blob;
      String said = docker.ok("import", "-c", "ENV PATH=/bin", address, "made");
      assertThat(said).contains("sha256:");
      assertThat(docker.ok("run", "--rm", "made", "echo", "from the web"))
          .isEqualTo("from the web");
      assertThat(docker.ok("image", "inspect", "-f", "{{.Comment}}", "made"))
          .isEqualTo("Imported from " + address);
      assertThat(docker.refused("import", address.replace("blobs", "nosuch"))).contains("404");
    }
  }
}
