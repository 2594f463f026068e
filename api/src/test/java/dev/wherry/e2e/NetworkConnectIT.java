package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Containers join networks and leave them, running and stopped. */
@EndToEnd
class NetworkConnectIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  NetworkConnectIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private void network(String name, String subnet) {
    docker.ok("network", "create", "--subnet", subnet, name);
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

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  private String address(String container, String network) {
    return inspect(
        container,
        "{{with index .NetworkSettings.Networks \"" + network + "\"}}{{.IPAddress}}{{end}}");
  }

  private String exec(String container, String script) {
    return docker.ok("exec", container, "sh", "-c", script);
  }

  private String fetch(int port) {
    String url = "http://127.0.0.1:" + port + "/";
    return daemon.nearby("curl", "-s", "--retry-connrefused", "--retry", "5", url).stdout();
  }

  @Test
  void a_running_container_joins_with_what_it_asks_for_and_leaves_again() {
    network("bay", "10.99.1.0/24");
    web("--name", "boat");
    docker.ok(
        "network",
        "connect",
        "--ip",
        "10.99.1.77",
        "--alias",
        "ferry",
        "--driver-opt",
        "com.docker.network.endpoint.ifname=bay0",
        "bay",
        "boat");
    assertThat(address("boat", "bay")).isEqualTo("10.99.1.77");
    assertThat(inspect("boat", "{{.NetworkSettings.Networks.bay.Aliases}}")).contains("ferry");
    assertThat(exec("boat", "ip -4 addr show bay0")).contains("10.99.1.77/24");
    assertThat(exec("boat", "cat /etc/hosts")).contains("10.99.1.77\t");
    assertThat(
            docker.ok(
                "network",
                "inspect",
                "-f",
                "{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}",
                "bay"))
        .isEqualTo("boat 10.99.1.77/24");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "--network",
                "bay",
                TestImages.BUSYBOX,
                "wget",
                "-qO-",
                "http://10.99.1.77/index.html"))
        .isEqualTo("hello from the web");
    assertThat(docker.refused("network", "connect", "bay", "boat"))
        .contains("endpoint with name boat already exists in network bay");
    assertThat(docker.refused("network", "rm", "bay")).contains("has active endpoints");

    docker.ok("network", "disconnect", "bay", "boat");
    assertThat(exec("boat", "ls /sys/class/net")).doesNotContain("bay0");
    assertThat(exec("boat", "cat /etc/hosts")).doesNotContain("10.99.1.77");
    assertThat(docker.refused("network", "disconnect", "bay", "boat"))
        .contains("is not connected to network bay");
    docker.ok("network", "rm", "bay");
  }

  @Test
  void the_way_out_and_published_ports_follow_and_a_port_keeps_its_number() {
    DockerCli.needs(28);
    network("east", "10.99.2.0/24");
    network("north", "10.99.3.0/24");
    web("--name", "boat", "--network", "north", "-p", "80");
    String shown = docker.ok("port", "boat", "80");
    int port = Integer.parseInt(shown.lines().findFirst().orElseThrow().replaceAll(".*:", ""));
    assertThat(exec("boat", "ip route")).contains("default via 10.99.3.1 dev eth0");

    docker.ok("network", "connect", "east", "boat");
    assertThat(exec("boat", "ip route")).contains("default via 10.99.2.1 dev eth1");
    assertThat(docker.ok("port", "boat", "80")).isEqualTo(shown);
    assertThat(fetch(port)).isEqualTo("hello from the web\n");

    docker.ok("network", "connect", "--gw-priority", "5", "bridge", "boat");
    assertThat(exec("boat", "ip route"))
        .contains("default via " + inspect("boat", "{{.NetworkSettings.Gateway}}") + " dev eth2");
    assertThat(fetch(port)).isEqualTo("hello from the web\n");

    docker.ok("network", "disconnect", "bridge", "boat");
    docker.ok("network", "disconnect", "east", "boat");
    assertThat(exec("boat", "ip route")).contains("default via 10.99.3.1 dev eth0");
    assertThat(docker.ok("port", "boat", "80")).isEqualTo(shown);
    assertThat(fetch(port)).isEqualTo("hello from the web\n");

    docker.ok("network", "disconnect", "north", "boat");
    assertThat(docker.ok("port", "boat")).isEmpty();
    assertThat(daemon.nearby("ss", "-ltn").stdout()).doesNotContain(":" + port + " ");
    docker.ok("network", "connect", "north", "boat");
    assertThat(docker.ok("port", "boat")).contains("80/tcp -> 0.0.0.0:");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "east", "north");
  }

  @Test
  void a_stopped_container_is_on_the_networks_it_joined_when_it_starts() {
    network("bay", "10.99.1.0/24");
    docker.ok("create", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("network", "connect", "--ip", "10.99.1.9", "bay", "boat");
    docker.ok("network", "disconnect", "bridge", "boat");
    docker.ok("start", "boat");
    assertThat(address("boat", "bay")).isEqualTo("10.99.1.9");
    assertThat(exec("boat", "ip -4 addr")).contains("10.99.1.9").doesNotContain("172.");
    docker.ok("network", "disconnect", "bay", "boat");
    docker.ok("restart", "-t", "0", "boat");
    assertThat(exec("boat", "ls /sys/class/net")).doesNotContain("eth0");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "bay");
  }

  @Test
  void several_networks_are_named_at_create() {
    DockerCli.needs(28);
    network("bay", "10.99.1.0/24");
    network("east", "10.99.2.0/24");
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--network",
        "name=bay,ip=10.99.1.5,mac-address=02:11:22:33:44:55",
        "--network",
        "name=east,alias=ferry,gw-priority=1",
        TestImages.BUSYBOX,
        "sleep",
        "600");
    assertThat(address("boat", "bay")).isEqualTo("10.99.1.5");
    assertThat(exec("boat", "ip addr")).contains("02:11:22:33:44:55", "10.99.2.");
    assertThat(exec("boat", "ip route")).contains("default via 10.99.2.1");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "bay", "east");
  }

  @Test
  void what_cannot_be_joined_is_refused_with_dockerds_words() {
    network("bay", "10.99.1.0/24");
    docker.ok("network", "create", "auto");
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("create", "--name", "onhost", "--network", "host", TestImages.BUSYBOX);
    docker.ok("create", "--name", "alone", "--network", "none", TestImages.BUSYBOX);
    assertThat(docker.refused("network", "connect", "bay", "onhost"))
        .contains("container sharing network namespace with another container or host");
    assertThat(docker.refused("network", "connect", "bay", "alone"))
        .contains("one of the networks in private (none) mode");
    assertThat(docker.refused("network", "connect", "none", "boat"))
        .contains("one of the networks in private (none) mode");
    assertThat(docker.refused("network", "connect", "host", "boat"))
        .contains("container cannot be disconnected from host network");
    assertThat(docker.refused("network", "connect", "--ip", "10.9.9.9", "auto", "boat"))
        .contains("supported only when connecting to networks with user configured subnets");
    assertThat(docker.refused("network", "connect", "--ip", "9.9.9.9", "bay", "boat"))
        .contains("no configured subnet or ip-range contain the IP address 9.9.9.9");
    assertThat(
            docker.refused(
                "create", "--network", "bay", "--ip", "9.9.9.9", TestImages.BUSYBOX, "true"))
        .contains("invalid config for network bay: invalid endpoint settings:")
        .contains("no configured subnet or ip-range contain the IP address 9.9.9.9");
    docker.ok("create", "--name", "apart", "--network", "bay", TestImages.BUSYBOX);
    assertThat(docker.refused("network", "connect", "--ip", "172.17.0.99", "bridge", "apart"))
        .contains("* user specified IP address is supported on user defined networks only");
    assertThat(docker.refused("network", "connect", "nowhere", "boat"))
        .contains("network nowhere not found");
    assertThat(docker.refused("network", "connect", "bay", "nobody"))
        .contains("No such container: nobody");
    assertThat(docker.refused("network", "disconnect", "-f", "bay", "nobody"))
        .contains("endpoint nobody not found");
    docker.ok("network", "connect", "--ip", "10.99.1.50", "bay", "boat");
    docker.ok("run", "-d", "--name", "other", TestImages.BUSYBOX, "sleep", "600");
    assertThat(docker.refused("network", "connect", "--ip", "10.99.1.50", "bay", "other"))
        .contains("Address already in use");
    assertThat(exec("other", "ls /sys/class/net")).doesNotContain("eth1");
    docker.ok("rm", "-f", "boat", "other", "apart");
    docker.ok("network", "rm", "bay", "auto");
  }
}
