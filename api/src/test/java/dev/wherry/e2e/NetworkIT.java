package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The default bridge, published ports, and the networks without one. */
@EndToEnd
class NetworkIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  NetworkIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private String sh(String script, String... flags) {
    String[] line = new String[flags.length + 6];
    line[0] = "run";
    line[1] = "--rm";
    System.arraycopy(flags, 0, line, 2, flags.length);
    line[flags.length + 2] = TestImages.BUSYBOX;
    line[flags.length + 3] = "sh";
    line[flags.length + 4] = "-c";
    line[flags.length + 5] = script;
    return docker.ok(line);
  }

  private void web(String... flags) {
    String[] line = new String[flags.length + 9];
    line[0] = "run";
    line[1] = "-d";
    System.arraycopy(flags, 0, line, 2, flags.length);
    String[] rest = {TestImages.BUSYBOX, "httpd", "-f", "-p", "80", "-h", "/www"};
    System.arraycopy(rest, 0, line, flags.length + 2, rest.length);
    docker.ok(line);
  }

  /** What a web server answers, which may not have come up yet. */
  private static String fetch(String address, int port) {
    return await().ignoreExceptions().until(() -> fetchOnce(address, port), text -> true);
  }

  private static String fetchOnce(String address, int port) throws IOException {
    try (Socket socket = new Socket(address, port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(TestImages.bytes("GET /index.html HTTP/1.0\r\n\r\n"));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  @Test
  void a_container_has_an_address_a_gateway_and_a_route_and_inspect_agrees() {
    web("--name", "boat");
    String address = inspect("boat", "{{.NetworkSettings.Networks.bridge.IPAddress}}");
    String prefix = inspect("boat", "{{.NetworkSettings.Networks.bridge.IPPrefixLen}}");
    String gateway = inspect("boat", "{{.NetworkSettings.Networks.bridge.Gateway}}");
    assertThat(docker.ok("exec", "boat", "ip", "-4", "addr", "show", "eth0"))
        .contains("inet " + address + "/" + prefix);
    assertThat(docker.ok("exec", "boat", "ip", "route")).contains("default via " + gateway);
    assertThat(docker.ok("exec", "boat", "cat", "/sys/class/net/eth0/address"))
        .isEqualTo(inspect("boat", "{{.NetworkSettings.Networks.bridge.MacAddress}}"));
    assertThat(inspect("boat", "{{.NetworkSettings.IPAddress}}")).isEqualTo(address);
  }

  @Test
  void containers_on_the_bridge_reach_each_other_by_address() {
    web("--name", "server");
    String address = inspect("server", "{{.NetworkSettings.IPAddress}}");
    assertThat(sh("wget -qO- http://" + address + "/index.html")).isEqualTo("hello from the web");
  }

  @Test
  void addresses_are_given_back_and_used_again() {
    for (int i = 0; i < 3; i++) {
      web("--name", "boat");
      assertThat(inspect("boat", "{{.NetworkSettings.IPAddress}}")).isNotEmpty();
      docker.ok("rm", "-f", "boat");
    }
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX);
    assertThat(inspect("boat", "{{.NetworkSettings.IPAddress}}")).isEmpty();
  }

  @Test
  void a_published_port_answers_outside_on_loopback_and_under_its_number_in_port_and_ps()
      throws Exception {
    web("--name", "boat", "-p", "8080:80");
    assertThat(fetch(daemon.address(), 8080)).contains("hello from the web");
    assertThat(
            daemon
                .nearby(
                    "curl", "-s", "--retry-connrefused", "--retry", "5", "http://127.0.0.1:8080/")
                .stdout())
        .isEqualTo("hello from the web\n");
    assertThat(
            daemon
                .nearby(
                    "curl",
                    "-s",
                    "--retry-connrefused",
                    "--retry",
                    "5",
                    "http://" + daemon.address() + ":8080/")
                .stdout())
        .isEqualTo("hello from the web\n");
    assertThat(docker.ok("port", "boat")).contains("80/tcp -> 0.0.0.0:8080");
  }

  @Test
  void a_port_published_on_loopback_is_closed_to_the_outside() {
    web("-p", "127.0.0.1:8081:80");
    assertThat(
            daemon
                .nearby(
                    "curl", "-s", "--retry-connrefused", "--retry", "5", "http://127.0.0.1:8081/")
                .stdout())
        .isEqualTo("hello from the web\n");
    assertThat(
            daemon
                .nearby("curl", "-s", "--max-time", "2", "http://" + daemon.address() + ":8081/")
                .exitCode())
        .isNotZero();
    assertThat(
            DockerCli.host("curl", "-s", "--max-time", "2", "http://" + daemon.address() + ":8081/")
                .exitCode())
        .isNotZero();
  }

  @Test
  void a_port_of_the_engines_choice_is_told() throws Exception {
    web("--name", "boat", "-p", "80");
    String shown = docker.ok("port", "boat", "80").lines().findFirst().orElseThrow();
    assertThat(fetch(daemon.address(), Integer.parseInt(shown.replaceAll(".*:", ""))))
        .contains("hello from the web");
  }

  @Test
  void exposed_ports_are_published_by_capital_p_and_ranges_map_one_to_one() {
    web(
        "--name",
        "boat",
        "--expose",
        "80",
        "--expose",
        "90/udp",
        "-P",
        "-p",
        "7000-7002:6000-6002");
    assertThat(docker.ok("port", "boat"))
        .containsPattern("80/tcp -> 0.0.0.0:\\d+")
        .containsPattern("90/udp -> 0.0.0.0:\\d+")
        .contains("6000/tcp -> 0.0.0.0:7000", "6002/tcp -> 0.0.0.0:7002");
  }

  @Test
  void udp_is_published_too_and_answers_come_from_where_they_were_asked() throws Exception {
    docker.ok(
        "run", "-d", "--name", "boat", "-p", "5353:53/udp", TestImages.BUSYBOX, "sleep", "600");
    try (CliSession server = UdpEcho.start(inspect("boat", "{{.State.Pid}}"), 53);
        DatagramSocket socket = new DatagramSocket()) {
      socket.connect(InetAddress.ofLiteral(daemon.address()), 5353);
      socket.setSoTimeout(500);
      await().until(() -> ask(socket).equals(daemon.hostAddress()));
      assertThat(server.isRunning()).isTrue();
    }
  }

  /** Sends a datagram and returns the answer; empty when there is none yet. */
  private static String ask(DatagramSocket socket) throws IOException {
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    try {
      socket.send(new DatagramPacket(TestImages.bytes("ping"), 4));
      socket.receive(answer);
      return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException | PortUnreachableException notYet) {
      return "";
    }
  }

  @Test
  void a_port_taken_is_refused_and_free_again_after_removal() {
    web("--name", "one", "-p", "8082:80");
    docker.ok("create", "--name", "two", "-p", "8082:80", TestImages.BUSYBOX);
    assertThat(docker.refused("start", "two")).contains("port is already allocated");
    docker.ok("rm", "-f", "one");
    docker.ok("start", "two");
  }

  @Test
  void a_port_a_host_process_listens_on_is_refused() throws Exception {
    try (CliSession listener =
        new CliSession(
            new ProcessBuilder(
                "nsenter",
                "--net=/run/netns/" + daemon.namespace(),
                "busybox",
                "nc",
                "-l",
                "-p",
                "8083"))) {
      await().until(() -> daemon.nearby("ss", "-ltn").stdout().contains(":8083 "));
      assertThat(docker.refused("run", "-d", "-p", "8083:80", TestImages.BUSYBOX, "true"))
          .contains("8083")
          .contains("address already in use");
      assertThat(listener.isRunning()).isTrue();
    }
  }

  @Test
  void containers_reach_beyond_the_host_under_its_address() throws Exception {
    try (ServerSocket server =
        new ServerSocket(0, 5, InetAddress.ofLiteral(daemon.hostAddress()))) {
      CompletableFuture<String> seen =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket caller = server.accept()) {
                  caller.getOutputStream().write(TestImages.bytes("reached\n"));
                  return caller.getInetAddress().getHostAddress();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThat(sh("nc " + daemon.hostAddress() + " " + server.getLocalPort()))
          .isEqualTo("reached");
      assertThat(seen.join()).isEqualTo(daemon.address());
    }
  }

  @Test
  void a_container_reaches_its_own_published_port() {
    web("--name", "boat", "-p", "8084:80");
    String gateway = inspect("boat", "{{.NetworkSettings.Gateway}}");
    assertThat(docker.ok("exec", "boat", "wget", "-qO-", "http://" + gateway + ":8084/index.html"))
        .isEqualTo("hello from the web");
  }

  @Test
  void none_has_only_loopback() {
    assertThat(
            sh(
                "ls /sys/class/net | grep -v -E '^(ifb|sit|tunl|gre|ip6|ip_|erspan|teql)'; ip route",
                "--network",
                "none"))
        .isEqualTo("lo");
    assertThat(sh("cat /etc/hosts", "--network", "none")).contains("127.0.0.1\tlocalhost");
  }

  @Test
  void host_is_the_daemons_own_network() {
    assertThat(sh("ip -4 addr show eth0", "--network", "host"))
        .contains("inet " + daemon.address() + "/");
  }

  @Test
  void container_shares_the_network_and_the_files_of_the_other() {
    web("--name", "boat", "-h", "boat");
    assertThat(sh("wget -qO- http://127.0.0.1/index.html; hostname", "--network", "container:boat"))
        .isEqualTo("hello from the web\nboat");
    assertThat(docker.refused("run", "--network", "container:nobody", TestImages.BUSYBOX, "true"))
        .contains("No such container: nobody");
    assertThat(
            docker.refused(
                "create", "--network", "container:boat", "-p", "80:80", TestImages.BUSYBOX))
        .containsIgnoringCase("conflicting options");
  }

  @Test
  void hosts_and_resolver_come_from_flags() {
    assertThat(
            sh(
                "cat /etc/hosts /etc/resolv.conf",
                "--add-host",
                "far:10.1.2.3",
                "--dns",
                "9.9.9.9",
                "--dns-search",
                "example.org",
                "--dns-option",
                "ndots:3"))
        .contains("10.1.2.3\tfar", "nameserver 9.9.9.9", "search example.org", "options ndots:3");
    assertThat(sh("cat /etc/hosts"))
        .contains("127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback");
  }

  @Test
  void the_gateway_has_a_name_for_add_host() {
    assertThat(
            sh(
                "grep docker.internal /etc/hosts",
                "--add-host",
                "host.docker.internal:host-gateway"))
        .matches("\\d+\\.\\d+\\.\\d+\\.\\d+\thost.docker.internal");
  }

  @Test
  void the_three_networks_are_listed_and_the_bridge_knows_its_containers() {
    web("--name", "boat");
    assertThat(docker.ok("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"))
        .contains("bridge bridge local", "host host local", "none null local");
    assertThat(
            docker.ok(
                "network", "inspect", "-f", "{{range .Containers}}{{.Name}}{{end}}", "bridge"))
        .isEqualTo("boat");
  }
}
