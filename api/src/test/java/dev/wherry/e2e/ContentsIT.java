package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in containers' file systems: diff and cp. */
@EndToEnd
class ContentsIT {

  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final Boat boat;

  @TempDir private Path dir;

  ContentsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
    this.boat = new Boat(docker);
  }

  @Test
  void diff_lists_what_changed() {
    boat.ended(
        "echo x > /etc/group; rm /etc/passwd; mkdir /d; echo y > /d/e; rm -r /www; mkdir /www");
    assertThat(docker.ok("diff", "boat").lines())
        .containsExactlyInAnyOrder(
            "C /etc",
            "C /etc/group",
            "D /etc/passwd",
            "A /d",
            "A /d/e",
            "C /www",
            "D /www/index.html");
  }

  @Test
  void diff_of_an_untouched_container_is_empty() {
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    assertThat(docker.ok("diff", "boat")).isEmpty();
    assertThat(docker.refused("diff", "nosuch")).contains("No such container: nosuch");
  }

  @Test
  void diff_of_a_running_container_leaves_its_mounts_out() {
    boat.running("-v", dir + ":/www", "--tmpfs", "/tmp");
    boat.in("echo x > /tmp/x; echo x > /www/x; echo x > /dev/x; echo x > /root/x");
    assertThat(docker.ok("diff", "boat").lines()).containsExactly("C /root", "A /root/x");
  }

  @Test
  void files_and_directories_are_copied_into_a_running_container() throws IOException {
    boat.running();
    Path tree = Files.createDirectories(dir.resolve("tree/sub"));
    Files.writeString(tree.resolve("f"), "deep");
    Files.createSymbolicLink(tree.resolve("l"), Path.of("/nowhere"));
    Path file = Files.writeString(dir.resolve("file"), "content");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
    docker.ok("cp", file.toString(), "boat:/root/copy");
    docker.ok("cp", dir.resolve("tree").toString(), "boat:/root");
    docker.ok("cp", dir.resolve("tree") + "/.", "boat:/home");
    assertThat(boat.in("cat /root/copy; stat -c ' %a' /root/copy")).isEqualTo("content 751");
    assertThat(boat.in("cat /root/tree/sub/f /home/sub/f; readlink /root/tree/sub/l"))
        .isEqualTo("deepdeep/nowhere");
  }

  @Test
  void files_and_directories_are_copied_out_of_a_stopped_container() throws IOException {
    DockerCli.needs(23);
    boat.ended(
        "mkdir -p /d/e; echo one > /d/one; echo two > /d/e/two; ln -s one /d/l; ln -s /d /ld");
    docker.ok("cp", "boat:/d", dir.resolve("copy").toString());
    assertThat(dir.resolve("copy/e/two")).hasContent("two");
    assertThat(Files.readSymbolicLink(dir.resolve("copy/l"))).hasToString("one");
    docker.ok("cp", "boat:/d/one", dir + "/single");
    assertThat(dir.resolve("single")).hasContent("one");
    docker.ok("cp", "boat:/d/.", Files.createDirectory(dir.resolve("flat")).toString());
    assertThat(dir.resolve("flat/e/two")).hasContent("two");
    docker.ok("cp", "-L", "boat:/d/l", dir + "/followed");
    assertThat(Files.isRegularFile(dir.resolve("followed"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    docker.ok("cp", "boat:/ld", dir + "/link");
    assertThat(Files.readSymbolicLink(dir.resolve("link"))).hasToString("/d");
    assertThat(docker.refused("cp", "boat:/nosuch", dir.toString()))
        .contains("Could not find the file /nosuch in container boat");
    boat.assertIsNotMounted();
  }

  @Test
  void archives_go_through_standard_input_and_output() throws IOException {
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX, "cat", "/tmp/x/y");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      tar.directory("x", 0755).text("x/y", "piped\n").hardlink("x/z", "x/y", 0644, 0, 0);
    }
    docker.okWithInput(TestImages.temporary(bytes.toByteArray()), "cp", "-", "boat:/tmp");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo("piped");
    Path out = dir.resolve("out.tar");
    ProcessBuilder copy =
        new ProcessBuilder(
            "sh",
            "-c",
            "$2 -H unix://$0 cp boat:/tmp/x - > $1",
            daemon.socket().toString(),
            out.toString(),
            DockerCli.program());
    try (CliSession session = new CliSession(copy)) {
      session.endInput().exit().text();
    }
    assertThat(DockerCli.host("tar", "-tvf", out.toString()).text())
        .contains("x/\n", "x/y\n", "x/z link to x/y");
  }

  @Test
  void volumes_and_bind_mounts_are_seen_and_written() throws IOException {
    Path host = Files.createDirectory(dir.resolve("host"));
    docker.ok(
        "create",
        "--name",
        "boat",
        "-v",
        host + ":/bound",
        "-v",
        "/www",
        "-v",
        dir + ":/ro:ro",
        TestImages.BUSYBOX,
        "cat",
        "/www/index.html",
        "/www/file");
    Path file = Files.writeString(dir.resolve("file"), "copied");
    docker.ok("cp", file.toString(), "boat:/bound");
    assertThat(host.resolve("file")).hasContent("copied");
    docker.ok("cp", file.toString(), "boat:/www/");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo("hello from the web\ncopied");
    docker.ok("cp", "boat:/bound/file", dir + "/back");
    assertThat(dir.resolve("back")).hasContent("copied");
    assertThat(docker.refused("cp", file.toString(), "boat:/ro/new"))
        .contains("mounted volume is marked read-only");
    assertThat(dir.resolve("new")).doesNotExist();
    assertThat(docker.ok("diff", "boat")).doesNotContain("file");
    boat.assertIsNotMounted();
    docker.ok("rm", "-v", "boat");
  }

  @Test
  void a_read_only_root_is_not_written_but_its_volumes_are() throws IOException {
    boat.running("--read-only", "-v", "/data");
    Path file = Files.writeString(dir.resolve("file"), "x");
    assertThat(docker.refused("cp", file.toString(), "boat:/root"))
        .contains("container rootfs is marked read-only");
    docker.ok("cp", file.toString(), "boat:/data");
    assertThat(boat.in("cat /data/file")).isEqualTo("x");
  }

  @Test
  void ownership_is_the_archives_or_with_a_the_users() throws IOException {
    docker.ok("run", "-d", "--name", "boat", "--user", "user", TestImages.BUSYBOX, "sleep", "1000");
    Path file = Files.writeString(dir.resolve("file"), "x");
    docker.ok("cp", file.toString(), "boat:/tmp/plain");
    docker.ok("cp", "-a", file.toString(), "boat:/tmp/mine");
    assertThat(boat.in("stat -c %u:%g /tmp/plain /tmp/mine")).isEqualTo("0:0\n1000:1000");
  }

  @Test
  void ownership_is_kept_with_a_where_the_container_has_no_user_of_its_own() throws IOException {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "1000");
    Path file = Files.writeString(dir.resolve("file"), "x");
    DockerCli.host("chown", "1000:50", file.toString()).text();
    docker.ok("cp", "-a", file.toString(), "boat:/tmp/kept");
    docker.ok("cp", file.toString(), "boat:/tmp/plain");
    assertThat(boat.in("stat -c %u:%g /tmp/kept /tmp/plain")).isEqualTo("1000:50\n1000:50");
  }

  @Test
  void a_directory_is_not_put_over_a_file_nor_a_file_over_a_directory() throws IOException {
    boat.running();
    boat.in("echo x > /home/a; mkdir /home/b");
    Path tree = Files.createDirectories(dir.resolve("t"));
    Files.createDirectory(tree.resolve("a"));
    assertThat(docker.refused("cp", tree + "/.", "boat:/home"))
        .contains("cannot overwrite non-directory \"/home/a\" with directory \"/home\"");
    Files.delete(tree.resolve("a"));
    Files.writeString(tree.resolve("b"), "file");
    assertThat(docker.refused("cp", tree + "/.", "boat:/home"))
        .contains("cannot overwrite directory \"/home/b\" with non-directory \"/home\"");
    assertThat(docker.refused("cp", tree.toString(), "boat:/home/a"))
        .contains("cannot copy directory");
  }

  @Test
  void links_lead_nowhere_but_into_the_container() throws IOException {
    DockerCli.needs(23);
    Path victim = Files.createDirectory(dir.resolve("victim"));
    Files.writeString(victim.resolve("secret"), "of the host");
    boat.ended("ln -s " + victim + " /trap; ln -s ../../../../../../../../" + victim + " /up");
    assertThat(docker.refused("cp", "boat:/trap/secret", dir.toString()))
        .contains("Could not find the file /trap/secret");
    assertThat(docker.refused("cp", "boat:/up/secret", dir.toString())).contains("Could not find");
    Path file = Files.writeString(dir.resolve("file"), "x");
    docker.run("cp", file.toString(), "boat:/trap/");
    docker.run("cp", file.toString(), "boat:/up/");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      tar.symlink("esc", victim.toString()).text("esc/planted", "x");
    }
    try (CliSession copy = docker.start("cp", "-", "boat:/tmp")) {
      assertThat(copy.send(bytes.toByteArray()).endInput().exit().stderr())
          .contains("cannot extract \"/tmp/esc/planted\"");
    }
    assertThat(victim).isDirectoryContaining(path -> path.endsWith("secret"));
    try (var left = Files.list(victim)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void a_container_that_swaps_links_while_files_are_copied_gets_nothing() throws IOException {
    Path victim = Files.createDirectory(dir.resolve("victim"));
    Files.writeString(victim.resolve("f"), "of the host");
    boat.running();
    boat.in("mkdir /real; echo inside > /real/f; ln -s " + victim + " /link");
    docker.ok(
        "exec",
        "-d",
        "boat",
        "sh",
        "-c",
        "while :; do rm -rf /way; ln -s " + victim + " /way; rm /way; cp -r /real /way; done");
    Path file = Files.writeString(dir.resolve("f"), "planted");
    for (int i = 0; i < 30; i++) {
      Path out = dir.resolve("out" + i);
      docker.run("cp", "boat:/way/f", out.toString());
      assertThat(Files.exists(out) ? Files.readString(out) : "").doesNotContain("of the host");
      docker.run("cp", file.toString(), "boat:/way/f");
      assertThat(victim.resolve("f")).hasContent("of the host");
    }
    try (var left = Files.list(victim)) {
      assertThat(left).hasSize(1);
    }
  }
}
