package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Networks of all drivers and configurations, as the command line makes and shows them. */
@EndToEnd
class NetworkDriversIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  NetworkDriversIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private JsonNode network(String name) {
    return Json.tree(docker.ok("network", "inspect", name)).get(0);
  }

  private JsonNode place(String container, String network) {
    return Json.tree(docker.ok("inspect", container))
        .get(0)
        .at("/NetworkSettings/Networks/" + network);
  }

  private String exec(String container, String script) {
    return docker.ok("exec", container, "sh", "-c", script);
  }

  private void sleeper(String name, String... flags) {
    docker.ok(
        DockerCli.line(
            List.of("run", "-d", "--name", name),
            List.of(flags),
            List.of(TestImages.BUSYBOX, "sleep", "600")));
  }

  @Test
  void a_macvlan_network_puts_containers_beside_the_host() {
    docker.ok(
        "network",
        "create",
        "-d",
        "macvlan",
        "--subnet=10.99.8.0/24",
        "--ip-range=10.99.8.64/26",
        "--gateway=10.99.8.1",
        "--aux-address=switch=10.99.8.64",
        "-o",
        "parent=eth0",
        "--label=kind=beside",
        "lan");
    JsonNode lan = network("lan");
    assertThat(lan.get("Driver").asText()).isEqualTo("macvlan");
    assertThat(lan.at("/Options/parent").asText()).isEqualTo("eth0");
    assertThat(lan.at("/IPAM/Config/0").toString())
        .isEqualTo(
            "{\"Subnet\":\"10.99.8.0/24\",\"IPRange\":\"10.99.8.64/26\",\"Gateway\":\"10.99.8.1\","
                + "\"AuxiliaryAddresses\":{\"switch\":\"10.99.8.64\"}}");
    sleeper("boat", "--network", "lan", "-p", "8088:80");
    sleeper("other", "--network", "lan", "--ip", "10.99.8.9", "--mac-address", "02:00:00:00:0a:01");
    JsonNode boat = place("boat", "lan");
    assertThat(boat.get("IPAddress").asText()).isEqualTo("10.99.8.65");
    assertThat(boat.get("MacAddress").asText()).isEqualTo("02:42:0a:63:08:41");
    assertThat(boat.get("Gateway").asText()).isEqualTo("10.99.8.1");
    assertThat(docker.ok("port", "boat")).isEmpty();
    assertThat(exec("boat", "ip route")).contains("default via 10.99.8.1 dev eth0");
    assertThat(exec("other", "ip addr show eth0")).contains("10.99.8.9/24", "02:00:00:00:0a:01");
    assertThat(exec("boat", "ping -c 1 -W 5 other")).contains("1 packets received");
    // The host's neighbour on the link, which has no way into bridges.
    DockerCli.host("ip", "address", "add", "10.99.8.1/24", "dev", linkOfHost()).text();
    try {
      assertThat(exec("boat", "ping -c 1 -W 5 10.99.8.1")).contains("1 packets received");
    } finally {
      DockerCli.host("ip", "address", "del", "10.99.8.1/24", "dev", linkOfHost()).text();
    }
    docker.ok("restart", "-t", "0", "other");
    assertThat(exec("boat", "ping -c 1 -W 5 10.99.8.9")).contains("1 packets received");
    docker.ok("network", "disconnect", "lan", "boat");
    assertThat(exec("boat", "ls /sys/class/net")).doesNotContain("eth0");
    docker.ok("network", "connect", "--ip", "10.99.8.77", "lan", "boat");
    assertThat(exec("boat", "ping -c 1 -W 5 10.99.8.9")).contains("1 packets received");
    assertThat(docker.refused("network", "rm", "lan")).contains("has active endpoints");
    docker.ok("rm", "-f", "boat", "other");
    docker.ok("network", "rm", "lan");
  }

  @Test
  void a_container_in_anothers_namespace_does_not_keep_the_others_address() {
    docker.ok("network", "create", "--subnet=10.99.10.0/24", "bay");
    sleeper("boat", "--network", "bay", "--ip", "10.99.10.9");
    sleeper("crew", "--network", "container:boat");
    assertThat(exec("crew", "ip addr show eth0")).contains("10.99.10.9/24");
    docker.ok("restart", "-t", "0", "boat");
    assertThat(exec("crew", "ls /sys/class/net")).doesNotContain("eth0");
    sleeper("other", "--network", "bay");
    assertThat(exec("other", "ping -c 1 -W 5 10.99.10.9")).contains("1 packets received");
    docker.ok("rm", "-f", "boat", "crew", "other");
    docker.ok("network", "rm", "bay");
  }

  private String linkOfHost() {
    String route = DockerCli.host("ip", "-o", "route", "get", daemon.address()).text();
    return route.replaceAll("(?s).* dev (\\S+) .*", "$1");
  }

  @Test
  void configurations_are_kept_for_other_networks() {
    docker.ok(
        "network",
        "create",
        "--config-only",
        "--subnet=10.99.9.0/24",
        "-o",
        "com.docker.network.driver.mtu=1400",
        "--label",
        "a=b",
        "plan");
    docker.ok("network", "create", "--config-from", "plan", "built");
    JsonNode plan = network("plan");
    JsonNode built = network("built");
    assertThat(plan.get("ConfigOnly").asBoolean()).isTrue();
    assertThat(plan.get("Driver").asText()).isEqualTo("null");
    assertThat(built.at("/ConfigFrom/Network").asText()).isEqualTo("plan");
    assertThat(built.at("/IPAM/Config/0/Subnet").asText()).isEqualTo("10.99.9.0/24");
    assertThat(built.at("/Labels/a").asText()).isEqualTo("b");
    sleeper("boat", "--network", "built", "--ip", "10.99.9.50");
    assertThat(exec("boat", "ip addr show eth0")).contains("10.99.9.50/24", "mtu 1400");
    assertThat(docker.refused("network", "connect", "plan", "boat"))
        .contains("cannot create endpoint on configuration-only network");
    assertThat(docker.refused("network", "rm", "plan"))
        .contains("configuration network \"plan\" is in use");
    assertThat(docker.refused("network", "create", "--config-from", "nosuch", "x"))
        .contains("configuration network \"nosuch\" does not exist");
    assertThat(
            docker.refused(
                "network", "create", "--config-from", "plan", "--subnet", "10.1.0.0/16", "x"))
        .contains("user specified configurations are not supported if the network depends on a");
    assertThat(docker.refused("network", "create", "--config-from", "plan", "x"))
        .contains("Pool overlaps with other one on this address space");
    assertThat(docker.refused("network", "create", "--config-only", "--internal", "x"))
        .contains("configuration network can only contain network specific fields");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "built", "plan");
  }

  @Test
  void a_network_of_ipv6_alone_has_no_ipv4() {
    DockerCli.needs(28);
    docker.ok("network", "create", "--ipv4=false", "--ipv6", "--subnet", "fd00:99::/64", "six");
    JsonNode six = network("six");
    assertThat(six.get("EnableIPv4").asBoolean()).isFalse();
    assertThat(six.get("EnableIPv6").asBoolean()).isTrue();
    assertThat(six.at("/IPAM/Config").size()).isEqualTo(1);
    sleeper("boat", "--network", "six", "--ip6", "fd00:99::77");
    sleeper("other", "--network", "six");
    assertThat(place("boat", "six").get("IPAddress").asText()).isEmpty();
    assertThat(place("boat", "six").get("GlobalIPv6Address").asText()).isEqualTo("fd00:99::77");
    assertThat(exec("boat", "ip -4 addr show eth0")).isEmpty();
    assertThat(exec("boat", "ip -6 route")).contains("default via fd00:99::1 dev eth0");
    assertThat(exec("other", "ping -6 -c 1 -W 5 boat")).contains("1 packets received");
    assertThat(docker.refused("network", "create", "--ipv4=false", "x"))
        .contains("IPv4 or IPv6 must be enabled");
    docker.ok("rm", "-f", "boat", "other");
    docker.ok("network", "rm", "six");
  }

  @Test
  void all_that_is_asked_of_a_place_is_there_and_shown() {
    DockerCli.needs(28);
    docker.ok(
        "network",
        "create",
        "--ipv6",
        "--subnet",
        "10.99.7.0/24",
        "--subnet",
        "fd00:97::/64",
        "bay");
    docker.ok("network", "create", "--subnet", "10.99.6.0/24", "east");
    String sysctls = "net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.IFNAME.accept_ra=0";
    docker.ok(
        "run",
        "-d",
        "--name",
        "boat",
        "--network",
        "name=bay,ip=10.99.7.5,ip6=fd00:97::5,mac-address=02:00:00:00:07:05,alias=ferry,gw-priority=7,"
            + "link-local-ip=169.254.7.5,link-local-ip=fe80::7:5,"
            + "driver-opt=com.docker.network.endpoint.ifname=sea0,"
            + "\"driver-opt=com.docker.network.endpoint.sysctls="
            + sysctls
            + "\"",
        "--network",
        "east",
        TestImages.BUSYBOX,
        "sleep",
        "600");
    JsonNode bay = place("boat", "bay");
    assertThat(fields(bay))
        .containsEntry(
            "IPAMConfig",
            "{\"IPv4Address\":\"10.99.7.5\",\"IPv6Address\":\"fd00:97::5\","
                + "\"LinkLocalIPs\":[\"169.254.7.5\",\"fe80::7:5\"]}")
        .containsEntry("Links", "null")
        .containsEntry("Aliases", "[\"ferry\"]")
        .containsEntry("MacAddress", "\"02:00:00:00:07:05\"")
        .containsEntry("GwPriority", "7")
        .containsEntry("NetworkID", network("bay").get("Id").toString())
        .containsEntry("Gateway", "\"10.99.7.1\"")
        .containsEntry("IPAddress", "\"10.99.7.5\"")
        .containsEntry("IPPrefixLen", "24")
        .containsEntry("IPv6Gateway", "\"fd00:97::1\"")
        .containsEntry("GlobalIPv6Address", "\"fd00:97::5\"")
        .containsEntry("GlobalIPv6PrefixLen", "64")
        .containsKeys("DriverOpts", "EndpointID", "DNSNames");
    assertThat(bay.at("/DriverOpts").get("com.docker.network.endpoint.ifname").asText())
        .isEqualTo("sea0");
    assertThat(exec("boat", "ip addr show sea0"))
        .contains("10.99.7.5/24", "fd00:97::5/64", "169.254.7.5/16", "fe80::7:5/64")
        .contains("02:00:00:00:07:05");
    assertThat(exec("boat", "cat /proc/sys/net/ipv4/conf/sea0/log_martians")).isEqualTo("1");
    assertThat(exec("boat", "cat /proc/sys/net/ipv6/conf/sea0/accept_ra")).isEqualTo("0");
    assertThat(exec("boat", "ip route")).contains("default via 10.99.7.1 dev sea0");
    docker.ok("restart", "-t", "0", "boat");
    assertThat(exec("boat", "ip addr show sea0")).contains("10.99.7.5/24", "169.254.7.5/16");

    refusedPlace("driver-opt=nosuch=1", "driver option nosuch of an endpoint is not supported");
    refusedPlace("driver-opt=com.docker.network.endpoint.ifname=a/b", "invalid value for");
    refusedPlace("driver-opt=com.docker.network.endpoint.sysctls=kernel.x=1", "invalid value for");
    refusedPlace(
        "driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.nosuch=1",
        "this host's kernel has no parameter net.ipv4.conf.");
    refusedPlace("link-local-ip=10.1.1.1", "invalid link-local IP address: 10.1.1.1");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "bay", "east");
  }

  private void refusedPlace(String wish, String message) {
    assertThat(
            docker.refused(
                "run", "--rm", "--network", "name=bay," + wish, TestImages.BUSYBOX, "true"))
        .contains(message);
  }

  private static Map<String, String> fields(JsonNode node) {
    Map<String, String> fields = new TreeMap<>();
    node.properties().forEach(field -> fields.put(field.getKey(), field.getValue().toString()));
    return fields;
  }

  private JsonNode ipam(String network) {
    return network(network).get("IPAM");
  }

  @Test
  void inspect_tells_of_addresses_what_dockerd_tells() {
    docker.ok("network", "create", "--subnet", "10.99.8.0/24", "bay");
    assertThat(fields(ipam("bay").at("/Config/0")))
        .containsExactly(entry("Subnet", "\"10.99.8.0/24\""));
    sleeper("boat", "--network", "bay");
    assertThat(exec("boat", "ip route")).contains("default via 10.99.8.1");
    docker.ok("network", "create", "east");
    assertThat(fields(ipam("east").at("/Config/0"))).containsOnlyKeys("Subnet", "Gateway");
    assertThat(ipam("host").get("Config").isNull()).isTrue();
    assertThat(ipam("none").get("Config").isNull()).isTrue();
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "bay", "east");
  }

  @Test
  void a_routed_network_has_its_ports_at_its_containers_addresses() {
    String mode = "com.docker.network.bridge.gateway_mode_ipv4=routed";
    docker.ok("network", "create", "--subnet", "10.99.9.0/24", "-o", mode, "bay");
    sleeper("boat", "--network", "bay", "--ip", "10.99.9.5", "-p", "8099:80");
    assertThat(docker.ok("inspect", "-f", "{{json .NetworkSettings.Ports}}", "boat"))
        .isEqualTo("{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"\"}]}");
    assertThat(docker.ok("ps", "--filter", "name=boat", "--format", "{{.Ports}}"))
        .contains("80/tcp")
        .doesNotContain("8099");
    docker.ok("rm", "-f", "boat");
    docker.ok("network", "rm", "bay");
  }

  @Test
  void networks_are_listed_by_filters_and_the_unused_are_pruned() {
    docker.ok("network", "create", "--label", "a=1", "north");
    docker.ok("network", "create", "-d", "macvlan", "--label", "a=2", "-o", "parent=eth0", "south");
    sleeper("boat", "--network", "north");
    String id = network("south").get("Id").asText();
    assertThat(names("driver=macvlan")).containsExactly("south");
    assertThat(names("driver=macvlan", "driver=host")).containsExactly("host", "south");
    assertThat(names("id=" + id.substring(0, 9))).containsExactly("south");
    assertThat(names("label=a")).containsExactly("north", "south");
    assertThat(names("label=a=2")).containsExactly("south");
    assertThat(names("name=or")).containsExactly("north");
    assertThat(names("scope=local", "type=builtin")).containsExactly("bridge", "host", "none");
    assertThat(names("type=custom")).containsExactly("north", "south");
    assertThat(names("dangling=true")).containsExactly("south");
    assertThat(names("scope=swarm")).isEmpty();
    assertThat(docker.refused("network", "ls", "-f", "nosuch=1"))
        .containsIgnoringCase("invalid filter");
    for (String name : List.of("bridge", "host", "none")) {
      assertThat(docker.refused("network", "rm", name))
          .contains("is a pre-defined network and cannot be removed");
    }
    assertThat(docker.ok("network", "prune", "-f", "--filter", "label=a=1"))
        .doesNotContain("north");
    assertThat(docker.ok("network", "prune", "-f")).contains("south").doesNotContain("north");
    docker.ok("rm", "-f", "boat");
    assertThat(docker.ok("network", "prune", "-f")).contains("north");
    assertThat(names("type=custom")).isEmpty();
  }

  private List<String> names(String... filters) {
    List<String> line = new ArrayList<>(List.of("network", "ls", "--format", "{{.Name}}"));
    for (String filter : filters) {
      line.add("-f");
      line.add(filter);
    }
    return docker.ok(line.toArray(String[]::new)).lines().sorted().toList();
  }

  @Test
  void what_networks_cannot_be_is_refused_by_name_and_leaves_nothing() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "dockerd takes options that it does not have");
    String links = daemon.nearby("ip", "-o", "link").text();
    String rules = daemon.nearby("nft", "list", "ruleset").text();
    refusedNetwork("plugin \"nosuch\" not found", "-d", "nosuch");
    refusedNetwork("plugin \"nosuch\" not found", "--ipam-driver", "nosuch");
    refusedNetwork("IPAM option o is not supported", "--ipam-opt", "o=p");
    refusedNetwork("driver option nosuch is not supported by the bridge driver", "-o", "nosuch=1");
    refusedNetwork(
        "gateway mode 'isolated' can only be used for an internal network",
        "-o",
        "com.docker.network.bridge.gateway_mode_ipv4=isolated");
    refusedNetwork(
        "(unknown gateway mode odd)", "-o", "com.docker.network.bridge.gateway_mode_ipv6=odd");
    refusedNetwork("invalid bridge name: a/b", "-o", "com.docker.network.bridge.name=a/b");
    refusedNetwork(
        "existing interface eth0 is not a bridge", "-o", "com.docker.network.bridge.name=eth0");
    refusedNetwork("example formatting is eth0.10", "-d", "macvlan", "-o", "parent=nosuch");
    refusedNetwork("loopback interface is not a valid", "-d", "macvlan", "-o", "parent=lo");
    refusedNetwork("is not valid", "-d", "macvlan", "-o", "parent=eth0", "-o", "macvlan_mode=x");
    refusedNetwork(
        "doesn't support multiple subnets", "--subnet=10.1.0.0/24", "--subnet=10.2.0.0/24");
    refusedNetwork("This node is not a swarm manager.", "-d", "overlay");
    refusedNetwork(
        "invalid subnet 10.1.0.0/33: invalid CIDR block notation", "--subnet", "10.1.0.0/33");
    refusedNetwork("no matching subnet for", "--subnet=10.1.0.0/24", "--gateway=10.2.0.1");
    refusedNetwork("it should be 10.1.0.0/24", "--subnet=10.1.0.5/24");
    refusedNetwork(
        "failed to allocate gateway (10.1.0.255): Address already in use",
        "--subnet=10.1.0.0/24",
        "--gateway=10.1.0.255");
    assertThat(daemon.nearby("ip", "-o", "link").text()).isEqualTo(links);
    assertThat(daemon.nearby("nft", "list", "ruleset").text()).isEqualTo(rules);
    assertThat(names("type=custom")).isEmpty();
  }

  private void refusedNetwork(String message, String... flags) {
    assertThat(
            docker.refused(
                DockerCli.line(List.of("network", "create"), List.of(flags), List.of("x"))))
        .contains(message);
  }
}
