package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pushes by the real command line to a real registry. */
@EndToEnd
class PushIT {
  private static final int PORT = 5002;
  private static final Pattern DIGEST = Pattern.compile("digest: (sha256:[0-9a-f]{64}) size: \\d+");

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  PushIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  private RealRegistry registry() {
    return RealRegistry.beside(daemon, PORT, false);
  }

  /** Loads an image of three layers with content of its own. */
  private ArchiveBuilder load(String mark, String... names) {
    byte[] noise = new byte[700_000];
    new Random(mark.hashCode()).nextBytes(noise);
    ArchiveBuilder image =
        new ArchiveBuilder()
            .rawLayer(TestImages.busyboxRoot())
            .layer(tar -> tar.file("noise", 0644, noise))
            .layer(tar -> tar.text("mark", mark));
    docker.ok("load", "-i", image.dockerArchive(names[0]).toString());
    for (String name : names) {
      docker.ok("tag", names[0], name);
    }
    return image;
  }

  private static String digest(String output) {
    Matcher matcher = DIGEST.matcher(output);
    assertThat(matcher.find()).as(output).isTrue();
    return matcher.group(1);
  }

  private String repoDigests(String image) {
    return docker.ok("image", "inspect", "-f", "{{.RepoDigests}}", image);
  }

  @Test
  void an_image_is_pushed_and_comes_back_the_same() {
    try (RealRegistry registry = registry()) {
      String name = registry.name("team/app");
      ArchiveBuilder image = load("one", name + ":1");
      String since = DockerCli.now();
      String output = docker.ok("push", name + ":1");
      assertThat(output.lines())
          .startsWith("The push refers to repository [" + name + "]")
          .filteredOn(line -> line.endsWith(": Pushed"))
          .hasSize(3);
      String digest = digest(output);
      assertThat(output.lines().toList().getLast()).startsWith("1: digest: " + digest);
      assertThat(repoDigests(name + ":1")).isEqualTo("[" + name + "@" + digest + "]");
      String until = String.valueOf(Instant.now().getEpochSecond() + 1);
      assertThat(
              docker.ok(
                  "events",
                  "--since",
                  since,
                  "--until",
                  until,
                  "--filter",
                  "event=push",
                  "--format",
                  "{{.Actor.ID}} {{index .Actor.Attributes \"name\"}}"))
          .isEqualTo(name + ":1 " + name);
      docker.ok("rmi", name + ":1");
      assertThat(docker.ok("pull", name + ":1")).contains("Digest: " + digest);
      assertThat(docker.ok("image", "inspect", "-f", "{{.Id}}", name + ":1")).isEqualTo(image.id());
      assertThat(docker.ok("run", "--rm", name + "@" + digest, "cat", "/mark")).isEqualTo("one");
    }
  }

  @Test
  void what_the_registry_has_is_not_sent_again() {
    try (RealRegistry registry = registry()) {
      load("twice", registry.name("app:1"), registry.name("other/app:1"));
      String digest = digest(docker.ok("push", registry.name("app:1")));
      String again = docker.ok("push", registry.name("app:1"));
      assertThat(again.lines())
          .filteredOn(line -> line.endsWith(": Layer already exists"))
          .hasSize(3);
      assertThat(digest(again)).isEqualTo(digest);
      String mounted = docker.ok("push", registry.name("other/app:1"));
      assertThat(mounted.lines())
          .filteredOn(line -> line.endsWith(": Mounted from app"))
          .hasSize(3);
      assertThat(digest(mounted)).isEqualTo(digest);
      assertThat(repoDigests(registry.name("app:1")))
          .isEqualTo(
              "[%s@%s %s@%s]"
                  .formatted(registry.name("app"), digest, registry.name("other/app"), digest));
    }
  }

  @Test
  void what_was_pulled_is_pushed_elsewhere_as_the_same_blobs() {
    try (RealRegistry registry = registry()) {
      RealRegistry.Pushed there =
          registry.push("from", "1", new ArchiveBuilder().rawLayer(TestImages.busyboxRoot()));
      docker.ok("pull", registry.name("from:1"));
      docker.ok("tag", registry.name("from:1"), registry.name("to:1"));
      assertThat(docker.ok("push", registry.name("to:1"))).contains(": Mounted from from");
      assertThat(there.digest()).startsWith("sha256:");
    }
  }

