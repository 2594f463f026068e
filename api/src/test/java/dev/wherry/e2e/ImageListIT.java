package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code docker images}: its filters and columns, and {@code docker history}. */
@EndToEnd
class ImageListIT {
  private static final int PORT = 5010;

  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final ArchiveBuilder old =
      new ArchiveBuilder().layer(tar -> tar.text("age", "made in January\n"));
  private String young = "";
  private String younger = "";

  ImageListIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void makeImages() {
    docker.ok("load", "-q", "-i", old.dockerArchive("old:1").toString());
    docker.ok("tag", "old:1", "registry.example:5000/team/old:2");
    young = commit("LABEL age=young", "young:1");
    younger = commit("LABEL age=younger", "younger:1");
  }

  /** An image made now, of a container of busybox. */
  private String commit(String change, String name) {
    docker.ok("create", "--name", "maker", TestImages.BUSYBOX);
    String id = docker.ok("commit", "-c", change, "-m", "for " + name, "-a", "me", "maker", name);
    docker.ok("rm", "maker");
    return id;
  }

  @AfterEach
  void removeImages() {
    docker.removeOtherImages();
  }

  /** The names that are listed with these filters. Images of one second are in no order. */
  private List<String> names(String... filters) {
    List<String> line = new ArrayList<>(List.of("images", "--format", "{{.Repository}}:{{.Tag}}"));
    for (String filter : filters) {
      line.addAll(List.of("--filter", filter));
    }
    return docker.ok(line.toArray(String[]::new)).lines().filter(name -> !name.isEmpty()).toList();
  }

  @Test
  void by_label_with_and_without_value() {
    assertThat(names("label=age")).containsExactlyInAnyOrder("younger:1", "young:1");
    assertThat(names("label=age=young")).containsExactly("young:1");
    assertThat(names("label=age=young", "label=age=younger")).isEmpty();
    assertThat(names("label=made=by hand"))
        .containsExactlyInAnyOrder("old:1", "registry.example:5000/team/old:2");
    assertThat(names("label=nosuch")).isEmpty();
  }

  @Test
  void before_api_1_41_by_a_name_alone() {
    String found = RawHttp.get(daemon.socket(), "/v1.40/images/json?filter=young").body();
    assertThat(found).contains("young:1").doesNotContain("old:1");
    assertThat(RawHttp.get(daemon.socket(), "/v1.41/images/json?filter=young").body())
        .contains("young:1", "old:1");
  }

  @Test
  void by_age_relative_to_another() {
    assertThat(names("before=younger:1")).contains("young:1", "old:1").doesNotContain("younger:1");
    assertThat(names("since=young:1")).containsExactly("younger:1");
    assertThat(names("since=old:1", "before=younger:1"))
        .contains("young:1")
        .doesNotContain("old:1", "younger:1");
    assertThat(names("since=" + young)).containsExactly("younger:1");
    assertThat(docker.refused("images", "--filter", "before=nosuch"))
        .contains("No such image: nosuch:latest");
  }

