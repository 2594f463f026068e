package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Published ports: at which addresses, for whom, and what happens when one cannot be had. */
@EndToEnd
class PortsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  PortsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private void web(String... flags) {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d"),
            List.of(flags),
            List.of(TestImages.BUSYBOX, "httpd", "-f", "-p", "80", "-h", "/www")));
  }

  private CliResult curl(String url) {
    return daemon.nearby(
        "curl", "-gs", "--max-time", "5", "--retry-connrefused", "--retry", "3", url);
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  @Test
  void a_container_without_ipv6_is_reached_at_the_hosts_ipv6_addresses_and_its_loopback() {
    daemon.nearby("ip", "address", "add", "fd00:9::1/128", "dev", "lo", "nodad").text();
    web("--name", "boat", "-p", "8090:80");
    assertThat(docker.ok("port", "boat").lines())
        .containsExactly("80/tcp -> 0.0.0.0:8090", "80/tcp -> [::]:8090");
    for (String address : List.of("127.0.0.1", "[::1]", "[fd00:9::1]")) {
      assertThat(curl("http://" + address + ":8090/").stdout())
          .as(address)
          .isEqualTo("hello from the web\n");
    }
    docker.ok("restart", "-t", "0", "boat");
    assertThat(curl("http://[::1]:8090/").stdout()).isEqualTo("hello from the web\n");
    docker.ok("rm", "-f", "boat");
    assertThat(daemon.nearby("ss", "-ltnH").stdout()).doesNotContain(":8090");
  }

  @Test
  void much_goes_through_at_the_ipv6_loopback_in_both_directions_and_is_whole() {
    web("--name", "boat", "-p", "8091:80", "-p", "8092:81");
    docker.ok("exec", "boat", "dd", "if=/dev/urandom", "of=/www/big", "bs=1M", "count=64");
    String sum = docker.ok("exec", "boat", "sha256sum", "/www/big").split(" ")[0];
    assertThat(shell("curl -gs http://[::1]:8091/big | sha256sum")).startsWith(sum);
    String server =
        """
        import hashlib, socket
        listener = socket.create_server(('', 81))
        print('ready', flush=True)
        client, address = listener.accept()
        client.sendall(hashlib.sha256(client.makefile('rb').read()).hexdigest().encode())
        """;
    String client =
        """
        import socket, sys
        s = socket.create_connection(('::1', 8092))
        s.sendall(sys.stdin.buffer.read())
        s.shutdown(socket.SHUT_WR)
        print(s.makefile().read())
        """;
    String namespace = "--net=/proc/" + inspect("boat", "{{.State.Pid}}") + "/ns/net";
    try (CliSession answering =
        new CliSession(new ProcessBuilder("nsenter", namespace, "python3", "-c", server))) {
      answering.awaitOutput("ready");
      assertThat(shell("curl -gs http://[::1]:8091/big | python3 -c \"" + client + '"'))
          .as("one that has ended its sending still gets the answer")
          .isEqualTo(sum);
    }
  }

  private String shell(String line) {
    return daemon.nearby("sh", "-c", line).text();
  }

  @Test
  void a_port_published_at_one_ipv6_address_is_closed_at_others() {
    daemon.nearby("ip", "address", "add", "fd00:9::2/128", "dev", "lo", "nodad").text();
    web("--name", "boat", "-p", "[::1]:8093:80");
    assertThat(docker.ok("port", "boat")).isEqualTo("80/tcp -> [::1]:8093");
    assertThat(curl("http://[::1]:8093/").stdout()).isEqualTo("hello from the web\n");
    for (String closed : List.of("[fd00:9::2]", "127.0.0.1")) {
      assertThat(daemon.nearby("curl", "-gs", "http://" + closed + ":8093/").exitCode())
          .as(closed)
          .isNotZero();
    }
  }

  @Test
  void udp_is_carried_from_the_ipv6_loopback_and_each_client_gets_its_own_answers() {
    docker.ok(
        "run", "-d", "--name", "boat", "-p", "5354:53/udp", TestImages.BUSYBOX, "sleep", "600");
    try (CliSession server = UdpEcho.start(inspect("boat", "{{.State.Pid}}"), 53)) {
      String gateway = inspect("boat", "{{.NetworkSettings.Gateway}}");
      String ask =
          "import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.settimeout(5);"
              + " s.connect(('::1', 5354)); s.send(b'a'); print(s.recv(100).decode())";
      await()
          .untilAsserted(
              () ->
                  assertThat(daemon.nearby("python3", "-c", ask).stdout())
                      .isEqualTo(gateway + "\n"));
      assertThat(server.isRunning()).isTrue();
    }
  }

  @Test
  void with_ipv6_on_both_sides_the_kernel_does_it_and_the_client_is_seen() {
    docker.ok("network", "create", "--ipv6", "--subnet", "fd00:cafe::/64", "sea");
    try {
      docker.ok(
          "run",
          "-d",
          "--name",
          "boat",
          "--network",
          "sea",
          "-p",
          "5355:53/udp",
          "-p",
          "8094:80",
          TestImages.BUSYBOX,
          "httpd",
          "-f",
          "-p",
          "80",
          "-h",
          "/www");
      try (CliSession _ = UdpEcho.start(inspect("boat", "{{.State.Pid}}"), 53)) {
        daemon.nearby("ip", "address", "add", "fd00:9::3/128", "dev", "lo", "nodad").text();
        String ask =
            "import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.settimeout(5);"
                + " s.bind(('fd00:9::3', 0)); s.connect(('fd00:9::3', 5355)); s.send(b'a');"
                + " print(s.recv(100).decode())";
        await()
            .untilAsserted(
                () ->
                    assertThat(daemon.nearby("python3", "-c", ask).stdout())
                        .isEqualTo("fd00:9:0:0:0:0:0:3\n"));
      }
      assertThat(curl("http://[::1]:8094/").stdout()).isEqualTo("hello from the web\n");
    } finally {
      docker.removeAllContainers();
      docker.ok("network", "rm", "sea");
    }
  }

  /** A datagram from one and the same port each time, so that the kernel takes all for one flow. */
  private CliResult knock() {
    String client =
        """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(('127.0.0.1', 40123))
        s.settimeout(2)
        s.sendto(b'knock', ('127.0.0.1', 8098))
        print(s.recv(100).decode())
        """;
    return daemon.nearby("python3", "-c", client);
  }

  @Test
  void a_client_that_keeps_its_socket_reaches_the_container_anew_after_a_restart() {
    web("--name", "boat", "-p", "127.0.0.1:8098:53/udp", "-p", "127.0.0.1:8098:80");
    String first = inspect("boat", "{{.NetworkSettings.IPAddress}}");
    try (CliSession _ = UdpEcho.start(inspect("boat", "{{.State.Pid}}"), 53)) {
      await().until(() -> knock().exitCode() == 0);
    }
    docker.ok("stop", "-t", "0", "boat");
    assertThat(knock().exitCode()).isNotZero();
    docker.ok("start", "boat");
    try (CliSession _ = UdpEcho.start(inspect("boat", "{{.State.Pid}}"), 53)) {
      await().until(() -> knock().exitCode() == 0);
    }
    // Addresses are given in turn, so this is not by chance the flow of before.
    assertThat(inspect("boat", "{{.NetworkSettings.IPAddress}}")).isNotEqualTo(first);
    assertThat(curl("http://127.0.0.1:8098/").stdout()).isEqualTo("hello from the web\n");
    docker.ok("rm", "-f", "boat");
  }

  @Test
  void of_several_ports_none_stays_when_one_is_taken_by_a_program_of_the_host() {
    assumeThat(daemon).isInstanceOf(WherryDaemon.class);
    String rules = daemon.nearby("nft", "list", "ruleset").stdout();
    try (CliSession _ =
        new CliSession(
            new ProcessBuilder(
                "nsenter",
                "--net=/run/netns/" + daemon.namespace(),
                "busybox",
                "nc",
                "-l",
                "-p",
                "8096"))) {
      await().until(() -> daemon.nearby("ss", "-ltn").stdout().contains(":8096 "));
      docker.ok(
          "create",
          "--name",
          "boat",
          "-p",
          "8095:80",
          "-p",
          "8096:81",
          "-p",
          "8097:82/udp",
          TestImages.BUSYBOX,
          "sleep",
          "600");
      assertThat(docker.refused("start", "boat"))
          .contains("driver failed programming external connectivity on endpoint boat")
          .contains("0.0.0.0:8096: bind: address already in use");
      assertThat(daemon.nearby("ss", "-ltunH").stdout()).doesNotContain(":8095", ":8097");
      assertThat(daemon.nearby("nft", "list", "ruleset").stdout()).isEqualTo(rules);
      assertThat(inspect("boat", "{{.State.Status}} {{.NetworkSettings.Ports}}"))
          .isEqualTo("created map[]");
    }
    await().until(() -> !daemon.nearby("ss", "-ltn").stdout().contains(":8096 "));
    docker.ok("start", "boat");
    assertThat(docker.ok("port", "boat", "81")).startsWith("0.0.0.0:8096");
  }

  @Test
  void the_first_free_port_of_a_range_is_taken_until_none_is_left() {
    web("--name", "one", "-p", "9300-9301:80");
    web("--name", "two", "-p", "9300-9301:80");
    assertThat(docker.ok("port", "one", "80")).startsWith("0.0.0.0:9300");
    assertThat(docker.ok("port", "two", "80")).startsWith("0.0.0.0:9301");
    docker.ok("create", "--name", "three", "-p", "9300-9301:80", TestImages.BUSYBOX);
    assertThat(docker.refused("start", "three")).contains("all ports are allocated");
    docker.ok("rm", "-f", "one");
    docker.ok("start", "three");
  }

  @Test
  void containers_of_the_same_and_of_another_network_reach_a_published_port_at_the_host() {
    docker.ok("network", "create", "lake");
    try {
      web("--name", "boat", "-p", "8098:80");
      for (String network : List.of("bridge", "lake")) {
        assertThat(
                docker.ok(
                    "run",
                    "--rm",
                    "--network",
                    network,
                    TestImages.BUSYBOX,
                    "wget",
                    "-qO-",
                    "http://" + daemon.address() + ":8098/"))
            .as(network)
            .isEqualTo("hello from the web");
      }
    } finally {
      docker.ok("network", "rm", "lake");
    }
  }

  @Test
  void an_internal_network_reaches_no_published_port_by_ipv6_either() {
    docker.ok("network", "create", "--internal", "--ipv6", "--subnet", "fd00:c0fe::/64", "cove");
    try {
      web("--name", "boat", "-p", "8099:80");
      CliResult tried =
          docker.run(
              "run",
              "--rm",
              "--network",
              "cove",
              TestImages.BUSYBOX,
              "sh",
              "-c",
              "ip -6 address show eth0; wget -T 3 -qO- http://[fd00:c0fe::1]:8099/");
      assertThat(tried.stdout()).contains("fd00:c0fe::").doesNotContain("hello from the web");
      assertThat(tried.exitCode()).isNotZero();
    } finally {
      docker.ok("network", "rm", "cove");
    }
  }

  @Test
  void what_is_no_port_is_refused_and_the_kernels_lack_of_a_protocol_is_told() {
    for (String odd : List.of("70000:80", "a:b", "9-8:80", "1.2.3:80:80", "80/icmp")) {
      assertThat(docker.refused("create", "-p", odd, TestImages.BUSYBOX)).as(odd).isNotBlank();
    }
    CliResult sctp = docker.run("run", "-d", "-p", "8100:80/sctp", TestImages.BUSYBOX, "true");
    if (sctp.exitCode() != 0) {
      assertThat(sctp.stderr()).contains("protocol not supported");
    }
  }
}
