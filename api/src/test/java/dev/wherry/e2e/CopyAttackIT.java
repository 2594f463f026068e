package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers that attack whoever copies from and to them; see {@link ContentsIT} for links. */
@EndToEnd
class CopyAttackIT {
  private static final int TRIES = 25;

  private final DockerCli docker;

  private @TempDir Path dir;
  private Path victim;

  CopyAttackIT(DockerCli docker) {
    this.docker = docker;
  }

  @BeforeEach
  void makeVictim() throws IOException {
    victim = Files.createDirectories(dir.resolve("victim/hold"));
    Files.writeString(victim.resolve("f"), "of the host");
  }

  private void assertVictimIsWhole() throws IOException {
    assertThat(victim.resolve("f")).hasContent("of the host");
    try (var left = Files.list(victim)) {
      assertThat(left).hasSize(1);
    }
  }

  /** The place where a directory of the host is mounted turns into a link, again and again. */
  @Test
  void a_mount_whose_place_is_swapped_for_a_link_leads_nowhere() throws IOException {
    Path shared = Files.createDirectories(dir.resolve("shared"));
    Files.writeString(shared.resolve("f"), "shared");
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "-v",
        shared + ":/way/hold",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "ln -s %s /link; echo on; while :; do mv /way /w2; mv /link /way; mv /way /link; mv /w2 /way; done"
            .formatted(victim.getParent()));
    await().until(() -> docker.ok("logs", "boat").equals("on"));
    Path file = Files.writeString(dir.resolve("f"), "planted");
    for (int i = 0; i < TRIES; i++) {
      Path out = dir.resolve("out" + i);
      docker.run("cp", "boat:/way/hold/f", out.toString());
      assertThat(Files.exists(out) ? Files.readString(out) : "").doesNotContain("of the host");
      docker.run("cp", file.toString(), "boat:/way/hold/f");
      assertVictimIsWhole();
    }
    docker.ok("kill", "boat");
    docker.ok("wait", "boat");
    docker.run("cp", file.toString(), "boat:/way/hold/f");
    docker.run("cp", "boat:/way/hold/f", dir.resolve("last").toString());
    assertVictimIsWhole();
  }

  /** The kind of a file changes under the hands of one who reads it. */
  @Test
  void a_tree_that_changes_while_it_is_copied_gives_nothing_of_the_host() throws IOException {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "mkdir -p /t/d; echo on; while :; do rm -rf /t/d; ln -s %s /t/d; rm /t/d; mkdir /t/d; echo x > /t/d/f; done"
            .formatted(victim));
    await().until(() -> docker.ok("logs", "boat").equals("on"));
    Path in = Files.createDirectories(dir.resolve("in/d"));
    Files.writeString(in.resolve("f"), "planted");
    for (int i = 0; i < TRIES; i++) {
      Path out = Files.createDirectory(dir.resolve("tree" + i));
      docker.run("cp", "boat:/t", out.toString());
      Path copied = out.resolve("t/d");
      if (Files.isDirectory(copied) && !Files.isSymbolicLink(copied)) {
        assertThat(copied.resolve("f"))
            .satisfiesAnyOf(
                absent -> assertThat(absent).doesNotExist(),
                present -> assertThat(Files.readString(present)).doesNotContain("host"));
      }
      docker.run("cp", in.getParent() + "/.", "boat:/t");
      assertVictimIsWhole();
    }
  }

  /** CVE-2019-14271: a copy ran what the container had put into its libraries. */
  @Test
  void nothing_of_the_container_is_executed_by_a_copy() throws IOException {
    String trap =
        "printf '#!/bin/busybox sh\\nbusybox touch /ran\\n' > /trap; busybox chmod 755 /trap; "
            + "for p in tar gzip gunzip unpigz xz zstd cp sh; do "
            + "busybox rm -f /bin/$p /usr/bin/$p; busybox cp /trap /bin/$p; done; echo set";
    docker.ok("run", "--name", "boat", TestImages.BUSYBOX, "/bin/busybox", "sh", "-c", trap);
    assertThat(docker.ok("logs", "boat")).isEqualTo("set");
    Path file = Files.writeString(dir.resolve("in"), "content");
    docker.ok("cp", file.toString(), "boat:/in");
    docker.ok("cp", "boat:/bin", dir.resolve("out").toString());
    docker.ok("export", "-o", dir.resolve("export.tar").toString(), "boat");
    assertThat(docker.ok("diff", "boat")).contains("A /in").doesNotContain("/ran");
  }
}
