package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container might try on the runtime that starts it, and on what the daemon left open. */
@EndToEnd
class RuntimeAttacksIT {
  private static final String OWN_DESCRIPTORS =
      "for f in /proc/$$/fd/*; do readlink $f; done; true";

  private final DockerCli docker;

  RuntimeAttacksIT(DockerCli docker) {
    this.docker = docker;
  }

  @AfterEach
  void removeImage() {
    docker.removeAllContainers();
    docker.run("rmi", "-f", "bad");
  }

  private void assertStandardStreams(String shown) {
    assertThat(shown.lines().map(String::strip))
        .allMatch(name -> name.matches("pipe:.*|/dev/null|/dev/pts/.*|/dev/console|socket:.*"))
        .hasSize(3);
  }

  @Test
  void nothing_of_the_daemons_is_open_in_a_container() {
    assertStandardStreams(
        docker.ok("run", "--rm", TestImages.BUSYBOX, "sh", "-c", OWN_DESCRIPTORS));
    assertStandardStreams(
        docker.ok("run", "--rm", "-t", TestImages.BUSYBOX, "sh", "-c", OWN_DESCRIPTORS));
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "99");
    assertStandardStreams(docker.ok("exec", "boat", "sh", "-c", OWN_DESCRIPTORS));
  }

  @Test
  void no_working_directory_of_an_exec_leads_out() {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "99");
    for (int fd = 3; fd < 16; fd++) {
      CliResult result =
          docker.run("exec", "-w", "/proc/self/fd/" + fd, "boat", "cat", "../../../etc/machine-id");
      assertThat(result.exitCode()).as("file descriptor %d: %s", fd, result).isNotZero();
    }
  }

  @Test
  void the_runtimes_file_cannot_be_written_through_its_processes() throws IOException {
    Path runtime =
        Stream.of("/usr/sbin/runc", "/usr/bin/runc", "/usr/bin/crun")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    byte[] before = Files.readAllBytes(runtime);
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "while :; do for p in /proc/[0-9]*; do (echo owned > $p/exe) 2>/dev/null; done; done");
    for (int i = 0; i < 10; i++) {
      docker.run("exec", "boat", "/proc/self/exe", "sh", "-c", "true");
      docker.ok("exec", "boat", "true");
    }
    assertThat(Arrays.equals(Files.readAllBytes(runtime), before)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"proc", "sys"})
  void an_image_cannot_put_something_else_in_the_kernels_place(String name) throws IOException {
    Path image = TestImages.temporary(TestImages.busyboxWith(tar -> tar.symlink(name, "tmp/mine")));
    docker.okWithInput(image, "import", "-c", "ENV PATH=/bin", "-", "bad");
    CliResult result =
        docker.run("run", "--rm", "bad", "sh", "-c", "ls -d /tmp/mine/* | grep -c self; true");
    assertThat(result.exitCode() != 0 || result.stdout().strip().equals("0")).isTrue();
  }

  /**
   * The mount races of 2025: the place of a mount lies in a volume, where another container makes a
   * link of it. Where that leads inside the container that starts is the runtime's to see to, and
   * those before the mended ones do not always; the host is not reached in any case.
   */
  @Test
  void the_place_of_a_mount_that_turns_into_a_link_does_not_lead_to_the_host(@TempDir Path dir)
      throws IOException {
    Path victim = Files.createDirectories(dir.resolve("victim"));
    Files.writeString(victim.resolve("f"), "of the host");
    Path planted = Files.createDirectories(dir.resolve("planted"));
    Files.writeString(planted.resolve("f"), "planted");
    String swaps =
        "mkdir /v/place; ln -s %s /v/link; ln -s /proc /v/proc; echo on;"
            + " while :; do for l in link proc; do mv -T /v/place /v/p2; mv -T /v/$l /v/place;"
            + " mv -T /v/place /v/$l; mv -T /v/p2 /v/place; done; done";
    docker.ok(
        "run",
        "-d",
        "--name",
        "evil",
        "-v",
        "shared:/v",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        swaps.formatted(victim));
    await().until(() -> docker.ok("logs", "evil").equals("on"));
    try {
      for (int i = 0; i < 12; i++) {
        CliResult result =
            docker.run(
                "run",
                "--rm",
                "-v",
                "shared:/v",
                "-v",
                planted + ":/v/place",
                TestImages.BUSYBOX,
                "sh",
                "-c",
                "cat /v/place/f /proc/f");
        assertThat(result.stdout()).doesNotContain("of the host");
        assertThat(victim.resolve("f")).hasContent("of the host");
        assertThat(DockerCli.host("cat", "/proc/self/mountinfo").text())
            .doesNotContain(victim.toString());
      }
    } finally {
      docker.removeAllContainers();
      docker.ok("volume", "rm", "shared");
    }
  }

  /** What a runtime has open while it makes a process is not to be had from inside. */
  @Test
  void nothing_of_the_host_is_seen_open_in_the_runtimes_processes() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "while :; do for f in /proc/[0-9]*/fd/* /proc/[0-9]*/cwd /proc/[0-9]*/root; do"
            + " readlink $f; done 2>/dev/null >> /seen; done");
    for (int i = 0; i < 15; i++) {
      docker.ok("exec", "boat", "true");
    }
    String seen = docker.ok("exec", "boat", "sh", "-c", "sort -u /seen");
    assertThat(seen.lines().map(String::strip))
        .isNotEmpty()
        .allMatch(
            name ->
                name.matches(
                    "/|/dev/null|/seen|/proc.*|(pipe|socket):.*|anon_inode:.*|/dev/pts/.*"));
  }

  @Test
  void strange_words_stay_words() throws IOException {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "older engines are not the subject");
    String strange = "\"\\u0000 ${x} %n\n\t</script> \u202e\ud83d\udea2 " + "l".repeat(30_000);
    docker.ok(
        "create",
        "--name",
        "boat",
        "--label",
        "strange=" + strange,
        "-e",
        "STRANGE=" + strange,
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "printf %s \"$STRANGE\"");
    assertThat(docker.ok("start", "-a", "boat")).isEqualTo(strange.strip());
    assertThat(docker.ok("inspect", "-f", "{{range .Config.Labels}}{{.}}{{end}}", "boat"))
        .isEqualTo(strange.strip());
    docker.refused("create", "--name", "a/b", TestImages.BUSYBOX);
    docker.refused("create", "--name", "..", TestImages.BUSYBOX);
    docker.refused("rename", "boat", "a\nb");
  }
}
