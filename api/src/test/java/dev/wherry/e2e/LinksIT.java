package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links on the default bridge: what they are called, and that they give their targets names. */
@EndToEnd
class LinksIT {
  private final DockerCli docker;

  LinksIT(DockerCli docker) {
    this.docker = docker;
  }

  @BeforeEach
  void start() {
    run("db");
    run("cache");
    run("app", "--link", "db:store", "--link", "db:archive", "--link", "cache");
  }

  @AfterEach
  void clear() {
    docker.removeAllContainers();
  }

  private void run(String name, String... options) {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d", "--name", name),
            List.of(options),
            List.of(TestImages.BUSYBOX, "sleep", "600")));
  }

  private List<String> links(String container) {
    String json = docker.ok("inspect", "-f", "{{json .HostConfig.Links}}", container);
    return json.equals("null")
        ? List.of()
        : List.of(json.replaceAll("[\\[\\]\"]", "").split(",")).stream().sorted().toList();
  }

  private String hosts(String container) {
    return docker.ok("exec", container, "cat", "/etc/hosts");
  }

  @Test
  void inspect_shows_whom_a_container_is_linked_to_and_follows_renames() {
    assertThat(links("app"))
        .containsExactly("/cache:/app/cache", "/db:/app/archive", "/db:/app/store");
    docker.ok("rename", "db", "sql");
    docker.ok("rename", "app", "shop");
    assertThat(links("shop"))
        .containsExactly("/cache:/shop/cache", "/sql:/shop/archive", "/sql:/shop/store");
    docker.ok("restart", "-t", "0", "shop");
    assertThat(hosts("shop")).containsPattern("\tstore [0-9a-f]{12} sql\n");
  }

  @Test
  void a_linked_container_is_found_by_the_names_that_links_give_it() {
    assertThat(docker.ok("ps", "--no-trunc", "--format", "{{.Names}}").lines())
        .containsExactly("app", "app/cache,cache", "app/archive,app/store,db");
    assertThat(docker.ok("ps", "--format", "{{.Names}}")).isEqualTo("app\ncache\ndb");
    assertThat(docker.ok("ps", "--filter", "name=^/app/store$", "--format", "{{.Names}}"))
        .isEqualTo("db");
    assertThat(docker.ok("inspect", "-f", "{{.Name}}", "app/store")).isEqualTo("/db");
    docker.ok("exec", "app/store", "touch", "/here");
    docker.ok("exec", "db", "test", "-e", "/here");
    docker.ok("stop", "-t", "0", "app/store");
    assertThat(docker.ok("ps", "--format", "{{.Names}}")).isEqualTo("app\ncache");
  }

  @Test
  void a_link_is_removed_and_its_name_is_gone_from_the_container() {
    assertThat(hosts("app")).contains("\tarchive ").contains("\tstore ");
    docker.ok("rm", "--link", "/app/archive");
    assertThat(links("app")).containsExactly("/cache:/app/cache", "/db:/app/store");
    assertThat(hosts("app")).doesNotContain("archive").contains("\tstore ");
    assertThat(docker.refused("rm", "--link", "app/archive"))
        .contains("No such container: app/archive");
    assertThat(docker.refused("rm", "--link", "db"))
        .contains("Conflict, cannot remove the default link name of the container");
    docker.ok("restart", "-t", "0", "app");
    assertThat(hosts("app")).doesNotContain("archive").contains("\tstore ");
    assertThat(docker.ok("ps", "-q").lines()).hasSize(3);
  }

  @Test
  void what_cannot_be_linked_is_told() {
    docker.ok("create", "--name", "onhost", "--network", "host", TestImages.BUSYBOX);
    assertThat(docker.refused("create", "--link", "onhost:x", TestImages.BUSYBOX))
        .contains("conflicting options: host type networking can't be used with links");
    docker.ok("create", "--name", "guest", "--network", "container:cache", TestImages.BUSYBOX);
    docker.ok(
        "create",
        "--name",
        "late",
        "--link",
        "guest:g",
        "--link",
        "/db:/old/d",
        TestImages.BUSYBOX);
    assertThat(links("late")).containsExactly("/cache:/late/g", "/db:/late/d");
    docker.ok("stop", "-t", "0", "db");
    assertThat(docker.refused("start", "late"))
        .contains("Cannot link to a non running container: /db AS /late/d");
  }

  @Test
  void on_a_network_of_a_user_links_are_the_endpoints() {
    docker.ok("network", "create", "quay");
    try {
      run("here", "--network", "quay");
      run("there", "--network", "quay", "--link", "here:h");
      assertThat(links("there")).isEmpty();
      assertThat(
              docker.ok("inspect", "-f", "{{json .NetworkSettings.Networks.quay.Links}}", "there"))
          .isEqualTo("[\"here:h\"]");
      assertThat(docker.refused("rm", "--link", "there/h")).contains("No such container: there/h");
    } finally {
      docker.ok("rm", "-f", "here", "there");
      docker.ok("network", "rm", "quay");
    }
  }
}
