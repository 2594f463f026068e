package dev.wherry.api.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.fake.FakeContainers;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Json;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.PortBinding;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Shapes recorded from dockerd: what is null, empty or absent. */
class ContainerJsonTest {

  private static JsonNode inspect(Container container, DiskUsage usage, ApiVersion version) {
    return Json.tree(
        new String(
            Json.bytes(
                ContainerJson.inspect(
                    container,
                    new FakeContainers().files(container),
                    List.of(),
                    List.of(),
                    usage,
                    version)),
            UTF_8));
  }

  private static JsonNode inspect(String request) {
    return inspect(Fixtures.created(Fixtures.id("aa"), "c", request), null, ApiVersion.CURRENT);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ContainerJsonTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void every_member_of_a_full_request_comes_back_as_it_was_given() throws IOException {
    String request = resource("create-full.json");
    JsonNode given = Json.tree(request);
    JsonNode shown = inspect(request);
    given
        .path("HostConfig")
        .properties()
        .forEach(
            member -> {
              if (!List.of("MaskedPaths", "PortBindings").contains(member.getKey())) {
                assertThat(shown.path("HostConfig").path(member.getKey()))
                    .as(member.getKey())
                    .isEqualTo(member.getValue());
              }
            });
    for (String name :
        List.of(
            "Hostname",
            "Domainname",
            "User",
            "Env",
            "Cmd",
            "Healthcheck",
            "Volumes",
            "WorkingDir",
            "MacAddress",
            "StopSignal",
            "StopTimeout",
            "Shell",
            "ExposedPorts")) {
      assertThat(shown.path("Config").path(name)).as(name).isEqualTo(given.path(name));
    }
    assertThat(shown.at("/HostConfig/PortBindings").toString())
        .isEqualTo(
            "{\"53/udp\":[{\"HostIp\":\"\",\"HostPort\":\"15353\"}],"
                + "\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"18080\"},"
                + "{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
    assertThat(shown.at("/HostConfig/MaskedPaths").toString()).contains("/proc/kcore");
  }

  @Test
  void what_was_not_given_has_dockerds_defaults_nulls_and_omissions() {
    JsonNode shown = inspect("{\"Image\":\"busybox\"}");
    JsonNode host = shown.path("HostConfig");
    for (String name :
        List.of(
            "Binds",
            "PortBindings",
            "VolumesFrom",
            "CapAdd",
            "CapDrop",
            "Dns",
            "DnsOptions",
            "DnsSearch",
            "ExtraHosts",
            "GroupAdd",
            "Links",
            "SecurityOpt",
            "BlkioWeightDevice",
            "BlkioDeviceReadBps",
            "BlkioDeviceWriteBps",
            "BlkioDeviceReadIOps",
            "BlkioDeviceWriteIOps",
            "Devices",
            "DeviceCgroupRules",
            "DeviceRequests",
            "MemorySwappiness",
            "PidsLimit",
            "Ulimits")) {
      assertThat(host.path(name).isNull()).as(name).isTrue();
    }
    for (String name : List.of("Mounts", "Tmpfs", "StorageOpt", "Sysctls", "Annotations", "Init")) {
      assertThat(host.has(name)).as(name).isFalse();
    }
    assertThat(host.path("NetworkMode").textValue()).isEqualTo("default");
    assertThat(host.path("IpcMode").textValue()).isEqualTo("private");
    assertThat(host.path("CgroupnsMode").textValue()).isEqualTo("host");
    assertThat(host.path("ShmSize").longValue()).isEqualTo(67108864);
    assertThat(host.path("ConsoleSize").toString()).isEqualTo("[0,0]");
    assertThat(host.path("LogConfig").toString())
        .isEqualTo("{\"Type\":\"json-file\",\"Config\":{}}");
    assertThat(shown.path("ExecIDs").isNull()).isTrue();
    assertThat(shown.path("Mounts").toString()).isEqualTo("[]");
    assertThat(shown.has("SizeRw")).isFalse();
    assertThat(shown.path("Name").textValue()).isEqualTo("/c");
    JsonNode config = shown.path("Config");
    assertThat(config.path("Volumes").isNull()).isTrue();
    assertThat(config.path("Labels").toString()).isEqualTo("{}");
    for (String name :
        List.of(
            "ExposedPorts",
            "Healthcheck",
            "MacAddress",
            "NetworkDisabled",
            "StopSignal",
            "StopTimeout",
            "Shell")) {
      assertThat(config.has(name)).as(name).isFalse();
    }
    assertThat(shown.at("/NetworkSettings/Ports").toString()).isEqualTo("{}");
    assertThat(shown.at("/State/StartedAt").textValue()).isEqualTo("0001-01-01T00:00:00Z");
  }

  @Test
  void a_privileged_container_has_no_masked_paths() {
    JsonNode shown = inspect("{\"Image\":\"busybox\",\"HostConfig\":{\"Privileged\":true}}");
    assertThat(shown.at("/HostConfig/MaskedPaths").isNull()).isTrue();
    assertThat(shown.at("/HostConfig/ReadonlyPaths").isNull()).isTrue();
  }

  @Test
  void sizes_are_shown_when_asked_for() {
    JsonNode shown =
        inspect(
            Fixtures.running(Fixtures.id("aa"), "c"),
            new DiskUsage(0, 1984721),
            ApiVersion.CURRENT);
    assertThat(shown.path("SizeRw").longValue()).isZero();
    assertThat(shown.path("SizeRw").isNumber()).isTrue();
    assertThat(shown.path("SizeRootFs").longValue()).isEqualTo(1984721);
  }

  private static Container onNetworks() {
    var endpoint =
        new Attachment.Endpoint(
            "e1", "veth1", "eth0", "172.17.0.1", "172.17.0.2", 16, "", "", 0, "02:42:ac:11:00:02");
    var request =
        new Attachment.Request(
            "10.0.0.5", "", List.of(), "", List.of("db"), List.of(), Map.of(), 3);
    return Fixtures.running(Fixtures.id("aa"), "web")
        .withNetworks(
            Map.of(
                "bridge", new Attachment(Fixtures.BRIDGE_ID, null, endpoint),
                "net", new Attachment("n1", request, endpoint)),
            new Container.NetworkSandbox(
                "sandbox",
                "/run/netns/x",
                Map.of(
                    "80/tcp", List.of(new PortBinding("0.0.0.0", "18081")), "81/tcp", List.of())));
  }

  @Test
  void the_default_bridges_endpoint_is_repeated_at_the_top() {
    JsonNode settings = inspect(onNetworks(), null, ApiVersion.CURRENT).path("NetworkSettings");
    assertThat(settings.path("SandboxID").textValue()).isEqualTo("sandbox");
    assertThat(settings.path("SandboxKey").textValue()).isEqualTo("/run/netns/x");
    assertThat(settings.path("IPAddress").textValue()).isEqualTo("172.17.0.2");
    assertThat(settings.path("MacAddress").textValue()).isEqualTo("02:42:ac:11:00:02");
    assertThat(settings.path("Ports").toString())
        .isEqualTo(
            "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"18081\"}],\"81/tcp\":null}");
  }

  @Test
  void a_client_sees_only_what_its_version_has() {
    JsonNode fresh =
        inspect(onNetworks(), null, ApiVersion.CURRENT).at("/NetworkSettings/Networks/net");
    assertThat(fresh.path("DNSNames").toString()).isEqualTo("[\"web\",\"db\",\"aa0000000000\"]");
    assertThat(fresh.path("Aliases").toString()).isEqualTo("[\"db\"]");
    assertThat(fresh.path("GwPriority").intValue()).isEqualTo(3);
    assertThat(fresh.path("IPAMConfig").toString()).isEqualTo("{\"IPv4Address\":\"10.0.0.5\"}");
    JsonNode old =
        inspect(onNetworks(), null, new ApiVersion(1, 41)).at("/NetworkSettings/Networks/net");
    assertThat(old.has("GwPriority")).isFalse();
    assertThat(old.path("Aliases").toString()).isEqualTo("[\"db\",\"aa0000000000\"]");
  }
}
