package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Removing what is stopped: which by filter, how much it gives back, and what never goes. */
@EndToEnd
class ContainerPruneIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  ContainerPruneIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void containers() {
    wrote("red", "colour=red", 3_000_000);
    wrote("blue", "colour=blue", 20_000);
    docker.ok("create", "--name", "plain", TestImages.BUSYBOX);
    docker.ok("run", "-d", "--name", "live", TestImages.BUSYBOX, "sleep", "999");
    docker.ok("run", "-d", "--name", "held", TestImages.BUSYBOX, "sleep", "999");
    docker.ok("pause", "held");
  }

  private void wrote(String name, String label, int bytes) {
    docker.ok(
        "run",
        "--name",
        name,
        "--label",
        label,
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "head -c " + bytes + " /dev/zero > /file");
  }

  private String prune(String... filters) {
    return docker.ok(
        DockerCli.line(
            List.of("container", "prune", "-f"),
            Arrays.stream(filters).map(filter -> "--filter=" + filter).toList(),
            List.of()));
  }

  private String id(String name) {
    return docker.ok("inspect", "-f", "{{.Id}}", name);
  }

  private List<String> names() {
    return docker.ok("ps", "-a", "--format", "{{.Names}}").lines().sorted().toList();
  }

  @Test
  void those_with_a_label_and_those_without_are_told_apart() {
    assertThat(prune("label=colour=green")).isEqualTo("Total reclaimed space: 0B");
    String red = id("red");
    assertThat(prune("label=colour=red"))
        .isEqualTo("Deleted Containers:\n" + red + "\n\nTotal reclaimed space: 3MB");
    String plain = id("plain");
    assertThat(prune("label!=colour"))
        .isEqualTo("Deleted Containers:\n" + plain + "\n\nTotal reclaimed space: 0B");
    assertThat(prune("label!=colour=blue")).isEqualTo("Total reclaimed space: 0B");
    assertThat(prune("label=colour")).endsWith("Total reclaimed space: 20kB");
    assertThat(names()).containsExactly("held", "live");
  }

  @Test
  void only_those_of_before_go() {
    assertThat(prune("until=1h")).isEqualTo("Total reclaimed space: 0B");
    assertThat(prune("until=2026-01-01", "label=colour")).isEqualTo("Total reclaimed space: 0B");
    String between = DockerCli.now();
    docker.ok("create", "--name", "young", TestImages.BUSYBOX);
    String since = DockerCli.now();
    assertThat(prune("until=" + between)).endsWith("Total reclaimed space: 3.02MB");
    assertThat(names()).containsExactly("held", "live", "young");
    assertThat(prune("until=" + DockerCli.now())).contains("Deleted Containers:");
    assertThat(names()).containsExactly("held", "live");
    assertThat(
            docker.ok(
                "events",
                "--since",
                since,
                "--until",
                DockerCli.now(),
                "--filter",
                "event=prune",
                "--format",
                "{{.Type}} {{index .Actor.Attributes \"reclaimed\"}}"))
        .isEqualTo("container 3020000\ncontainer 0");
  }

  @Test
  void without_a_filter_all_that_are_stopped_go_and_no_other() {
    RawHttp.Answer answer = RawHttp.send(daemon.socket(), "POST", "/containers/prune", "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("\"SpaceReclaimed\":3020000");
    assertThat(names()).containsExactly("held", "live");
    assertThat(RawHttp.send(daemon.socket(), "POST", "/containers/prune", "").body())
        .isEqualToIgnoringWhitespace("{\"ContainersDeleted\":null,\"SpaceReclaimed\":0}");
  }

  @Test
  void what_is_no_filter_and_no_time_removes_nothing() {
    assertThat(refused("nosuch=x")).contains("nvalid filter 'nosuch'");
    assertThat(refused("until=foo")).contains("failed to parse value as time or duration: \"foo\"");
    assertThat(refused("until=")).contains("failed to parse value as time or duration: \"\"");
    assertThat(docker.refused("container", "prune", "-f", "--filter=until=1h", "--filter=until=2h"))
        .contains("more than one until filter specified");
    assertThat(names()).containsExactly("blue", "held", "live", "plain", "red");
  }

  private String refused(String filter) {
    return docker.refused("container", "prune", "-f", "--filter", filter);
  }
}
