package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pulls by the real command line from a real registry. */
@EndToEnd
class RegistryIT {
  private static final int PORT = 5000;

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  RegistryIT(DaemonUnderTest daemon) {
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

  private static ArchiveBuilder busybox(String mark) {
    return new ArchiveBuilder()
        .rawLayer(TestImages.busyboxRoot())
        .layer(tar -> tar.text("mark", mark));
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return noise;
  }

  private String inspect(String image, String format) {
    return docker.ok("image", "inspect", "-f", format, image);
  }

  @Test
  void an_image_is_pulled_by_tag_and_runs() {
    try (RealRegistry registry = registry()) {
      String name = registry.name("team/app");
      ArchiveBuilder image = busybox("one");
      RealRegistry.Pushed pushed = registry.push("team/app", "1", image);
      String since = DockerCli.now();
      assertThat(docker.ok("pull", name + ":1").lines())
          .startsWith("1: Pulling from team/app")
          .anyMatch(line -> line.endsWith(": Download complete"))
          .anyMatch(line -> line.endsWith(": Pull complete"))
          .endsWith(
              "Digest: " + pushed.digest(),
              "Status: Downloaded newer image for " + name + ":1",
              name + ":1");
      assertThat(inspect(name + ":1", "{{.Id}} {{.RepoTags}} {{.RepoDigests}}"))
          .isEqualTo("%s [%s:1] [%s@%s]".formatted(image.id(), name, name, pushed.digest()));
      assertThat(docker.ok("run", "--rm", name + ":1", "cat", "/mark")).isEqualTo("one");
      String until = String.valueOf(Instant.now().getEpochSecond() + 1);
      assertThat(
              docker.ok(
                  "events",
                  "--since",
                  since,
                  "--until",
                  until,
                  "--filter",
                  "event=pull",
                  "--format",
                  "{{.Actor.ID}} {{index .Actor.Attributes \"name\"}}"))
          .contains(name + ":1 " + name);
      assertThat(docker.ok("pull", name + ":1"))
          .contains("Status: Image is up to date for " + name + ":1")
          .doesNotContain("Pulling fs layer");
    }
  }

  @Test
  void an_image_that_is_not_there_is_pulled_when_it_is_run() {
    try (RealRegistry registry = registry()) {
      registry.push("app", "latest", busybox("run"));
      assertThat(docker.ok("run", "--rm", registry.name("app"), "cat", "/mark")).isEqualTo("run");
    }
  }

  @Test
  void an_image_is_pulled_by_digest_and_has_no_tag() {
    try (RealRegistry registry = registry()) {
      RealRegistry.Pushed pushed = registry.push("app", "1", busybox("digest"));
      String name = registry.name("app") + "@" + pushed.digest();
      assertThat(docker.ok("pull", name))
          .contains(name + ": Pulling from app")
          .contains("Status: Downloaded newer image for " + name);
      assertThat(inspect(name, "{{.RepoTags}} {{.RepoDigests}}")).isEqualTo("[] [" + name + "]");
    }
  }

  @Test
  void a_layer_that_is_there_is_not_fetched_again() {
    try (RealRegistry registry = registry()) {
      registry.push("app", "1", busybox("one"));
      registry.push("app", "2", busybox("two"));
      docker.ok("pull", registry.name("app:1"));
      List<String> lines = docker.ok("pull", registry.name("app:2")).lines().toList();
      assertThat(lines).filteredOn(line -> line.endsWith(": Already exists")).hasSize(1);
      assertThat(lines).filteredOn(line -> line.endsWith(": Pull complete")).hasSize(1);
      assertThat(docker.ok("run", "--rm", registry.name("app:2"), "cat", "/mark")).isEqualTo("two");
    }
  }

  @Test
  void all_tags_are_pulled() {
    try (RealRegistry registry = registry()) {
      for (String tag : List.of("a", "b", "c")) {
        registry.push("app", tag, busybox(tag));
      }
      assertThat(docker.ok("pull", "-a", registry.name("app")))
          .contains("a: Pulling from app", "c: Pulling from app")
          .contains("Status: Downloaded newer image for " + registry.name("app"));
      assertThat(docker.ok("images", "--format", "{{.Tag}}", registry.name("app")).lines())
          .containsExactlyInAnyOrder("a", "b", "c");
    }
  }

  @Test
  void of_an_index_the_platforms_image_is_taken() {
    try (RealRegistry registry = registry()) {
      RealRegistry.Pushed amd64 = registry.push("app", "amd64", busybox("amd64"));
      RealRegistry.Pushed other =
          registry.push("app", "arm64", busybox("arm64").architecture("arm64"));
      RealRegistry.Pushed index = registry.pushIndex("app", "multi", amd64, other);
      String name = registry.name("app:multi");
      docker.ok("pull", "--platform", "linux/amd64", name);
      assertThat(docker.ok("run", "--rm", name, "cat", "/mark")).isEqualTo("amd64");
      assertThat(inspect(name, "{{.RepoDigests}}"))
          .isEqualTo("[" + registry.name("app") + "@" + index.digest() + "]");
      docker.ok("pull", "--platform", "linux/arm64", name);
      assertThat(docker.run("run", "--rm", name, "cat", "/mark").stdout()).isEqualTo("arm64");
      assertThat(docker.refused("pull", "--platform", "linux/s390x", name))
          .contains("no matching manifest for linux/s390x in the manifest list entries");
    }
  }

  @Test
  void an_image_for_another_platform_only_is_pulled_and_refused() {
    try (RealRegistry registry = registry()) {
      registry.push("app", "1", busybox("foreign").architecture("arm64"));
      String name = registry.name("app:1");
      CliResult pulled = docker.run("pull", "--platform", "linux/amd64", name);
      assertThat(pulled.exitCode()).isEqualTo(1);
      assertThat(pulled.stdout()).contains("Status: Downloaded newer image for " + name);
      assertThat(pulled.stderr())
          .contains(
              "image with reference %s was found but does not match the specified platform: "
                      .formatted(name)
                  + "wanted linux/amd64, actual: linux/arm64");
      assertThat(inspect(name, "{{.Architecture}}")).isEqualTo("arm64");
    }
  }

  @Test
  void the_image_of_another_platform_is_pulled_when_it_is_run_for_that() {
    try (RealRegistry registry = registry()) {
      RealRegistry.Pushed amd64 = registry.push("app", "amd64", busybox("amd64"));
      RealRegistry.Pushed arm64 =
          registry.push("app", "arm64", busybox("arm64").architecture("arm64"));
      registry.pushIndex("app", "multi", amd64, arm64);
      String name = registry.name("app:multi");
      for (String architecture : List.of("arm64", "amd64", "arm64")) {
        CliResult result =
            docker.run("run", "--rm", "--platform", "linux/" + architecture, name, "cat", "/mark");
        assertThat(result.stdout()).isEqualTo(architecture);
        assertThat(result.stderr())
            .contains("Unable to find image '" + name + "' locally")
            .doesNotContain("does not match");
      }
      CliResult again = docker.run("run", "--rm", "--platform", "linux/arm64", name, "true");
      assertThat(again.stderr()).isEmpty();
    }
  }

  @Test
  void what_is_not_there_is_said_in_dockerds_words() {
    try (RealRegistry registry = registry()) {
      registry.push("app", "1", busybox("one"));
      assertThat(docker.refused("pull", registry.name("app:nosuch")))
          .contains(
              "manifest for %s not found: manifest unknown: manifest unknown"
                  .formatted(registry.name("app:nosuch")));
      assertThat(docker.refused("pull", "-a", registry.name("nosuch")))
          .contains(
              "repository %s not found: name unknown: repository name not known to registry"
                  .formatted(registry.name("nosuch")));
    }
    assertThat(docker.refused("pull", "127.0.0.1:1/x"))
        .contains(
            "Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused");
  }

  @Test
  void a_registry_with_passwords_wants_a_login() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT + 1, true)) {
      registry.push("app", "1", busybox("secret"));
      String name = registry.name("app:1");
      String server = "127.0.0.1:" + (PORT + 1);
      assertThat(docker.refused("pull", name)).contains("no basic auth credentials");
      assertThat(docker.refused("login", "-u", RealRegistry.USER, "-p", "wrong", server))
          .contains(
              "login attempt to http://%s/v2/ failed with status: 401 Unauthorized"
                  .formatted(server));
      assertThat(docker.ok("login", "-u", RealRegistry.USER, "-p", RealRegistry.PASSWORD, server))
          .contains("Login Succeeded");
      docker.ok("pull", name);
      assertThat(docker.ok("run", "--rm", name, "cat", "/mark")).isEqualTo("secret");
      docker.ok("logout", server);
      docker.ok("rmi", name);
      assertThat(docker.refused("pull", name)).contains("no basic auth credentials");
    }
  }

  @Test
  void the_registry_is_asked_for_a_manifest_without_a_pull() {
    try (RealRegistry registry = registry()) {
      RealRegistry.Pushed pushed = registry.push("app", "1", busybox("one"));
      String answer =
          RawHttp.send(
                  daemon.socket(), "GET", "/distribution/" + registry.name("app:1") + "/json", "")
              .body();
      assertThat(answer)
          .contains("\"digest\":\"" + pushed.digest() + "\"", "\"architecture\":\"amd64\"");
      assertThat(docker.ok("images", "-q", registry.name("app"))).isEmpty();
    }
  }

  @Test
  void a_registrys_catalogue_is_searched() {
    try (RealRegistry registry = registry()) {
      registry.push("team/boat", "1", busybox("one"));
      registry.push("team/ship", "1", busybox("two"));
      assertThat(docker.ok("search", "--format", "{{.Name}}", registry.name("boa")))
          .isEqualTo(registry.name("team/boat"));
      assertThat(docker.ok("search", "--format", "{{.Name}}", registry.name("team")).lines())
          .containsExactlyInAnyOrder(registry.name("team/boat"), registry.name("team/ship"));
    }
    assertThat(docker.refused("search", "--limit", "1000", "127.0.0.1:1/x"))
        .contains("limit 1000 is outside the range of [1, 100]");
    assertThat(docker.refused("search", "--filter", "is-official=x", "a"))
        .contains("invalid filter 'is-official=[x]'");
    assertThat(docker.refused("search", "--filter", "stars=x", "a"))
        .contains("invalid filter 'stars=x': strconv.Atoi: parsing \"x\": invalid syntax");
    assertThat(docker.refused("search", "https://a/b")).contains("should not have a scheme");
  }

  @Test
  void pulls_at_the_same_time_share_layers_and_all_end_well() {
    try (RealRegistry registry = registry()) {
      ArchiveBuilder base = new ArchiveBuilder().rawLayer(TestImages.busyboxRoot());
      for (int i = 0; i < 8; i++) {
        int layer = i;
        base.layer(tar -> tar.file("noise" + layer, 0644, noise(500_000 + layer)));
      }
      registry.push("app", "1", base);
      registry.push("app", "2", base.layer(tar -> tar.text("mark", "two")));
      CompletableFuture<?>[] pulls =
          List.of("1", "2", "1", "2").stream()
              .map(
                  tag ->
                      CompletableFuture.runAsync(
                          () -> docker.ok("pull", registry.name("app:" + tag))))
              .toArray(CompletableFuture<?>[]::new);
      CompletableFuture.allOf(pulls).join();
      assertThat(docker.ok("run", "--rm", registry.name("app:2"), "cat", "/mark")).isEqualTo("two");
      assertThat(docker.ok("run", "--rm", registry.name("app:1"), "sh", "-c", "ls /noise* | wc -l"))
          .isEqualTo("8");
    }
  }

  @Test
  void nothing_is_left_of_an_image_whose_layer_is_damaged() {
    try (RealRegistry registry = registry()) {
      ArchiveBuilder good = new ArchiveBuilder().rawLayer(TestImages.busyboxRoot());
      byte[] torn = Arrays.copyOf(noise(2000), 2000);
      registry.push("app", "torn", good.rawLayer(torn));
      String before = docker.ok("images", "-aq");
      assertThat(docker.refused("pull", registry.name("app:torn")))
          .contains("failed to register layer");
      assertThat(docker.ok("images", "-aq")).isEqualTo(before);
    }
  }
}
