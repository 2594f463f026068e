package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What inspect makes of options, as dockerd 26.1 shows them. */
@EndToEnd
class InspectedOptionsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  InspectedOptionsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeContainers() {
    docker.removeAllContainers();
  }

  private String created(String... flags) {
    return docker.ok(
        Stream.of(List.of("create"), List.of(flags), List.of(TestImages.BUSYBOX, "sleep", "100"))
            .flatMap(List::stream)
            .toArray(String[]::new));
  }

  private JsonNode inspected(String id) throws IOException {
    RawHttp.Answer answer =
        RawHttp.send(daemon.socket(), "GET", "/v1.45/containers/" + id + "/json", "");
    return new ObjectMapper().readTree(answer.body());
  }

  private JsonNode host(String... flags) throws IOException {
    return inspected(created(flags)).path("HostConfig");
  }

  @Test
  void lists_that_a_client_gave_empty_are_empty_and_those_it_left_out_are_null()
      throws IOException {
    JsonNode given = host();
    for (String member : List.of("Dns", "DnsOptions", "DnsSearch", "Devices", "Ulimits")) {
      assertThat(given.path(member).isArray()).as(member).isTrue();
    }
    assertThat(given.path("PortBindings").isObject()).isTrue();
    for (String member : List.of("Binds", "CapAdd", "ExtraHosts", "GroupAdd", "DeviceRequests")) {
      assertThat(given.path(member).isNull()).as(member).isTrue();
    }
    RawHttp.Answer bare =
        RawHttp.send(
            daemon.socket(),
            "POST",
            "/v1.45/containers/create",
            "{\"Image\":\"busybox\",\"HostConfig\":{\"Binds\":[]}}");
    String id = new ObjectMapper().readTree(bare.body()).path("Id").asText();
    JsonNode left = inspected(id).path("HostConfig");
    assertThat(left.path("Dns").isNull()).isTrue();
    assertThat(left.path("PortBindings").isNull()).isTrue();
    assertThat(left.path("Binds").isArray()).isTrue();
  }

  @Test
  void the_default_network_is_shown_by_its_name_and_has_no_names_to_resolve() throws IOException {
    JsonNode container = inspected(created());
    assertThat(container.at("/HostConfig/NetworkMode").asText()).isEqualTo("bridge");
    JsonNode endpoint = container.at("/NetworkSettings/Networks/bridge");
    assertThat(endpoint.has("DNSNames")).isTrue();
    assertThat(endpoint.path("DNSNames").isNull()).isTrue();
  }

  @Test
  void the_short_id_is_an_alias_no_more_since_1_45() throws IOException {
    docker.ok("network", "create", "named");
    try {
      String id = docker.ok("run", "-d", "--network", "named", "busybox", "sleep", "100");
      String path = "/NetworkSettings/Networks/named/Aliases";
      RawHttp.Answer old =
          RawHttp.send(daemon.socket(), "GET", "/v1.44/containers/" + id + "/json", "");
      assertThat(new ObjectMapper().readTree(old.body()).at(path).toString())
          .isEqualTo("[\"" + id.substring(0, 12) + "\"]");
      assertThat(inspected(id).at(path).isNull()).isTrue();
    } finally {
      docker.removeAllContainers();
      docker.ok("network", "rm", "named");
    }
  }

  @Test
  void who_shares_the_hosts_processes_or_is_privileged_has_no_label() throws IOException {
    for (String flag : List.of("--privileged", "--pid=host", "--ipc=host")) {
      assertThat(host(flag).at("/SecurityOpt/0").asText()).as(flag).isEqualTo("label=disable");
    }
    assertThat(host("--pid=host", "--security-opt", "label=disable").path("SecurityOpt"))
        .hasSize(1);
  }

  @Test
  void the_address_of_the_main_networks_link_is_the_containers_too() throws IOException {
    String mac = "92:d0:c6:0a:29:33";
    assertThat(inspected(created("--mac-address", mac)).at("/Config/MacAddress").asText())
        .isEqualTo(mac);
    // Dashes and dots are ways to write one as well.
    String dashes =
        docker.ok("run", "-d", "--mac-address", "92-d0-c6-0a-29-34", "busybox", "cat", "-");
    assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}}", dashes)).isEqualTo("0");
  }

  @Test
  void the_working_directory_is_shown_without_dots() throws IOException {
    assertThat(inspected(created("-w", "/www/../tmp/")).at("/Config/WorkingDir").asText())
        .isEqualTo("/tmp");
  }

  @Test
  void addresses_on_the_default_network_are_refused_with_all_that_is_wrong() {
    assertThat(docker.refused("create", "--ip", "1.2.3", "busybox"))
        .contains(
            """
            invalid config for network bridge: invalid endpoint settings:
            * user specified IP address is supported on user defined networks only
            * invalid IPv4 address: 1.2.3
            * user specified IP address is supported only when connecting to networks with user configured subnets\
            """);
    assertThat(docker.refused("create", "--annotation", "=x", "busybox"))
        .contains("invalid Annotations: the empty string is not permitted as an annotation key");
  }

  @Test
  void a_driver_of_devices_that_is_not_there_is_told_at_the_start() {
    String id = created("--gpus", "all");
    assertThat(docker.refused("start", id))
        .contains("could not select device driver \"\" with capabilities: [[gpu]]");
  }

  @Test
  void a_domain_follows_the_whole_hostname_and_the_first_part_names_the_host_as_well() {
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "--hostname",
                "a.b",
                "--domainname",
                "c",
                "busybox",
                "tail",
                "-n1",
                "/etc/hosts"))
        .endsWith("\ta.b.c a");
  }
}
