package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bind mounts, tmpfs and volumes. */
@EndToEnd
class MountsIT {
  private final DockerCli docker;

  @TempDir private Path dir;

  MountsIT(DockerCli docker) {
    this.docker = docker;
  }

  private String sh(String flag, String value, String script) {
    return docker.ok("run", "--rm", flag, value, TestImages.BUSYBOX, "sh", "-c", script);
  }

  @Test
  void a_directory_of_the_host_is_seen_and_written() throws IOException {
    Files.writeString(dir.resolve("in"), "from the host");
    assertThat(sh("-v", dir + ":/data", "cat /data/in; echo back > /data/out"))
        .isEqualTo("from the host");
    assertThat(Files.readString(dir.resolve("out"))).isEqualTo("back\n");
  }

  @Test
  void a_single_file_can_be_mounted() throws IOException {
    Path file = Files.writeString(dir.resolve("conf"), "x=1");
    assertThat(sh("-v", file + ":/etc/conf:ro", "cat /etc/conf")).isEqualTo("x=1");
  }

  @Test
  void read_only_is_kept() {
    CliResult result =
        docker.run("run", "--rm", "-v", dir + ":/data:ro", TestImages.BUSYBOX, "touch", "/data/x");
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.stderr()).contains("Read-only file system");
    assertThat(dir.resolve("x")).doesNotExist();
  }

  @Test
  void a_missing_source_is_made_by_v_and_refused_by_mount() {
    Path missing = dir.resolve("made");
    sh("-v", missing + ":/data", "true");
    assertThat(missing).isDirectory();
    assertThat(
            docker.refused(
                "create",
                "--mount",
                "type=bind,source=" + dir.resolve("nope") + ",target=/data",
                TestImages.BUSYBOX))
        .contains("bind source path does not exist: " + dir.resolve("nope"));
  }

  @Test
  void tmpfs_is_memory_with_its_options() {
    assertThat(sh("--tmpfs", "/scratch:size=1m,mode=700", "grep /scratch /proc/mounts"))
        .startsWith("tmpfs /scratch tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700");
  }

  @Test
  void a_tmpfs_has_its_owner_and_runs_nothing_unless_it_may() {
    String script = "stat -c %a:%u:%g /s; printf '#!/bin/sh\necho ran' > /s/x; chmod +x /s/x; /s/x";
    assertThat(sh("--tmpfs", "/s:exec,mode=755,uid=7,gid=8,nr_inodes=9", script))
        .isEqualTo("755:7:8\nran");
    assertThat(sh("--tmpfs", "/s", script + " 2>&1; true"))
        .startsWith("1777:0:0\n")
        .contains("Permission denied");
    assertThat(
            docker.refused("run", "--rm", "--tmpfs", "/s:colour=red", TestImages.BUSYBOX, "true"))
        .contains("invalid tmpfs option [\"colour\" \"red\"]");
  }

  @Test
  void a_tmpfs_of_mount_has_its_size_and_mode() {
    String mount = "type=tmpfs,target=/s";
    assertThat(
            sh(
                "--mount",
                mount + ",tmpfs-size=1m,tmpfs-mode=1750",
                "grep ' /s ' /proc/mounts; stat -c %a /s; head -c 2000000 /dev/zero > /s/x; stat -c %s /s/x"))
        .startsWith("tmpfs /s tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=1750")
        .endsWith("\n1750\n1048576");
    assertThat(sh("--mount", mount + ",readonly", "touch /s/x 2>&1; true")).contains("Read-only");
    assertThat(docker.refused("create", "--mount", mount + ",source=/tmp", TestImages.BUSYBOX))
        .contains("invalid mount config for type \"tmpfs\": field Source must not be specified");
  }

  @Test
  void in_a_read_only_root_what_is_mounted_can_be_written() {
    String script =
        """
        for d in / /run /s /hold /bound /dev /dev/shm /etc; do
          (echo x > $d/x) 2>/dev/null && echo $d
        done
        (echo x >> /etc/hosts) 2>/dev/null && echo hosts
        true
        """;
    try {
      assertThat(
              docker.ok(
                  "run",
                  "--rm",
                  "--read-only",
                  "--tmpfs",
                  "/run",
                  "--mount",
                  "type=tmpfs,target=/s",
                  "-v",
                  "hold:/hold",
                  "-v",
                  dir + ":/bound",
                  TestImages.BUSYBOX,
                  "sh",
                  "-c",
                  script))
          .isEqualTo("/run\n/s\n/hold\n/bound\n/dev\n/dev/shm");
    } finally {
      docker.ok("volume", "rm", "hold");
    }
  }

  @Test
  void a_named_volume_outlives_its_containers() {
    try {
      sh("-v", "hold:/data", "echo kept > /data/file");
      assertThat(sh("-v", "hold:/data", "cat /data/file")).isEqualTo("kept");
      assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=hold")).isEqualTo("hold");
      assertThat(docker.ok("volume", "inspect", "-f", "{{.Driver}} {{.Scope}}", "hold"))
          .isEqualTo("local local");
    } finally {
      docker.ok("volume", "rm", "hold");
    }
    assertThat(docker.refused("volume", "inspect", "hold")).containsIgnoringCase("no such volume");
  }

  @Test
  void a_volume_begins_with_what_the_image_has_there() {
    assertThat(sh("-v", "/www", "cat /www/index.html")).isEqualTo("hello from the web");
  }

  @Test
  void a_volume_in_use_is_kept() {
    docker.ok("create", "--name", "user", "-v", "busy:/data", TestImages.BUSYBOX);
    assertThat(docker.refused("volume", "rm", "busy")).contains("volume is in use");
    docker.ok("rm", "user");
    docker.ok("volume", "rm", "busy");
  }

  @Test
  void anonymous_volumes_go_with_rm_v_and_with_run_rm() {
    sh("-v", "/data", "echo x > /data/x");
    docker.ok("create", "--name", "boat", "-v", "/data", TestImages.BUSYBOX);
    String name = docker.ok("inspect", "-f", "{{(index .Mounts 0).Name}}", "boat");
    assertThat(name).matches("[0-9a-f]{64}");
    assertThat(docker.ok("volume", "ls", "-q")).isEqualTo(name);
    docker.ok("rm", "-v", "boat");
    assertThat(docker.ok("volume", "ls", "-q")).isEmpty();
  }

  @Test
  void mounts_are_told_by_inspect() {
    docker.ok("create", "--name", "boat", "-v", dir + ":/data:ro", TestImages.BUSYBOX);
    assertThat(docker.ok("inspect", "-f", "{{json .Mounts}}", "boat"))
        .contains("\"Type\":\"bind\"", "\"Source\":\"" + dir + "\"", "\"Destination\":\"/data\"")
        .contains("\"Mode\":\"ro\"", "\"RW\":false", "\"Propagation\":\"rprivate\"");
  }

  @Test
  void volumes_of_another_container_can_be_shared() {
    docker.ok("create", "--name", "boat", "-v", "/data", TestImages.BUSYBOX);
    sh("--volumes-from", "boat", "echo shared > /data/x");
    assertThat(sh("--volumes-from", "boat", "cat /data/x")).isEqualTo("shared");
  }

  @Test
  void a_link_in_the_image_does_not_lead_a_mount_out_of_it() throws IOException {
    Path victim = Files.createDirectory(dir.resolve("victim"));
    Path image =
        TestImages.temporary(
            TestImages.busyboxWith(tar -> tar.symlink("trap", dir.resolve("victim").toString())));
    docker.okWithInput(image, "import", "-c", "ENV PATH=/bin", "-", "hostile");
    try {
      docker.ok("run", "--rm", "-v", "/trap/inside", "hostile", "touch", "/trap/inside/x");
      assertThat(victim).isEmptyDirectory();
    } finally {
      docker.ok("rmi", "-f", "hostile");
    }
  }
}
