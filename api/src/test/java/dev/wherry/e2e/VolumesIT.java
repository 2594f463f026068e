package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes of the local driver: their options, lists, prunes and sizes. */
@EndToEnd
class VolumesIT {
  private final DockerCli docker;
  private final List<String> volumes = new ArrayList<>();

  @TempDir private Path dir;

  VolumesIT(DockerCli docker) {
    this.docker = docker;
  }

  @AfterEach
  void removeVolumes() {
    docker.removeAllContainers();
    volumes.forEach(name -> docker.ok("volume", "rm", "-f", name));
  }

  private void volume(String name, String... flags) {
    volumes.add(name);
    assertThat(
            docker.ok(DockerCli.line(List.of("volume", "create"), List.of(flags), List.of(name))))
        .isEqualTo(name);
  }

  private String sh(String mount, String script) {
    return docker.ok("run", "--rm", "-v", mount, TestImages.BUSYBOX, "sh", "-c", script);
  }

  @Test
  void a_volume_may_be_a_directory_of_the_host_which_its_removal_leaves_alone() throws IOException {
    Files.writeString(dir.resolve("file"), "precious");
    volume("hold", "-o", "type=none", "-o", "o=bind", "-o", "device=" + dir);
    assertThat(sh("hold:/data", "cat /data/file; echo more > /data/more")).isEqualTo("precious");
    assertThat(dir.resolve("more")).hasContent("more\n");
    assertThat(docker.ok("volume", "inspect", "-f", "{{.Options.o}} {{.Options.device}}", "hold"))
        .isEqualTo("bind " + dir);
    docker.ok("volume", "rm", "hold");
    assertThat(dir.resolve("file")).hasContent("precious");
  }

  @Test
  void a_volume_may_be_memory_that_its_users_share_and_that_ends_with_the_last() {
    volume("pool", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m,uid=1000");
    docker.ok(
        "run", "-d", "--name", "one", "-v", "pool:/data", TestImages.BUSYBOX, "sleep", "1000");
    docker.ok("exec", "one", "sh", "-c", "echo kept > /data/file");
    assertThat(sh("pool:/data", "cat /data/file; grep /data /proc/mounts"))
        .startsWith("kept")
        .contains("size=1024k,uid=1000");
    assertThat(docker.ok("exec", "one", "cat", "/data/file")).isEqualTo("kept");
    docker.ok("rm", "-f", "one");
    assertThat(sh("pool:/data", "ls /data")).isEmpty();
  }

  @Test
  void the_mount_flag_takes_the_drivers_options() {
    volumes.add("pool");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "--mount",
                "type=volume,src=pool,dst=/data,volume-opt=type=tmpfs,volume-opt=device=tmpfs",
                TestImages.BUSYBOX,
                "grep",
                " /data ",
                "/proc/mounts"))
        .startsWith("tmpfs /data tmpfs");
  }

  @Test
  void what_cannot_be_mounted_is_told_at_the_start_and_leaves_nothing() {
    volume("far", "-o", "type=nfs", "-o", "device=:/export", "-o", "o=addr=127.0.0.1,soft,retry=0");
    assertThat(docker.refused("run", "--rm", "-v", "far:/data", TestImages.BUSYBOX, "true"))
        .contains("error while mounting volume '", "failed to mount local volume: mount :/export:");
    volume("odd", "-o", "type=nosuchfs", "-o", "device=none");
    assertThat(docker.refused("run", "--rm", "-v", "odd:/data", TestImages.BUSYBOX, "true"))
        .contains("failed to mount local volume: mount none:", "no such device");
  }

  @Test
  void options_and_names_are_checked_at_create() {
    assertThat(docker.refused("volume", "create", "-o", "colour=red", "hold"))
        .contains("create hold: invalid option: \"colour\"");
    assertThat(docker.refused("volume", "create", "-o", "type=tmpfs", "hold"))
        .contains("create hold: missing required option: \"device\"");
    assertThat(docker.refused("volume", "create", "a b"))
        .contains("create a b: \"a b\" includes invalid characters for a local volume name");
    assertThat(docker.refused("volume", "create", "../etc")).contains("invalid characters");
    assertThat(docker.refused("volume", "create", "-d", "nosuch", "hold"))
        .contains("plugin \"nosuch\" not found");
    assertThat(docker.ok("volume", "ls", "-q")).isEmpty();
  }

  @Test
  void a_name_that_is_there_is_the_same_volume() {
    volume("hold", "--label", "a=1");
    volume("hold", "--label", "a=2");
    assertThat(docker.ok("volume", "inspect", "-f", "{{.Labels.a}}", "hold")).isEqualTo("1");
  }

  @Test
  void lists_are_filtered_and_prune_takes_the_unnamed_first() {
    DockerCli.needs(23);
    volume("hold", "--label", "kind=wet");
    volume("deck");
    docker.ok(
        "run", "--name", "boat", "-v", "/data", "-v", "deck:/deck", TestImages.BUSYBOX, "true");
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "label=kind=wet")).isEqualTo("hold");
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "dangling=true")).isEqualTo("hold");
    docker.ok("rm", "boat");
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "dangling=true").lines()).hasSize(3);
    assertThat(docker.ok("volume", "prune", "-f")).contains("Deleted Volumes:");
    assertThat(docker.ok("volume", "ls", "-q").lines()).containsExactlyInAnyOrder("hold", "deck");
    assertThat(docker.ok("volume", "prune", "-af", "--filter", "label!=kind")).contains("deck");
    assertThat(docker.ok("volume", "ls", "-q")).isEqualTo("hold");
    assertThat(docker.refused("volume", "ls", "--filter", "colour=red"))
        .contains("invalid filter 'colour'");
  }

  @Test
  void system_df_tells_what_volumes_take() {
    volume("hold");
    sh("hold:/data", "dd if=/dev/zero of=/data/file bs=1000 count=100 2>/dev/null");
    assertThat(docker.ok("system", "df", "-v", "--format", "{{json .Volumes}}"))
        .contains("\"Name\":\"hold\"", "\"Size\":\"100kB\"", "\"Links\":\"0\"");
  }

  @Test
  void image_content_fills_a_volume_once_and_not_with_nocopy() {
    volume("hold");
    assertThat(sh("hold:/www:nocopy", "ls /www")).isEmpty();
    assertThat(sh("hold:/www", "cat /www/index.html; rm /www/index.html; touch /www/other"))
        .isEqualTo("hello from the web");
    assertThat(sh("hold:/www", "ls /www")).isEqualTo("other");
  }

  @Test
  void events_tell_of_volumes_and_of_who_mounts_them() {
    String since = DockerCli.now();
    volume("hold");
    String id = docker.ok("run", "-d", "-v", "hold:/data:ro", TestImages.BUSYBOX, "sleep", "1000");
    docker.ok("rm", "-f", id);
    docker.ok("volume", "rm", "hold");
    String until = Long.toString(System.currentTimeMillis() / 1000 + 1);
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    since,
                    "--until",
                    until,
                    "--filter",
                    "volume=hold",
                    "--format",
                    "{{.Action}} {{json .Actor.Attributes}}")
                .lines())
        .containsExactly(
            "create {\"driver\":\"local\"}",
            "mount {\"container\":\""
                + id
                + "\",\"destination\":\"/data\",\"driver\":\"local\",\"propagation\":\"\",\"read/write\":\"false\"}",
            "unmount {\"container\":\"" + id + "\",\"driver\":\"local\"}",
            "destroy {\"driver\":\"local\"}");
  }
}
