package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places in a container that nothing may be bound onto, by a user or by an image. */
@EndToEnd
class MountTargetsIT {
  private static final String INSIDE = "cannot be mounted because it is inside /proc";

  private final DockerCli docker;

  @TempDir private Path dir;

  MountTargetsIT(DockerCli docker) {
    this.docker = docker;
  }

  @AfterEach
  void nothing_is_left() {
    assertThat(docker.ok("ps", "-aq")).isEmpty();
  }

  private String refusedRun(String... options) {
    return docker.refused(DockerCli.line(List.of("run", "--rm"), List.of(options), List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/self",
        "/proc/1/fd",
        "/proc/sys/kernel",
        "/proc/nosuch",
        "/etc/../proc/self/attr",
        "/proc/net/dev"
      })
  void nothing_is_bound_into_proc(String target) {
    assertThat(refusedRun("-v", dir + ":" + target, TestImages.BUSYBOX, "true")).contains(INSIDE);
  }

  @Test
  void proc_itself_is_replaced_by_a_procfs_alone() {
    assertThat(refusedRun("-v", dir + ":/proc", TestImages.BUSYBOX, "true"))
        .contains("cannot be mounted because it is not of type proc");
    assertThat(refusedRun("-v", "/proc/self:/proc", TestImages.BUSYBOX, "true"))
        .contains("cannot be mounted because it is not of type proc");
    assertThat(
            docker.ok(
                "run", "--rm", "-v", "/proc:/proc", TestImages.BUSYBOX, "cat", "/proc/1/comm"))
        .isEqualTo(readString(Path.of("/proc/1/comm")));
  }

  @Test
  void files_that_tell_of_the_machine_may_be_replaced() throws IOException {
    Path uptime = Files.writeString(dir.resolve("uptime"), "42.00 40.00\n");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "-v",
                uptime + ":/proc/uptime:ro",
                "--tmpfs",
                "/proc/acpi",
                TestImages.BUSYBOX,
                "cat",
                "/proc/uptime"))
        .isEqualTo("42.00 40.00");
  }

  @Test
  void an_image_leads_no_mount_into_proc_by_a_volume_or_a_link() {
    String container =
        docker.ok(
            "run",
            "-d",
            TestImages.BUSYBOX,
            "sh",
            "-c",
            "ln -s /proc/self /data; ln -s data/../../proc/sys /more; ln -s / /top");
    docker.ok("wait", container);
    docker.ok("commit", "-c", "VOLUME /proc/self/attr", container, "volume:in-proc");
    docker.ok("commit", container, "links:to-proc");
    docker.ok("rm", container);
    try {
      assertThat(refusedRun("volume:in-proc", "true")).contains(INSIDE);
      for (String target : new String[] {"/data", "/data/attr", "/more/kernel", "/top/proc/self"}) {
        assertThat(refusedRun("-v", "a-volume:" + target, "links:to-proc", "true"))
            .as(target)
            .contains(INSIDE);
      }
    } finally {
      docker.ok("rmi", "volume:in-proc", "links:to-proc");
      docker.ok("volume", "rm", "a-volume");
    }
  }

  private static String readString(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
