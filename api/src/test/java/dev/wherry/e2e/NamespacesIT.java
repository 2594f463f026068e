package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Namespaces of a container's own, of the host and of other containers. */
@EndToEnd
class NamespacesIT {
  private static final List<String> KINDS = List.of("cgroup", "ipc", "net", "pid", "uts");
  private static final String SCRIPT =
      "for n in " + String.join(" ", KINDS) + "; do readlink /proc/self/ns/$n; done";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  NamespacesIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private static Map<String, String> byKind(String links) {
    Map<String, String> result = new TreeMap<>();
    links.lines().forEach(link -> result.put(link.substring(0, link.indexOf(':')), link));
    assertThat(result).containsOnlyKeys(KINDS);
    return result;
  }

  /** The test's own, which are the daemon's but for the network. */
  private Map<String, String> host() throws IOException {
    List<String> links = new ArrayList<>();
    for (String kind : KINDS) {
      links.add(Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString());
    }
    Map<String, String> result = byKind(String.join("\n", links));
    result.put("net", daemon.nearby("readlink", "/proc/self/ns/net").text());
    return result;
  }

  private Map<String, String> of(String... flags) {
    return byKind(sh(SCRIPT, flags));
  }

  private String sh(String script, String... flags) {
    return docker.ok(
        DockerCli.line(
            List.of("run", "--rm"),
            Arrays.asList(flags),
            List.of(TestImages.BUSYBOX, "sh", "-c", script)));
  }

  private void donor(String... flags) {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d", "--name", "donor"),
            Arrays.asList(flags),
            List.of(TestImages.BUSYBOX, "sleep", "999")));
  }

  private static List<String> common(Map<String, String> one, Map<String, String> other) {
    return KINDS.stream().filter(kind -> one.get(kind).equals(other.get(kind))).toList();
  }

  @Test
  void what_nobody_asks_to_share_is_the_containers_own() throws IOException {
    List<String> shared = common(of(), host());
    assertThat(shared).isSubsetOf("cgroup");
    if (Files.exists(Path.of("/sys/fs/cgroup/memory"))) {
      assertThat(shared).as("with control groups of version 1").contains("cgroup");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--uts ipc", "--ipc pid", "--pid uts", "--network uts"})
  void the_hosts_can_be_had_one_by_one(String words) throws IOException {
    String flag = words.split(" ")[0];
    String kind = flag.equals("--network") ? "net" : flag.substring(2);
    String other = words.split(" ")[1];
    Map<String, String> host = host();
    Map<String, String> inside = of(flag, "host", "--cgroupns", "private");
    assertThat(common(inside, host)).containsExactly(kind).doesNotContain(other);
  }

  @Test
  void the_control_groups_names_are_the_hosts_or_the_containers() throws IOException {
    assertThat(common(of("--cgroupns", "host"), host())).containsExactly("cgroup");
    assertThat(common(of("--cgroupns", "private"), host())).isEmpty();
    String top = "cut -d: -f3 /proc/self/cgroup | sort -u";
    assertThat(sh(top, "--cgroupns", "private")).isEqualTo("/");
    assertThat(sh(top, "--cgroupns", "host")).matches("(?s).*/[0-9a-f]{64}.*");
  }

  @Test
  void the_hosts_name_can_be_changed_by_nobody_who_shares_it() throws IOException {
    String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    assertThat(sh("hostname; hostname mine 2>&1; true", "--uts", "host"))
        .startsWith(name + "\n")
        .contains("Operation not permitted");
    assertThat(
            docker.refused(
                "run", "--rm", "--uts", "host", "-h", "boat", TestImages.BUSYBOX, "true"))
        .contains("conflicting options: hostname and the UTS mode");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ipc", "pid", "network"})
  void those_of_another_container_can_be_joined_one_by_one(String flag) {
    donor("--ipc", "shareable");
    Map<String, String> donors = byKind(docker.ok("exec", "donor", "sh", "-c", SCRIPT));
    String kind = flag.equals("network") ? "net" : flag;
    assertThat(common(of("--" + flag, "container:donor", "--cgroupns", "private"), donors))
        .containsExactly(kind);
    docker.ok(
        "create", "--name", "boat", "--" + flag, "container:donor", TestImages.BUSYBOX, "true");
    String id = docker.ok("inspect", "-f", "{{.Id}}", "donor");
    String member = flag.equals("network") ? "Network" : flag.equals("ipc") ? "Ipc" : "Pid";
    assertThat(docker.ok("inspect", "-f", "{{.HostConfig." + member + "Mode}}", "boat"))
        .isEqualTo("container:" + id);
    docker.ok("stop", "-t", "0", "donor");
    assertThat(docker.refused("start", "boat"))
        .containsAnyOf(
            "ontainer " + id + " is not running",
            "cannot join network of a non running container: " + id);
  }

  @Test
  void processes_shared_are_seen_and_an_init_of_ones_own_is_not_needed() {
    donor();
    assertThat(sh("ps | grep -c 'sleep 99[9]'", "--pid", "container:donor", "--init"))
        .isEqualTo("1");
    assertThat(sh("hostname", "--network", "container:donor"))
        .isEqualTo(docker.ok("exec", "donor", "hostname"));
  }

  @Test
  void memory_is_shared_with_those_who_may_and_with_nobody_else() {
    donor("--ipc", "shareable", "--shm-size", "2m");
    docker.ok("exec", "donor", "sh", "-c", "echo shared > /dev/shm/file");
    String look = "cat /dev/shm/file; grep ' /dev/shm ' /proc/mounts";
    assertThat(sh(look, "--ipc", "container:donor"))
        .startsWith("shared\nshm /dev/shm tmpfs rw,nosuid,nodev,noexec,")
        .contains("size=2048k");
    assertThat(sh("ls /dev/shm", "--ipc", "shareable")).isEmpty();
    assertThat(sh("ls -d /dev/shm 2>&1; true", "--ipc", "none")).contains("No such file");
    docker.ok("rm", "-f", "donor");
    for (String mode : List.of("private", "none")) {
      donor("--ipc", mode);
      assertThat(
              docker.refused("run", "--rm", "--ipc", "container:donor", TestImages.BUSYBOX, "true"))
          .contains("non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
      docker.ok("rm", "-f", "donor");
    }
  }

  @Test
  void a_container_cannot_share_what_is_not_there() {
    for (String flag : List.of("--ipc", "--pid", "--network")) {
      assertThat(
              docker.refused("run", "--rm", flag, "container:nosuch", TestImages.BUSYBOX, "true"))
          .contains("No such container: nosuch");
    }
  }
}
