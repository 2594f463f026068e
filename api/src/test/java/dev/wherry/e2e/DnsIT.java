package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names on networks that users made. */
@EndToEnd
class DnsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final List<String> networks = new ArrayList<>();

  DnsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeNetworks() {
    docker.removeAllContainers();
    networks.forEach(name -> docker.ok("network", "rm", name));
  }

  private void network(String name, String... flags) {
    docker.ok(DockerCli.line(List.of("network", "create"), List.of(flags), List.of(name)));
    networks.add(name);
  }

  /** Starts a container that stays, and returns its address on its network. */
  private String boat(String name, String network, String... flags) {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d", "--name", name, "--network", network),
            List.of(flags),
            List.of(TestImages.BUSYBOX, "httpd", "-f", "-p", "80", "-h", "/www")));
    return inspect(name, "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}");
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  private List<String> ask(String from, String... questions) {
    return DnsProbe.ask(inspect(from, "{{.State.Pid}}"), questions);
  }

  @Test
  void a_container_is_found_by_its_name_alias_short_id_and_host_name_in_any_case() {
    network("sea");
    String address = boat("one", "sea", "--network-alias", "Flag", "--hostname", "pinnace");
    String id = inspect("one", "{{.Id}}").substring(0, 12);
    boat("two", "sea");
    assertThat(docker.ok("exec", "two", "wget", "-qO-", "http://one/index.html"))
        .isEqualTo("hello from the web");
    assertThat(
            ask(
                "two",
                "udp",
                "one",
                "A",
                "udp",
                "flag",
                "A",
                "udp",
                id,
                "A",
                "udp",
                "pinnace",
                "A",
                "tcp",
                "ONE",
                "A",
                "udp",
                "one.sea",
                "A",
                "udp",
                "Flag.sea",
                "A"))
        .hasSize(7)
        .containsOnly("NOERROR " + address);
  }

  @Test
  void what_is_ours_but_has_no_such_record_is_an_empty_answer() {
    network("sea");
    boat("one", "sea");
    assertThat(ask("one", "udp", "one", "AAAA", "udp", "one", "MX", "udp", "one", "HTTPS"))
        .containsOnly("NOERROR");
  }

  @Test
  void an_address_leads_back_to_the_name() {
    network("sea", "--ipv6", "--subnet", "fd00:5ea::/64");
    String address = boat("one", "sea");
    String ipv6 = inspect("one", "{{(index .NetworkSettings.Networks \"sea\").GlobalIPv6Address}}");
    String[] parts = address.split("\\.");
    String reverse = parts[3] + "." + parts[2] + "." + parts[1] + "." + parts[0] + ".in-addr.arpa";
    assertThat(ipv6).isEqualTo("fd00:5ea::2");
    assertThat(
            ask(
                "one",
                "udp",
                reverse,
                "PTR",
                "udp",
                "one",
                "AAAA",
                "udp",
                "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.e.5.0.0.0.d.f.ip6.arpa"
                    .replace("0.0.0.0.a.e", "0.0.0.0.0.0.0.0.a.e"),
                "PTR"))
        .containsExactly("NOERROR one.sea.", "NOERROR fd00:5ea:0:0:0:0:0:2", "NOERROR one.sea.");
  }

  @Test
  void several_containers_of_one_alias_are_all_told_until_they_go() {
    network("sea");
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      addresses.add(boat("boat" + i, "sea", "--network-alias", "fleet"));
    }
    addresses.sort(null);
    assertThat(ask("boat0", "udp", "fleet", "A"))
        .containsExactly("NOERROR " + String.join(" ", addresses));
    docker.ok("rm", "-f", "boat2");
    assertThat(ask("boat0", "udp", "fleet", "A").getFirst().split(" ")).hasSize(3);
  }

  @Test
  void names_end_at_their_network_and_the_default_bridge_has_none() {
    network("sea");
    network("lake");
    boat("one", "sea");
    boat("two", "lake", "--dns", "203.0.113.1");
    docker.ok("run", "-d", "--name", "three", TestImages.BUSYBOX, "sleep", "1000");
    assertThat(docker.run("exec", "two", "wget", "-qO-", "-T", "3", "http://one/").exitCode())
        .isNotZero();
    assertThat(docker.ok("exec", "three", "cat", "/etc/resolv.conf")).doesNotContain("127.0.0.11");
  }

  @Test
  void a_link_is_a_name_of_ones_own_for_another() {
    network("sea");
    String address = boat("one", "sea");
    boat("two", "sea", "--link", "one:flagship");
    boat("three", "sea");
    assertThat(ask("two", "udp", "flagship", "A", "udp", "flagship.sea", "A"))
        .containsOnly("NOERROR " + address);
    assertThat(ask("three", "udp", "flagship", "A")).doesNotContain("NOERROR " + address);
  }

  @Test
  void a_new_name_counts_at_once() {
    network("sea");
    String address = boat("one", "sea");
    boat("two", "sea", "--dns", daemon.hostAddress());
    docker.ok("rename", "one", "other");
    try (NameServerStub _ = new NameServerStub(daemon.hostAddress())) {
      assertThat(ask("two", "udp", "other", "A", "udp", "none", "A"))
          .containsExactly("NOERROR " + address, "NXDOMAIN");
      assertThat(ask("two", "udp", "one", "A")).containsExactly("NOERROR 203.0.113.7");
    }
  }

  @Test
  void what_is_not_known_here_is_asked_of_the_world_by_udp_and_by_tcp() {
    network("sea");
    boat("one", "sea", "--dns", daemon.hostAddress());
    try (NameServerStub world = new NameServerStub(daemon.hostAddress())) {
      assertThat(
              ask(
                  "one",
                  "udp",
                  "example.com",
                  "A",
                  "udp",
                  "none.example.com",
                  "A",
                  "udp",
                  "big.example.com",
                  "A",
                  "tcp",
                  "big.example.com",
                  "A"))
          .containsExactly("NOERROR 203.0.113.7", "NXDOMAIN", "NOERROR tc", "NOERROR 203.0.113.7");
      assertThat(world.asked()).isEqualTo(4);
    }
    assertThat(ask("one", "udp", "example.com", "A", "tcp", "example.com", "A"))
        .as("nobody listens there any more")
        .containsOnly("SERVFAIL");
  }

  @Test
  void a_server_that_is_silent_or_does_not_exist_is_followed_by_the_next() {
    network("sea");
    boat("one", "sea", "--dns", "192.0.2.1", "--dns", daemon.hostAddress());
    try (NameServerStub _ = new NameServerStub(daemon.hostAddress())) {
      assertThat(ask("one", "udp", "example.com", "A")).containsExactly("NOERROR 203.0.113.7");
    }
  }

  @Test
  void resolv_conf_names_the_server_the_search_domains_and_the_options() {
    network("sea");
    boat("one", "sea", "--dns-search", "harbour.example", "--dns-option", "timeout:3");
    assertThat(docker.ok("exec", "one", "cat", "/etc/resolv.conf"))
        .isEqualTo("search harbour.example\nnameserver 127.0.0.11\noptions timeout:3 ndots:0");
    boat("two", "sea", "--dns-option", "ndots:2", "--dns-search", "sea");
    assertThat(docker.ok("exec", "two", "cat", "/etc/resolv.conf"))
        .isEqualTo("search sea\nnameserver 127.0.0.11\noptions ndots:2");
    assertThat(ask("two", "udp", "nobody", "A"))
        .as("single labels stay here when the user chose ndots")
        .containsExactly("NOERROR");
  }

  @Test
  void a_container_may_have_a_name_server_of_its_own() {
    network("sea");
    String address = boat("one", "sea");
    docker.ok("exec", "-d", "one", "nc", "-l", "-p", "53", "-e", "cat");
    try (CliSession _ = UdpEcho.start(inspect("one", "{{.State.Pid}}"), 53)) {
      await()
          .untilAsserted(
              () ->
                  assertThat(docker.ok("exec", "one", "netstat", "-lnut"))
                      .containsPattern("tcp .*:53 ")
                      .containsPattern("udp .*:53 "));
      assertThat(ask("one", "udp", "one", "A", "tcp", "one", "A"))
          .containsOnly("NOERROR " + address);
    }
  }

  @Test
  void an_internal_network_has_names_but_no_way_to_the_world() {
    network("cove", "--internal");
    String address = boat("one", "cove", "--dns", daemon.hostAddress());
    try (NameServerStub world = new NameServerStub(daemon.hostAddress())) {
      assertThat(ask("one", "udp", "one", "A", "udp", "example.com", "A"))
          .containsExactly("NOERROR " + address, "SERVFAIL");
      assertThat(world.asked()).isZero();
    }
  }

  @Test
  void a_running_container_knows_a_networks_names_from_when_it_joins_until_it_leaves() {
    network("sea");
    String address = boat("one", "sea");
    docker.ok("run", "-d", "--name", "two", TestImages.BUSYBOX, "sleep", "1000");
    docker.ok("network", "connect", "--alias", "tender", "sea", "two");
    String second = inspect("two", "{{.NetworkSettings.Networks.sea.IPAddress}}");
    assertThat(docker.ok("exec", "two", "cat", "/etc/resolv.conf")).contains("127.0.0.11");
    assertThat(docker.ok("exec", "two", "wget", "-qO-", "http://one/"))
        .isEqualTo("hello from the web");
    assertThat(ask("two", "udp", "one", "A")).containsExactly("NOERROR " + address);
    assertThat(ask("one", "udp", "tender", "A")).containsExactly("NOERROR " + second);
    docker.ok("network", "disconnect", "sea", "two");
    assertThat(ask("one", "udp", "tender", "A")).doesNotContain("NOERROR " + second);
    assertThat(ask("two", "udp", "one", "A")).doesNotContain("NOERROR " + address);
  }

  @Test
  void a_question_that_runs_in_a_circle_ends() {
    docker.ok("network", "create", "--subnet", "10.213.5.0/24", "ring");
    networks.add("ring");
    boat("one", "ring", "--ip", "10.213.5.5", "--dns", "10.213.5.5");
    try (CliSession circle = DnsCircle.start(inspect("one", "{{.State.Pid}}"))) {
      circle.awaitOutput("ready");
      assertThat(ask("one", "udp", "example.com", "A")).containsExactly("SERVFAIL");
      assertThat(circle.output().lines().filter("asked"::equals).count()).isLessThan(5);
    }
  }

  @Test
  void each_of_several_containers_of_one_alias_is_named_first_at_times() {
    network("sea");
    for (int i = 0; i < 3; i++) {
      boat("boat" + i, "sea", "--network-alias", "fleet");
    }
    docker.ok(
        "exec",
        "boat0",
        "sh",
        "-c",
        "for i in $(seq 40); do nslookup -type=a fleet. | sed -n 's/^Address: //p' | head -n 1;"
            + " done | sort | uniq -c > /tmp/seen");
    assertThat(docker.ok("exec", "boat0", "cat", "/tmp/seen").lines()).hasSize(3);
  }

  @Test
  void names_cost_no_threads() {
    assumeThat(daemon).isInstanceOf(WherryDaemon.class);
    network("sea");
    boat("boat0", "sea");
    ask("boat0", "udp", "boat0", "A");
    Path threads = Path.of("/proc/" + ((WherryDaemon) daemon).pid() + "/task");
    int before = threads.toFile().list().length;
    for (int i = 1; i < 8; i++) {
      boat("boat" + i, "sea");
      assertThat(ask("boat" + i, "udp", "boat0", "A", "tcp", "boat0", "A")).hasSize(2);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(threads.toFile().list().length).isLessThan(before + 7));
  }

  @Test
  void noise_and_floods_keep_nobody_from_being_answered_and_leave_nothing_open() {
    assumeThat(daemon).isInstanceOf(WherryDaemon.class);
    network("sea");
    String address = boat("one", "sea", "--dns", "192.0.2.1");
    boat("two", "sea");
    Path descriptors = Path.of("/proc/" + ((WherryDaemon) daemon).pid() + "/fd");
    int before = descriptors.toFile().list().length;
    DnsFlood.in(inspect("one", "{{.State.Pid}}"));
    assertThat(ask("two", "udp", "one", "A", "tcp", "one", "A")).containsOnly("NOERROR " + address);
    assertThat(ask("one", "udp", "one", "A", "tcp", "one", "A")).containsOnly("NOERROR " + address);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(descriptors.toFile().list().length).isLessThanOrEqualTo(before + 2));
  }
}
