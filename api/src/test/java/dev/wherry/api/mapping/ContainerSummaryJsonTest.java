package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.dto.ContainerSummaryView.PortView;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Json;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.network.PortBinding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerSummaryJsonTest {

  @Test
  void an_argument_with_a_space_is_quoted() {
    assertThat(ContainerSummaryJson.command("sh", List.of("-c", "exit 3")))
        .isEqualTo("sh -c 'exit 3'");
    assertThat(ContainerSummaryJson.command("sleep", List.of("1000"))).isEqualTo("sleep 1000");
    assertThat(ContainerSummaryJson.command("true", List.of())).isEqualTo("true");
  }

  @Test
  void ports_are_shown_with_their_host_addresses_and_without_where_only_exposed() {
    Container container =
        Fixtures.running(Fixtures.id("a"), "web")
            .withNetworks(
                Map.of(),
                new Container.NetworkSandbox(
                    "s",
                    "/k",
                    Map.of(
                        "81/tcp",
                        List.of(),
                        "80/tcp",
                        List.of(
                            new PortBinding("0.0.0.0", "18081"), new PortBinding("::", "18081")),
                        "53/udp",
                        List.of(new PortBinding("127.0.0.1", "32768")))));
    assertThat(ContainerSummaryJson.ports(container))
        .containsExactly(
            new PortView("127.0.0.1", 53, 32768, "udp"),
            new PortView("0.0.0.0", 80, 18081, "tcp"),
            new PortView("::", 80, 18081, "tcp"),
            new PortView("", 81, 0, "tcp"));
    assertThat(new String(Json.bytes(ContainerSummaryJson.ports(container).getLast())))
        .isEqualTo("{\"PrivatePort\":81,\"Type\":\"tcp\"}");
  }

  private static String json(Container container, DiskUsage usage, ApiVersion version) {
    return new String(
        Json.bytes(
            ContainerSummaryJson.of(
                container,
                List.of(container.name()),
                "busybox",
                Fixtures.STARTED.plusSeconds(16),
                usage,
                version)));
  }

  @Test
  void an_entry_has_the_names_and_nulls_that_clients_expect() {
    String json = json(Fixtures.running(Fixtures.id("ab"), "web"), null, new ApiVersion(1, 41));
    assertThat(json)
        .isEqualTo(
            ("{'Id':'%s','Names':['/web'],'Image':'busybox','ImageID':'%s',"
                    + "'Command':'sleep 1000','Created':1767323045,'Ports':[],'Labels':{},"
                    + "'State':'running','Status':'Up 16 seconds',"
                    + "'HostConfig':{'NetworkMode':'default'},'NetworkSettings':{'Networks':"
                    + "{'bridge':{'IPAMConfig':null,'Links':null,'Aliases':null,'MacAddress':'',"
                    + "'DriverOpts':null,'NetworkID':'%s','EndpointID':'','Gateway':'',"
                    + "'IPAddress':'','IPPrefixLen':0,'IPv6Gateway':'','GlobalIPv6Address':'',"
                    + "'GlobalIPv6PrefixLen':0,'DNSNames':null}}},'Mounts':[]}")
                .replace('\'', '"')
                .formatted(Fixtures.id("ab"), Fixtures.BUSYBOX_ID, Fixtures.BRIDGE_ID));
  }

  @Test
  void sizes_are_there_only_when_they_were_asked_for() {
    Container container = Fixtures.running(Fixtures.id("ab"), "web");
    assertThat(json(container, new DiskUsage(12, 3456), ApiVersion.CURRENT))
        .contains("\"SizeRw\":12,\"SizeRootFs\":3456");
  }
}
