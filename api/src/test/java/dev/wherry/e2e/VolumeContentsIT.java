package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in volumes: what the image puts there, who shares it, and how long it stays. */
@EndToEnd
class VolumeContentsIT {
  private static final String IMAGE = "fitted";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  VolumeContentsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void makeImage() {
    Path archive =
        TestImages.temporary(
            TestImages.busyboxWith(
                tar -> {
                  tar.directory("srv", 02750);
                  tar.file(
                      "srv/tool",
                      04755,
                      1000,
                      50,
                      Map.of("SCHILY.xattr.user.colour", "red"),
                      TestImages.bytes("#!/bin/sh\n"));
                  tar.hardlink("srv/twin", "srv/tool", 04755, 1000, 50);
                  tar.symlink("srv/away", "/etc/passwd");
                  tar.symlink("srv/nowhere", "gone");
                }));
    docker.okWithInput(archive, "import", "-c", "ENV PATH=/bin", "-", IMAGE);
  }

  @AfterEach
  void removeAll() {
    docker.removeAllContainers();
    docker.ok("volume", "ls", "-q").lines().forEach(name -> docker.ok("volume", "rm", "-f", name));
    docker.ok("rmi", "-f", IMAGE);
  }

  private String sh(String image, String script, String... flags) {
    return docker.ok(
        DockerCli.line(List.of("run", "--rm"), List.of(flags), List.of(image, "sh", "-c", script)));
  }

  @Test
  void the_first_use_copies_owners_modes_attributes_and_links_as_they_are() {
    String seen =
        sh(
            IMAGE,
            "stat -c '%n %a %u:%g' /data /data/tool; readlink /data/away; readlink /data/nowhere;"
                + " [ /data/tool -ef /data/twin ] && echo same",
            "-v",
            "hold:/srv",
            "-v",
            "hold:/data");
    assertThat(seen.lines())
        .containsExactly(
            "/data 2750 0:0", "/data/tool 4755 1000:50", "/etc/passwd", "gone", "same");
    Path tool =
        Path.of(docker.ok("volume", "inspect", "-f", "{{.Mountpoint}}", "hold")).resolve("tool");
    assertThat(
            DockerCli.host(
                    "python3",
                    "-c",
                    "import os, sys; print(os.getxattr(sys.argv[1], 'user.colour').decode())",
                    tool.toString())
                .text())
        .isEqualTo("red");
  }

  @Test
  void a_volume_with_something_in_it_is_left_as_it_is() {
    sh(TestImages.BUSYBOX, "echo mine > /data/file", "-v", "hold:/data");
    assertThat(sh(IMAGE, "ls /srv", "-v", "hold:/srv")).isEqualTo("file");
  }

