package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What binds have to do with the mounts that they come from, before the start and after it. */
@EndToEnd
class BindPropagationIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final Boat boat;

  @TempDir private Path dir;

  /** A directory of a file system of its own. */
  private Path held;

  BindPropagationIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
    this.boat = new Boat(docker);
  }

  @BeforeEach
  void mount() throws IOException {
    Path top = Files.createDirectory(dir.resolve("top"));
    mount(top);
    held = Files.createDirectory(top.resolve("held"));
  }

  @AfterEach
  void unmount() {
    docker.removeAllContainers();
    DockerCli.host("umount", "-l", dir.resolve("top").toString()).text();
  }

  private static void mount(Path place, String... flags) {
    String[] line =
        DockerCli.line(
            List.of("mount", "-t", "tmpfs"),
            List.of(flags),
            List.of("wherry-e2e", place.toString()));
    DockerCli.host(line).text();
  }

  private void make(String propagation) {
    DockerCli.host("mount", "--make-" + propagation, dir.resolve("top").toString()).text();
  }

  private String bind(String more) {
    return "type=bind,source=" + held + ",target=/m" + more;
  }

  @ParameterizedTest
  @CsvSource({
    "rshared, true",
    "shared, true",
    "rslave, true",
    "slave, true",
    "rprivate, false",
    "private, false",
  })
  void what_the_host_mounts_after_the_start_is_seen_as_was_asked(String propagation, boolean seen)
      throws IOException {
    make("shared");
    boat.running("--mount", bind(",bind-propagation=" + propagation));
    Path late = Files.createDirectory(held.resolve("late"));
    mount(late);
    Files.writeString(late.resolve("file"), "");
    assertThat(boat.in("ls /m/late")).isEqualTo(seen ? "file" : "");
    DockerCli.host("umount", late.toString()).text();
    assertThat(boat.in("ls /m/late")).isEmpty();
    assertThat(docker.ok("inspect", "-f", "{{(index .Mounts 0).Propagation}}", "boat"))
        .isEqualTo(propagation);
  }

  @ParameterizedTest
  @CsvSource({"rshared, true", "rslave, false", "rprivate, false"})
  void what_the_container_mounts_is_the_hosts_too_if_it_is_shared(String mode, boolean seen)
      throws IOException {
    make("shared");
    Path inner = Files.createDirectory(held.resolve("inner"));
    boat.running("--cap-add", "SYS_ADMIN", "-v", held + ":/m:" + mode);
    boat.in("mount -t tmpfs x /m/inner && touch /m/inner/file");
    assertThat(Files.exists(inner.resolve("file"))).isEqualTo(seen);
    boat.in("umount /m/inner");
    assertThat(inner).isEmptyDirectory();
  }

  @Test
  void a_mount_that_is_itself_a_slave_will_do_for_slaves_only() throws IOException {
    make("shared");
    Path master = Files.createDirectory(dir.resolve("master"));
    DockerCli.host("mount", "--bind", dir.resolve("top").toString(), master.toString()).text();
    make("slave");
    docker.ok("run", "--rm", "-v", held + ":/m:rslave", TestImages.BUSYBOX, "true");
    assertThat(
            docker.refused("run", "--rm", "-v", held + ":/m:rshared", TestImages.BUSYBOX, "true"))
        .contains(notShared(held));
    DockerCli.host("umount", master.toString()).text();
  }

  private String notShared(Path source) {
    return "path %s is mounted on %s but it is not a shared mount"
        .formatted(source, dir.resolve("top"));
  }

  @Test
  void who_asks_for_more_than_a_private_mount_has_is_told_at_the_start() throws IOException {
    make("private");
    Path link = Files.createSymbolicLink(dir.resolve("top/link"), held);
    docker.ok("create", "--name", "boat", "-v", link + ":/m:shared", TestImages.BUSYBOX, "true");
    RawHttp.Answer answer = RawHttp.send(daemon.socket(), "POST", "/containers/boat/start", "");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).contains(notShared(link));
    assertThat(docker.ok("inspect", "-f", "{{.State.Status}} {{.State.Error}}", "boat"))
        .isEqualTo("created " + notShared(link));
    for (String mode : List.of("slave", "rslave")) {
      assertThat(
              docker.refused(
                  "run",
                  "--rm",
                  "--mount",
                  bind(",bind-propagation=" + mode),
                  TestImages.BUSYBOX,
                  "true"))
          .contains("mounted on " + dir.resolve("top") + " but it is not a shared or slave mount");
    }
    docker.ok("run", "--rm", "-v", held + ":/m:rprivate", TestImages.BUSYBOX, "true");
  }

  @Test
  void what_is_mounted_below_comes_along_unless_it_is_not_to() throws IOException {
    Path below = Files.createDirectory(held.resolve("below"));
    mount(below);
    Files.writeString(below.resolve("file"), "");
    assertThat(list(bind(""))).isEqualTo("file");
    assertThat(list(bind(",bind-recursive=disabled"))).isEmpty();
    assertThat(list(bind(",bind-nonrecursive"))).isEmpty();
  }

  private String list(String mount) {
    return docker.ok("run", "--rm", "--mount", mount, TestImages.BUSYBOX, "ls", "/m/below");
  }

  /** A runtime that sets no flags but those named would take them away. */
  @ParameterizedTest
  @ValueSource(strings = {"ro", "nosuid", "nodev", "noexec"})
  void what_the_host_does_not_allow_there_the_container_may_not_either(String flag)
      throws IOException {
    Path strict = Files.createDirectory(held.resolve("strict"));
    DockerCli.host("mount", "--bind", held.toString(), strict.toString()).text();
    DockerCli.host("mount", "-o", "remount,bind," + flag, strict.toString()).text();
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "-v",
                strict + ":/m",
                TestImages.BUSYBOX,
                "grep",
                " /m ",
                "/proc/mounts"))
        .matches(".* tmpfs ([a-z,]*,)?" + flag + ",.*");
  }
}
