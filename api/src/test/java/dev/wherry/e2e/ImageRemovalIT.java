package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code docker rmi}: what goes, what stays, what is in the way, and what is told of it. */
@EndToEnd
class ImageRemovalIT {
  private static final String LAYER = "Deleted: sha256:[0-9a-f]{64}";

  private final DockerCli docker;

  ImageRemovalIT(DaemonUnderTest daemon) {
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  /** An image with a layer of its own on top of busybox's; answers its id. */
  private String load(String name, String content) {
    ArchiveBuilder built =
        new ArchiveBuilder()
            .rawLayer(TestImages.busyboxRoot())
            .layer(tar -> tar.text("own", content));
    docker.ok("load", "-q", "-i", built.dockerArchive(name).toString());
    return built.id();
  }

  private static String shortened(String id) {
    return id.substring("sha256:".length(), "sha256:".length() + 12);
  }

  private List<String> rmi(String... args) {
    return docker.ok(DockerCli.line(List.of("rmi"), List.of(), List.of(args))).lines().toList();
  }

  private String id(String image) {
    return docker.ok("image", "inspect", "-f", "{{.Id}}", image);
  }

  /** An image made of a container of another, which is its parent. */
  private String commit(String parent, String name) {
    docker.ok("run", "--name", "maker", parent, "sh", "-c", "echo " + name + " > /made");
    String id = docker.ok("commit", "maker", name);
    docker.ok("rm", "maker");
    return id;
  }

  @Test
  void a_name_goes_and_the_image_with_the_last_of_them_and_each_is_told() {
    String since = DockerCli.now();
    String id = load("one:1", "a");
    docker.ok("tag", "one:1", "registry.example:5000/two");
    assertThat(rmi("one:1")).containsExactly("Untagged: one:1");
    List<String> last = rmi("registry.example:5000/two:latest");
    assertThat(last)
        .startsWith("Untagged: registry.example:5000/two:latest", "Deleted: " + id)
        .hasSize(3);
    assertThat(last.getLast()).as("the layer that only it had").matches(LAYER);
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    since,
                    "--until",
                    DockerCli.now(),
                    "--filter",
                    "type=image",
                    "--format",
                    "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}}")
                .lines())
        .containsExactly(
            "load " + id + " " + id,
            "tag " + id + " registry.example:5000/two:latest",
            "untag " + id + " " + id,
            "untag " + id + " " + id,
            "delete " + id + " " + id);
  }

  @Test
  void an_id_takes_the_only_name_and_several_must_be_forced() {
    String id = load("one:1", "b");
    docker.ok("tag", "one:1", "one:2");
    for (String form : List.of(shortened(id), id, id.substring(7))) {
      assertThat(docker.refused("rmi", form))
          .contains(
              "conflict: unable to delete "
                  + shortened(id)
                  + " (must be forced) - image is referenced in multiple repositories");
    }
    List<String> forced = rmi("-f", shortened(id));
    assertThat(forced).startsWith("Untagged: one:1", "Untagged: one:2", "Deleted: " + id);
    load("one:1", "b");
    assertThat(rmi(shortened(id))).startsWith("Untagged: one:1", "Deleted: " + id);
  }

  @Test
  void the_image_of_a_stopped_container_goes_by_force_and_the_container_still_starts() {
    String id = load("used:1", "c");
    String user = docker.ok("create", "--name", "user", "used:1", "cat", "/own").substring(0, 12);
    assertThat(docker.refused("rmi", "used:1"))
        .contains(
            "conflict: unable to remove repository reference \"used:1\" (must force) - container "
                + user
                + " is using its referenced image "
                + shortened(id));
    assertThat(docker.refused("rmi", shortened(id)))
        .contains(
            "conflict: unable to delete "
                + shortened(id)
                + " (must be forced) - image is being used by stopped container "
                + user);
    docker.ok("tag", "used:1", "used:2");
    assertThat(rmi("used:2")).as("a name among others").containsExactly("Untagged: used:2");
    assertThat(rmi("-f", "used:1")).containsExactly("Untagged: used:1", "Deleted: " + id);
    assertThat(docker.ok("start", "-a", "user")).isEqualTo("c");
    assertThat(docker.ok("ps", "-a", "--format", "{{.Image}}")).isEqualTo(shortened(id));
    docker.ok("rm", "user");
    load("used:1", "c");
    assertThat(docker.ok("run", "--rm", "used:1", "cat", "/own")).isEqualTo("c");
  }

  @Test
  void the_image_of_a_running_container_loses_its_name_by_force_and_nothing_else() {
    String id = load("used:1", "d");
    String user = docker.ok("run", "-d", "used:1", "sleep", "600").substring(0, 12);
    String inUse =
        "conflict: unable to delete "
            + shortened(id)
            + " (cannot be forced) - image is being used by running container "
            + user;
    assertThat(docker.refused("rmi", "used:1")).contains("(must force) - container " + user);
    assertThat(docker.refused("rmi", shortened(id))).contains(inUse);
    assertThat(docker.refused("rmi", "-f", shortened(id))).contains(inUse);
    assertThat(rmi("-f", "used:1")).containsExactly("Untagged: used:1");
    assertThat(docker.ok("images", "-q", "--no-trunc", "--filter", "dangling=true")).isEqualTo(id);
    docker.removeAllContainers();
    List<String> dangling = rmi(shortened(id));
    assertThat(dangling).startsWith("Deleted: " + id).hasSize(2);
  }

  @Test
  void an_image_that_others_were_made_from_goes_with_the_last_of_them() {
    String base = load("base:1", "e");
    String middle = commit("base:1", "middle:1");
    String top = commit("middle:1", "top:1");
    for (String force : List.of("--force=false", "--force")) {
      assertThat(docker.refused("rmi", force, shortened(middle)))
          .contains(
              "conflict: unable to delete "
                  + shortened(middle)
                  + " (cannot be forced) - image has dependent child images");
    }
    assertThat(rmi("middle:1")).containsExactly("Untagged: middle:1");
    assertThat(docker.ok("images", "-q", "--no-trunc")).as("parents").doesNotContain(middle);
    assertThat(docker.ok("images", "-aq", "--no-trunc")).contains(base, middle, top);
    assertThat(rmi("top:1"))
        .startsWith("Untagged: top:1", "Deleted: " + top)
        .contains("Deleted: " + middle)
        .doesNotContain("Deleted: " + base)
        .hasSize(5);
    assertThat(id("base:1")).isEqualTo(base);
  }

  @Test
  void parents_without_a_name_stay_if_they_are_not_to_be_pruned() {
    load("base:1", "f");
    String middle = commit("base:1", "middle:1");
    String top = commit("middle:1", "top:1");
    rmi("middle:1");
    assertThat(rmi("--no-prune", "top:1"))
        .startsWith("Untagged: top:1", "Deleted: " + top)
        .doesNotContain("Deleted: " + middle);
    assertThat(docker.ok("images", "-q", "--no-trunc", "--filter", "dangling=true"))
        .isEqualTo(middle);
  }

  @Test
  void of_several_those_that_are_there_go_and_the_others_are_named() {
    load("one:1", "g");
    load("two:1", "h");
    CliResult result = docker.run("rmi", "one:1", "nosuch", "two:1");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.stdout()).contains("Untagged: one:1", "Untagged: two:1");
    assertThat(result.stderr()).contains("No such image: nosuch:latest");
    String none = "sha256:" + "0".repeat(64);
    assertThat(docker.refused("rmi", none)).contains("No such image: " + none);
    assertThat(docker.refused("rmi", "UPPER"))
        .contains("repository name (library/UPPER) must be lowercase");
    assertThat(docker.ok("rmi", "-f", "nosuch")).isEmpty();
  }
}
