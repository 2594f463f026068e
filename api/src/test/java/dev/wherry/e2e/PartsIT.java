package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts of images and of parts of volumes and images. */
@EndToEnd
class PartsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  PartsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void volume() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "older engines have neither");
    mount(
        "type=volume,source=whole,target=/w",
        "mkdir -p /w/a/b; echo deep > /w/a/b/file; echo top > /w/secret; ln -s / /w/out;"
            + " ln -s a/b /w/in; ln -s ../.. /w/a/up");
  }

  @AfterEach
  void removeVolume() {
    docker.removeAllContainers();
    docker.run("volume", "rm", "-f", "whole");
  }

  private String mount(String mount, String script) {
    return docker.ok("run", "--rm", "--mount", mount, TestImages.BUSYBOX, "sh", "-c", script);
  }

  @Test
  void a_part_of_a_volume_is_all_that_is_seen_of_it() {
    String volume = "type=volume,source=whole,target=/p,volume-subpath=";
    assertThat(mount(volume + "a", "cat /p/b/file; ls /p; echo new > /p/b/new"))
        .isEqualTo("deep\nb\nup");
    assertThat(mount(volume + "in", "cat /p/new")).isEqualTo("new");
    assertThat(mount(volume + "secret", "cat /p")).isEqualTo("top");
    assertThat(mount(volume + "a,readonly", "touch /p/x 2>&1; true")).contains("Read-only");
  }

  @Test
  void nothing_outside_of_the_volume_can_be_its_part() {
    for (String part : new String[] {"out", "out/etc", "a/up/..", "nosuch", "secret/x"}) {
      assertThat(
              docker.refused(
                  "run",
                  "--rm",
                  "--mount",
                  "type=volume,source=whole,target=/p,volume-subpath=" + part,
                  TestImages.BUSYBOX,
                  "ls",
                  "/p"))
          .as(part)
          .matches("(?s).*(escapes base|cannot access path).*");
    }
    assertThat(
            docker.refused(
                "create",
                "--mount",
                "type=volume,source=whole,target=/p,volume-subpath=../x",
                TestImages.BUSYBOX))
        .contains("subpath must be a relative path within the volume");
  }

  @Test
  void who_swaps_the_part_for_a_link_gains_nothing() throws IOException {
    Path host = Files.createDirectory(dir.resolve("victim"));
    Files.writeString(host.resolve("canary"), "canary");
    docker.ok(
        "run",
        "-d",
        "--name",
        "swapper",
        "-v",
        "whole:/w",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "cd /w; mkdir x; ln -s "
            + host
            + " link; while :; do mv x y; mv link x; mv x link; mv y x; done");
    for (int i = 0; i < 15; i++) {
      CliResult result =
          docker.run(
              "run",
              "--rm",
              "--mount",
              "type=volume,source=whole,target=/p,volume-subpath=x",
              TestImages.BUSYBOX,
              "ls",
              "/p");
      assertThat(result.stdout() + result.stderr()).doesNotContain("canary\n");
      assertThat(result.stdout()).isEmpty();
    }
  }

  @Test
  void an_image_can_be_mounted_whole_or_in_part() {
    String image = "type=image,source=" + TestImages.BUSYBOX + ",target=/i";
    assertThat(mount(image, "cat /i/etc/passwd | head -1; touch /i/mine && echo may"))
        .startsWith("root:")
        .endsWith("may");
    assertThat(mount(image + ",readonly", "touch /i/mine 2>&1; true")).contains("Read-only");
    assertThat(mount(image + ",image-subpath=etc", "head -1 /i/passwd")).startsWith("root:");
    // The command line would try to pull it.
    String absent =
        """
        {"Image":"busybox","HostConfig":
          {"Mounts":[{"Type":"image","Source":"nosuch","Target":"/i"}]}}
        """;
    assertThat(RawHttp.send(daemon.socket(), "POST", "/v1.50/containers/create", absent).body())
        .contains("No such image: nosuch");
    docker.ok("create", "--name", "boat", "--mount", image, TestImages.BUSYBOX);
    assertThat(docker.ok("inspect", "-f", "{{json .Mounts}}", "boat"))
        .contains("\"Type\":\"image\"", "\"Destination\":\"/i\"");
  }

  @Test
  void copies_into_and_out_of_a_stopped_container_see_them_too() throws IOException {
    docker.ok(
        "create",
        "--name",
        "boat",
        "--mount",
        "type=volume,source=whole,target=/p,volume-subpath=a",
        "--mount",
        "type=image,source=" + TestImages.BUSYBOX + ",target=/i",
        TestImages.BUSYBOX,
        "cat",
        "/p/sent",
        "/i/sent");
    Path sent = Files.writeString(dir.resolve("sent"), "sent ");
    docker.ok("cp", sent.toString(), "boat:/p/sent");
    docker.ok("cp", sent.toString(), "boat:/i/sent");
    docker.ok("cp", "boat:/p/b/file", dir.resolve("got").toString());
    assertThat(Files.readString(dir.resolve("got"))).isEqualTo("deep\n");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo("sent sent ");
  }

  @Test
  void copies_see_volumes_that_are_mounts() throws IOException {
    Path device = Files.createDirectory(dir.resolve("device"));
    docker.ok(
        "volume",
        "create",
        "-d",
        "local",
        "-o",
        "type=none",
        "-o",
        "o=bind",
        "-o",
        "device=" + device,
        "elsewhere");
    try {
      docker.ok("create", "--name", "boat", "-v", "elsewhere:/e", TestImages.BUSYBOX);
      docker.ok("cp", Files.writeString(dir.resolve("x"), "x").toString(), "boat:/e/x");
      assertThat(device.resolve("x")).hasContent("x");
    } finally {
      docker.ok("rm", "boat");
      docker.ok("volume", "rm", "elsewhere");
    }
  }
}