  @Test
  void a_registry_that_forgot_gets_it_all_again() {
    String name;
    String digest;
    try (RealRegistry registry = registry()) {
      name = registry.name("app:1");
      load("lost", name);
      digest = digest(docker.ok("push", name));
    }
    try (RealRegistry another = registry()) {
      String output = docker.ok("push", name);
      assertThat(output.lines()).filteredOn(line -> line.endsWith(": Pushed")).hasSize(3);
      assertThat(digest(output)).isEqualTo(digest);
      docker.ok("rmi", another.name("app:1"));
      docker.ok("pull", name);
    }
  }

  @Test
  void all_tags_are_pushed() {
    try (RealRegistry registry = registry()) {
      load("all", registry.name("app:a"), registry.name("app:b"));
      assertThat(docker.ok("push", "-a", registry.name("app")).lines())
          .filteredOn(line -> line.contains(": digest: sha256:"))
          .hasSize(2);
      docker.ok("rmi", registry.name("app:a"), registry.name("app:b"));
      assertThat(docker.ok("pull", "-a", registry.name("app")))
          .contains("a: Pulling from app", "b: Pulling from app");
    }
  }

  @Test
  void what_can_not_be_pushed_is_said_in_dockerds_words() {
    try (RealRegistry registry = registry()) {
      load("words", registry.name("app:1"));
      assertThat(docker.refused("push", registry.name("nosuch:1")))
          .contains("An image does not exist locally with the tag: " + registry.name("nosuch"));
      assertThat(docker.refused("push", registry.name("app:nosuch")))
          .contains("tag does not exist: " + registry.name("app:nosuch"));
    }
    load("words", "127.0.0.1:1/x");
    assertThat(docker.refused("push", "127.0.0.1:1/x"))
        .contains(
            "Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused");
  }

  @Test
  void an_image_is_pushed_for_its_own_platform_only() {
    DockerCli.needs(27);
    try (RealRegistry registry = registry()) {
      String name = registry.name("app:platform");
      load("platform", name);
      assertThat(docker.refused("push", "--platform", "linux/s390x", name))
          .contains("does not match the specified platform: wanted linux/s390x");
      String own = docker.ok("image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", name);
      assertThat(digest(docker.ok("push", "--platform", own, name))).isNotEmpty();
    }
  }

  @Test
  void the_answer_has_the_digest_for_programs_too() {
    try (RealRegistry registry = registry()) {
      load("aux", registry.name("app:1"));
      String path = "/images/" + registry.name("app") + "/push?tag=1";
      String answer = RawHttp.send(daemon.socket(), "POST", path, "").body();
      assertThat(answer)
          .containsPattern(
              "\\{\"progressDetail\":\\{},\"aux\":\\{\"Tag\":\"1\",\"Digest\":\"sha256:[0-9a-f]{64}\","
                  + "\"Size\":\\d+}}");
    }
  }

  @Test
  void a_registry_with_passwords_wants_a_login() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT + 1, true)) {
      load("secret", registry.name("app:1"));
      String server = "127.0.0.1:" + (PORT + 1);
      assertThat(docker.refused("push", registry.name("app:1")))
          .contains("no basic auth credentials")
          .doesNotContain("Retrying");
      docker.ok("login", "-u", RealRegistry.USER, "-p", RealRegistry.PASSWORD, server);
      digest(docker.ok("push", registry.name("app:1")));
      docker.ok("logout", server);
      assertThat(docker.refused("push", registry.name("app:1")))
          .contains("no basic auth credentials");
    }
  }

  @Test
  void pushes_at_the_same_time_share_what_they_send() {
    try (RealRegistry registry = registry()) {
      List<String> names = List.of("app:1", "app:2", "app:3");
      load("many", names.stream().map(registry::name).toArray(String[]::new));
      CompletableFuture<?>[] pushes =
          names.stream()
              .map(name -> CompletableFuture.runAsync(() -> docker.ok("push", registry.name(name))))
              .toArray(CompletableFuture<?>[]::new);
      CompletableFuture.allOf(pushes).join();
      for (String name : names) {
        docker.ok("rmi", registry.name(name));
      }
      docker.ok("pull", registry.name("app:3"));
      assertThat(docker.ok("run", "--rm", registry.name("app:3"), "cat", "/mark"))
          .isEqualTo("many");
    }
  }

  @Test
  void what_was_committed_here_is_pushed() {
    try (RealRegistry registry = registry()) {
      String name = registry.name("made:1");
      docker.ok("run", "--name", "maker", "busybox", "sh", "-c", "echo made > /mark");
      docker.ok("commit", "maker", name);
      digest(docker.ok("push", name));
      docker.ok("rm", "maker");
      docker.ok("rmi", name);
      assertThat(docker.ok("run", "--rm", name, "cat", "/mark")).isEqualTo("made");
    }
  }
}