  @Test
  void volumes_from_another_come_with_its_mode_or_read_only() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "-v",
        "hold:/hold",
        "-v",
        "deck:/deck:ro",
        TestImages.BUSYBOX,
        "sleep",
        "600");
    String try1 = "touch /hold/x && echo w; touch /deck/x 2>/dev/null || echo r";
    assertThat(sh(TestImages.BUSYBOX, try1, "--volumes-from", "boat")).isEqualTo("w\nr");
    String try2 = "touch /hold/x 2>/dev/null || echo r; touch /deck/x 2>/dev/null || echo r";
    assertThat(sh(TestImages.BUSYBOX, try2, "--volumes-from", "boat:ro")).isEqualTo("r\nr");
    assertThat(docker.refused("create", "--volumes-from", "nobody", TestImages.BUSYBOX))
        .contains("No such container: nobody");
    assertThat(docker.refused("create", "--volumes-from", "boat:odd", TestImages.BUSYBOX))
        .contains("invalid mode: odd");
    docker.ok("create", "--name", "heir", "--volumes-from", "boat:ro", TestImages.BUSYBOX);
    assertThat(docker.ok("inspect", "-f", "{{range .Mounts}}[{{.Mode}}{{.RW}}]{{end}}", "heir"))
        .isEqualTo("[false][false]");
  }

  @Test
  void what_one_writes_the_others_see_at_once() {
    docker.ok("run", "-d", "--name", "one", "-v", "hold:/data", TestImages.BUSYBOX, "sleep", "600");
    docker.ok(
        "run", "-d", "--name", "two", "-v", "hold:/data:ro", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("exec", "one", "sh", "-c", "echo ahoy > /data/file");
    assertThat(docker.ok("exec", "two", "cat", "/data/file")).isEqualTo("ahoy");
    assertThat(docker.run("exec", "two", "touch", "/data/x").stderr()).contains("Read-only");
    assertThat(docker.ok("system", "df", "-v", "--format", "{{json .Volumes}}"))
        .contains("\"Name\":\"hold\"", "\"Links\":\"2\"", "\"Size\":\"5B\"");
    assertThat(docker.refused("volume", "rm", "hold")).contains("volume is in use - [");
  }

  @Test
  void lists_know_names_drivers_labels_and_who_is_without_a_user() {
    docker.ok("volume", "create", "--label", "kind=wet", "hold");
    docker.ok("volume", "create", "deck");
    docker.ok("create", "-v", "deck:/data", TestImages.BUSYBOX);
    assertThat(filtered("name=ho")).isEqualTo("hold");
    assertThat(filtered("driver=local").lines()).containsExactlyInAnyOrder("hold", "deck");
    assertThat(filtered("driver=nosuch")).isEmpty();
    assertThat(filtered("label=kind")).isEqualTo("hold");
    assertThat(filtered("label=kind=dry")).isEmpty();
    assertThat(filtered("dangling=false")).isEqualTo("deck");
    assertThat(docker.refused("volume", "ls", "--filter", "dangling=perhaps")).contains("dangling");
  }

  private String filtered(String filter) {
    return docker.ok("volume", "ls", "-q", "--filter", filter);
  }

  @Test
  void an_old_client_that_prunes_takes_named_volumes_too_and_a_new_one_those_of_containers() {
    docker.ok("volume", "create", "hold");
    docker.ok("run", "-v", "/data", TestImages.BUSYBOX, "true");
    docker.ok("ps", "-aq").lines().forEach(id -> docker.ok("rm", id));
    assertThat(docker.ok("volume", "ls", "-q").lines()).hasSize(2);
    assertThat(prune("/v1.44/volumes/prune")).contains("\"VolumesDeleted\":[\"");
    assertThat(docker.ok("volume", "ls", "-q")).isEqualTo("hold");
    assertThat(prune("/v1.41/volumes/prune")).contains("\"VolumesDeleted\":[\"hold\"]");
  }

  private String prune(String path) {
    return RawHttp.send(daemon.socket(), "POST", path, "").body();
  }

  @Test
  void a_volume_that_nobody_named_is_marked_so() {
    String name = docker.ok("volume", "create", "--label", "a=b");
    assertThat(docker.ok("volume", "inspect", "-f", "{{json .Labels}}", name))
        .isEqualTo("{\"a\":\"b\",\"com.docker.volume.anonymous\":\"\"}");
    docker.ok("create", "--name", "boat", "-v", "/deck", TestImages.BUSYBOX);
    docker.ok("volume", "create", "hold");
    assertThat(docker.ok("volume", "ls", "-q", "-f", "label=com.docker.volume.anonymous").lines())
        .hasSize(2)
        .contains(name);
    docker.ok("rm", "-v", "boat");
    docker.ok("volume", "rm", "hold", name);
  }

  @Test
  void what_only_a_swarm_has_is_refused_by_name_and_so_are_bad_bodies() {
    assertThat(create("{\"Name\":\"hold\",\"ClusterVolumeSpec\":{\"Group\":\"g\"}}").body())
        .contains("cluster volume");
    RawHttp.Answer update = RawHttp.send(daemon.socket(), "PUT", "/v1.44/volumes/hold", "{}");
    assertThat(update.status()).isEqualTo(503);
    assertThat(update.body())
        .contains("volume update only valid for cluster volumes, but swarm is unavailable");
    assertThat(create("{\"Name\":7}").status()).isEqualTo(400);
    assertThat(create("{\"Name\":\"hold\"} more").body()).contains("unexpected content after JSON");
    assertThat(create("{\"Name\":\"hold\",\"DriverOpts\":[]}").status()).isEqualTo(400);
    assertThat(create("{\"Name\":\"" + "a".repeat(300) + "\"}").status())
        .as("longer than a directory's name can be")
        .isGreaterThanOrEqualTo(400);
    assertThat(docker.ok("volume", "ls", "-q")).isEmpty();
  }

  private RawHttp.Answer create(String body) {
    return RawHttp.send(daemon.socket(), "POST", "/v1.44/volumes/create", body);
  }

  @Test
  void a_device_that_is_not_there_is_told_and_the_container_can_start_when_it_is() {
    Path device = Path.of(daemon.socket().getParent().toString(), "device");
    docker.ok(
        "volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=" + device, "hold");
    docker.ok("create", "--name", "boat", "-v", "hold:/data", TestImages.BUSYBOX, "sleep", "600");
    assertThat(docker.refused("start", "boat")).contains("no such file or directory");
    assertThat(device.toFile().mkdir()).isTrue();
    docker.ok("start", "boat");
    docker.ok("exec", "boat", "touch", "/data/here");
    assertThat(device.resolve("here")).exists();
    docker.ok("rm", "-f", "boat");
    docker.ok("volume", "rm", "hold");
    assertThat(device.resolve("here")).exists();
    await().until(() -> DockerCli.host("rm", "-r", device.toString()).exitCode() == 0);
  }
}