  @Test
  void by_age_relative_to_now() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd has it since version 24");
    assertThat(names("until=2026-01-02"))
        .containsExactlyInAnyOrder("old:1", "registry.example:5000/team/old:2");
    assertThat(names("until=2025-12-31")).isEmpty();
    assertThat(names("until=1ms")).contains("young:1", "younger:1", "old:1");
    assertThat(docker.refused("images", "--filter", "until=nonsense")).contains("nonsense");
  }

  @Test
  void by_name() {
    assertThat(names("reference=young*")).containsExactlyInAnyOrder("younger:1", "young:1");
    assertThat(names("reference=young")).containsExactly("young:1");
    assertThat(names("reference=*:1")).containsExactlyInAnyOrder("younger:1", "young:1", "old:1");
    assertThat(names("reference=*/*/old")).containsExactly("registry.example:5000/team/old:2");
    assertThat(names("reference=old", "reference=younger:1")).containsExactly("younger:1", "old:1");
    assertThat(names("reference=nosuch")).isEmpty();
    assertThat(docker.refused("images", "--filter", "reference=["))
        .contains("syntax error in pattern");
    assertThat(docker.ok("images", "-q", "--no-trunc", "young")).isEqualTo(young);
  }

  @Test
  void with_a_name_or_without() {
    docker.ok("rmi", "young:1");
    docker.ok("create", "--name", "maker", TestImages.BUSYBOX);
    String nameless = docker.ok("commit", "maker");
    assertThat(docker.ok("images", "-q", "--no-trunc", "--filter", "dangling=true"))
        .isEqualTo(nameless);
    assertThat(names("dangling=true")).containsExactly("<none>:<none>");
    assertThat(names("dangling=false")).contains("younger:1", "busybox:latest").hasSize(4);
    assertThat(names()).contains("<none>:<none>").hasSize(5);
  }

  @Test
  void by_what_is_no_filter() {
    assertThat(docker.refused("images", "--filter", "nosuch=x"))
        .containsIgnoringCase("invalid filter 'nosuch'");
    assertThat(docker.refused("images", "--filter", "dangling=x"))
        .containsIgnoringCase("invalid filter 'dangling=[x]'");
  }

  @Test
  void what_never_was_in_a_registry_has_no_digest() {
    assertThat(
            docker.ok(
                "images",
                "--digests",
                "--no-trunc",
                "--format",
                "{{.Repository}}:{{.Tag}}@{{.Digest}} {{.ID}}",
                "younger"))
        .isEqualTo("younger:1@<none> " + younger);
    assertThat(docker.ok("image", "inspect", "-f", "{{json .RepoDigests}}", "younger:1"))
        .isEqualTo("[]");
  }

  @Test
  void the_history_of_a_committed_image_is_its_bases_and_its_own() {
    List<String> lines =
        docker
            .ok(
                "history",
                "--no-trunc",
                "--human=false",
                "--format",
                "{{.ID}}|{{.CreatedBy}}|{{.Comment}}|{{.Size}}",
                "young:1")
            .lines()
            .toList();
    String base = docker.ok("image", "inspect", "-f", "{{.Id}}|{{.Size}}", TestImages.BUSYBOX);
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).startsWith(young + "|sh|for young:1|0");
    assertThat(lines.getLast())
        .startsWith(base.split("\\|")[0] + "||Imported from -|")
        .endsWith(base.split("\\|")[1]);
    assertThat(docker.ok("history", "-q", "old:1")).isEqualTo(old.id().substring(7, 19));
    assertThat(docker.ok("history", "--no-trunc", "--format", "{{.CreatedBy}}", "old:1"))
        .isEqualTo("layer of a test");
    assertThat(docker.refused("history", "nosuch")).contains("No such image: nosuch:latest");
  }

  @Test
  void what_was_in_a_registry_has_its_digest_until_its_last_tag_there_goes() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      String name = registry.name("team/app");
      ArchiveBuilder image = new ArchiveBuilder().layer(tar -> tar.text("own", "digests\n"));
      String digest = registry.push("team/app", "1", image).digest();
      docker.ok("pull", "-q", name + ":1");
      docker.ok("tag", name + ":1", "local:1");
      assertThat(withDigests()).contains(name + ":1@" + digest, "local:1@<none>");
      assertThat(names("reference=" + name + "@" + digest)).isNotEmpty();
      assertThat(docker.ok("rmi", name + ":1").lines())
          .containsExactly("Untagged: " + name + ":1", "Untagged: " + name + "@" + digest);
      assertThat(withDigests()).contains("local:1@<none>").doesNotContain(name);
      docker.ok("rmi", "local:1");

      docker.ok("pull", "-q", name + "@" + digest);
      assertThat(withDigests()).contains(name + ":<none>@" + digest);
      assertThat(docker.ok("images", "-q", "--no-trunc", "--filter", "dangling=true"))
          .as("without a tag")
          .isEqualTo(image.id());
      assertThat(docker.ok("rmi", name + "@" + digest).lines())
          .startsWith("Untagged: " + name + "@" + digest, "Deleted: " + image.id());
      docker.ok("pull", "-q", name + "@" + digest);
      assertThat(docker.ok("image", "prune", "-f"))
          .contains("untagged: " + name + "@" + digest, "deleted: " + image.id());
    }
  }

  private String withDigests() {
    return docker.ok(
        "images", "--digests", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}}@{{.Digest}}");
  }
}
