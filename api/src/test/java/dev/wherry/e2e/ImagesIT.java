package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EndToEnd
class ImagesIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  ImagesIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  private static ArchiveBuilder busybox() {
    return new ArchiveBuilder().rawLayer(TestImages.busyboxRoot());
  }

  private String sh(String image, String script) {
    return docker.ok("run", "--rm", image, "sh", "-c", script);
  }

  @Test
  void an_archive_of_layers_is_loaded_and_runs() {
    ArchiveBuilder built =
        busybox()
            .layer(tar -> tar.text("www/page", "two").text("keep", "x").text("gone", "x"))
            .layer(
                tar ->
                    tar.text(".wh.gone", "")
                        .directory("www", 0755)
                        .text("www/.wh..wh..opq", "")
                        .text("www/new", "three"));
    assertThat(docker.ok("load", "-i", built.dockerArchive("layered:1").toString()))
        .contains("Loaded image: layered:1");
    assertThat(docker.ok("inspect", "-f", "{{.Id}} {{len .RootFS.Layers}}", "layered:1"))
        .isEqualTo(built.id() + " 3");
    assertThat(sh("layered:1", "cat /www/new /keep; ls /www; test -e /gone || echo no"))
        .isEqualTo("threexnew\nno");
  }

  @Test
  void an_oci_layout_is_loaded_and_runs() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd reads this form since version 25");
    ArchiveBuilder built = busybox().layer(tar -> tar.text("hello", "from oci\n"));
    docker.okWithInput(built.ociLayout("ocean:2"), "load");
    assertThat(docker.ok("inspect", "-f", "{{.Id}}", "ocean:2")).isEqualTo(built.id());
    assertThat(sh("ocean:2", "cat /hello")).isEqualTo("from oci");
  }

  @Test
  void a_compressed_archive_is_loaded_too() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      Files.copy(busybox().dockerArchive("zipped:1"), gzip);
    }
    docker.okWithInput(TestImages.temporary(bytes.toByteArray()), "load");
    assertThat(sh("zipped:1", "echo ok")).isEqualTo("ok");
  }

  @Test
  void files_keep_owner_mode_time_links_and_attributes() {
    ArchiveBuilder built =
        busybox()
            .layer(
                tar ->
                    tar.file("odd", 04751, 7, 8, Map.of("SCHILY.xattr.user.a", "b"), new byte[3])
                        .hardlink("odd2", "odd", 04751, 7, 8)
                        .symlink("way", "odd")
                        .device("null2", TarConstants.LF_CHR, 1, 3)
                        .device("pipe", TarConstants.LF_FIFO, 0, 0)
                        .directory("x".repeat(200), 01777)
                        .text("x".repeat(200) + "/" + "ü".repeat(100), "long"));
    docker.ok("load", "-i", built.dockerArchive("odd:1").toString());
    assertThat(
            sh(
                "odd:1",
                "stat -c '%u:%g %a %h %Y' /odd /odd2; readlink /way; stat -c '%F %t:%T' /null2 /pipe;"
                    + " cat /xxx*/ü*; stat -c %a /xxx*"))
        .isEqualTo(
            "7:8 4751 2 1700000000\n7:8 4751 2 1700000000\nodd\ncharacter special file 1:3\n"
                + "fifo 0:0\nlong1777");
  }

  @Test
  void what_was_saved_can_be_loaded_again() {
    ArchiveBuilder built = busybox().layer(tar -> tar.text("hello", "again\n"));
    docker.ok("load", "-i", built.dockerArchive("saved:1").toString());
    Path out = dir.resolve("out.tar");
    docker.ok("save", "-o", out.toString(), "saved:1");
    docker.ok("rmi", "saved:1");
    assertThat(docker.ok("load", "-i", out.toString())).contains("Loaded image: saved:1");
    assertThat(docker.ok("inspect", "-f", "{{.Id}}", "saved:1")).isEqualTo(built.id());
    assertThat(sh("saved:1", "cat /hello")).isEqualTo("again");
  }

  @Test
  void a_saved_archive_names_config_tags_and_layers() throws IOException {
    docker.ok("load", "-i", busybox().dockerArchive("saved:1").toString());
    Path out = dir.resolve("out.tar");
    docker.ok("save", "-o", out.toString(), "saved:1");
    Map<String, String> small = new TreeMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new ByteArrayInputStream(Files.readAllBytes(out)))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        small.put(e.getName(), e.getSize() < 10_000 ? new String(tar.readAllBytes(), "UTF-8") : "");
      }
    }
    assertThat(small).containsKey("manifest.json");
    assertThat(small.get("manifest.json")).contains("\"RepoTags\":[\"saved:1\"]");
    for (String named : small.get("manifest.json").split("\"")) {
      boolean file = !named.startsWith("application/");
      if (file
          && (named.endsWith(".tar") || named.endsWith(".json") || named.startsWith("blobs/"))) {
        assertThat(small).containsKey(named);
      }
    }
  }

  @Test
  void an_import_takes_its_configuration_from_changes() {
    docker.okWithInput(
        TestImages.temporary(TestImages.busyboxRoot()),
        "import",
        "-m",
        "made here",
        "-c",
        "CMD [\"echo\", \"hi\"]",
        "-c",
        "ENV PATH=/bin A=1",
        "-c",
        "WORKDIR /tmp",
        "-c",
        "USER user",
        "-c",
        "EXPOSE 80/tcp",
        "-c",
        "LABEL k=v",
        "-c",
        "VOLUME /data",
        "-c",
        "ENTRYPOINT [\"sh\",\"-c\"]",
        "-",
        "made:1");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{json .Config.Cmd}} {{json .Config.Entrypoint}} {{.Config.Env}} {{.Config.WorkingDir}}"
                    + " {{.Config.User}} {{.Config.ExposedPorts}} {{.Config.Labels}}"
                    + " {{.Config.Volumes}} {{.Comment}}",
                "made:1"))
        .isEqualTo(
            "[\"echo\",\"hi\"] [\"sh\",\"-c\"] [PATH=/bin A=1] /tmp user map[80/tcp:{}] map[k:v]"
                + " map[/data:{}] made here");
    assertThat(docker.ok("history", "--format", "{{.Comment}}", "made:1")).isEqualTo("made here");
  }

  @Test
  void a_change_that_is_none_is_refused() {
    Path root = TestImages.temporary(TestImages.busyboxRoot());
    CliResult result = docker.run("import", "-c", "RUN echo hi", root.toString(), "made:1");
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.stderr().toLowerCase(Locale.ROOT)).contains("run");
  }

  @Test
  void tags_come_and_go_and_the_image_goes_with_the_last() {
    ArchiveBuilder built = busybox();
    docker.ok("load", "-i", built.dockerArchive("first:1").toString());
    docker.ok("tag", "first:1", "registry.example:5000/team/second");
    assertThat(docker.ok("inspect", "-f", "{{.RepoTags}}", "first:1"))
        .isEqualTo("[first:1 registry.example:5000/team/second:latest]");
    assertThat(docker.ok("rmi", "first:1")).isEqualTo("Untagged: first:1");
    assertThat(docker.ok("rmi", "registry.example:5000/team/second"))
        .startsWith("Untagged: registry.example:5000/team/second:latest\nDeleted: " + built.id());
    assertThat(docker.refused("inspect", built.id())).contains("No such object: " + built.id());
  }

  @Test
  void ids_prefixes_and_short_names_find_an_image() {
    ArchiveBuilder built = busybox();
    docker.ok("load", "-i", built.dockerArchive("found:latest").toString());
    String hex = built.id().substring("sha256:".length());
    for (String name :
        Arrays.asList(
            "found",
            "found:latest",
            "docker.io/library/found",
            built.id(),
            hex,
            hex.substring(0, 12),
            "sha256:" + hex.substring(0, 8))) {
      assertThat(docker.ok("image", "inspect", "-f", "{{.Id}}", name)).isEqualTo(built.id());
    }
    assertThat(docker.ok("images", "--format", "{{.Repository}}:{{.Tag}}", "found"))
        .isEqualTo("found:latest");
    assertThat(docker.ok("images", "-q", "--no-trunc", "--filter", "label=made=by hand"))
        .isEqualTo(built.id());
  }

  @Test
  void an_image_in_use_is_kept() {
    docker.ok("load", "-i", busybox().dockerArchive("used:1").toString());
    String id = docker.ok("create", "--name", "user", "used:1");
    assertThat(docker.refused("rmi", "used:1")).contains("conflict", id.substring(0, 12), "used:1");
    docker.ok("rm", "user");
    docker.ok("rmi", "used:1");
  }

  @Test
  void loading_a_tag_again_moves_it_and_leaves_the_old_image_dangling() {
    ArchiveBuilder old = busybox();
    docker.ok("load", "-i", old.dockerArchive("moved:1").toString());
    ArchiveBuilder young = busybox().layer(tar -> tar.text("young", "x"));
    docker.ok("load", "-i", young.dockerArchive("moved:1").toString());
    assertThat(docker.ok("inspect", "-f", "{{.Id}}", "moved:1")).isEqualTo(young.id());
    assertThat(docker.ok("images", "-q", "--no-trunc", "--filter", "dangling=true"))
        .isEqualTo(old.id());
  }

  @Test
  void a_truncated_archive_is_refused_and_nothing_of_it_stays() throws IOException {
    byte[] whole = Files.readAllBytes(busybox().dockerArchive("broken:1"));
    Path half = TestImages.temporary(Arrays.copyOf(whole, whole.length / 2));
    String before = docker.ok("images", "-aq");
    assertThat(docker.run("load", "-i", half.toString()).exitCode()).isNotZero();
    docker.refused("inspect", "broken:1");
    assertThat(docker.ok("images", "-aq")).isEqualTo(before);
  }

  @Test
  void a_layer_that_is_not_what_its_image_says_is_refused() throws IOException {
    // Content of its own, so that the layer is not known from another image and taken from there.
    String content = "honest " + System.nanoTime();
    ArchiveBuilder honest = busybox().layer(tar -> tar.text("mark", content));
    byte[] whole = Files.readAllBytes(honest.dockerArchive("forged:1"));
    int at = indexOf(whole, TestImages.bytes(content));
    whole[at] = 'j';
    Path forged = TestImages.temporary(whole);
    assertThat(docker.run("load", "-i", forged.toString()).exitCode()).isNotZero();
    docker.refused("inspect", "forged:1");
  }

  private static int indexOf(byte[] whole, byte[] part) {
    for (int i = 0; i < whole.length - part.length; i++) {
      if (Arrays.equals(whole, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  @Test
  void layers_that_reach_for_the_host_are_confined_or_refused() throws IOException {
    Path victim = Files.writeString(dir.resolve("victim"), "untouched");
    String up = "../".repeat(20) + dir.toString().substring(1);
    Map<String, TestImages.Content> attacks =
        Map.of(
            "dots", tar -> tar.text(up + "/victim", "owned"),
            "absolute", tar -> tar.text(victim.toString(), "owned"),
            "through-link", tar -> tar.symlink("out", dir.toString()).text("out/victim", "owned"),
            "hardlink",
                tar -> tar.hardlink("grab", up + "/victim", 0644, 0, 0).text("grab", "owned"),
            "whiteout", tar -> tar.symlink("out", dir.toString()).text("out/.wh.victim", ""));
    for (var attack : attacks.entrySet()) {
      Path archive = busybox().layer(attack.getValue()).dockerArchive("bad:" + attack.getKey());
      docker.run("load", "-i", archive.toString());
      docker.run("run", "--rm", "bad:" + attack.getKey(), "true");
      assertThat(victim).as(attack.getKey()).hasContent("untouched");
    }
  }

  @Test
  void what_is_no_archive_is_refused() {
    Path junk = TestImages.temporary(TestImages.bytes("this is no tar\n".repeat(100)));
    assertThat(docker.run("load", "-i", junk.toString()).exitCode()).isNotZero();
    assertThat(docker.refused("tag", "nosuch", "other")).contains("No such image: nosuch:latest");
    assertThat(docker.refused("rmi", "nosuch:1")).contains("No such image: nosuch:1");
    assertThat(docker.refused("tag", "busybox", "UPPER")).contains("must be lowercase");
  }
}
