package dev.wherry.api.mapping.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.error.EngineException.InvalidParameter;
import dev.wherry.engine.error.EngineException.NotImplemented;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.PortBinding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateRequestRulesTest {

  private static NewContainer map(String json) {
    return Fixtures.accept(json).container();
  }

  private static HostConfig host(String hostConfig) {
    return map("{\"HostConfig\":" + hostConfig + "}").hostConfig();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "null|Config cannot be empty in order to create a container",
        "{\"Env\":[\"=x\"]}|invalid environment variable: =x",
        "{\"Healthcheck\":{\"Interval\":1000}}|Interval in Healthcheck cannot be less than 1ms",
        "{\"Healthcheck\":{\"StartPeriod\":-1}}"
            + "|StartPeriod in Healthcheck cannot be less than 1ms",
        "{\"Healthcheck\":{\"Retries\":-1}}|Retries in Healthcheck cannot be negative",
        "{\"WorkingDir\":\"rel/dir\"}"
            + "|the working directory 'rel/dir' is invalid, it needs to be an absolute path",
        "{\"StopSignal\":\"NOPE\"}|invalid signal: NOPE",
        "{\"ExposedPorts\":{\"x/tcp\":{}}}|invalid port specification: \"x\"",
        "{\"NetworkingConfig\":{\"EndpointsConfig\":{\"n\":null}}}"
            + "|invalid config for network n: EndpointsConfig is nil",
        "{\"HostConfig\":{\"Memory\":1},\"NetworkingConfig\":{\"EndpointsConfig\":{\"n\":null}}}"
            + "|Minimum memory limit allowed is 6MB",
      })
  void a_wrong_value_is_refused_in_dockerds_words(String json, String message) {
    assertThatThrownBy(() -> map(json)).isInstanceOf(InvalidParameter.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"ExtraHosts\":[\"foo\"]}|bad format for add-host: \"foo\"",
        "{\"ExtraHosts\":[\"foo:bar\"]}|invalid IP address in add-host: \"bar\"",
        "{\"RestartPolicy\":{\"Name\":\"foo\"}}|invalid restart policy: unknown policy 'foo'; use one of 'no',"
            + " 'always', 'on-failure', or 'unless-stopped'",
        "{\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":3}}"
            + "|invalid restart policy: maximum retry count can only be used with 'on-failure'",
        "{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":-1}}"
            + "|invalid restart policy: maximum retry count cannot be negative",
        "{\"RestartPolicy\":{\"Name\":\"always\"},\"AutoRemove\":true}"
            + "|can't create 'AutoRemove' container with restart policy",
        "{\"LogConfig\":{\"Type\":\"nosuch\"}}"
            + "|error looking up logging plugin nosuch: plugin \"nosuch\" not found",
        "{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"nope\":\"1\"}}}"
            + "|unknown log opt 'nope' for json-file log driver",
        "{\"PortBindings\":{\"foo/tcp\":[]}}|invalid port specification: \"foo\"",
        "{\"PortBindings\":{\"70000/tcp\":[]}}|invalid port specification: \"70000\"",
        "{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"abc\"}]}}"
            + "|invalid port specification: \"abc\"",
        "{\"Memory\":1048576}|Minimum memory limit allowed is 6MB",
        "{\"Memory\":-5}|Minimum memory limit allowed is 6MB",
        "{\"Memory\":67108864,\"MemorySwap\":33554432}"
            + "|Minimum memoryswap limit should be larger than memory limit, see usage",
        "{\"MemorySwap\":67108864}"
            + "|You should always set the Memory limit when using Memoryswap limit, see usage",
        "{\"MemoryReservation\":1024}|Minimum memory reservation allowed is 6MB",
        "{\"MemorySwappiness\":101}"
            + "|Invalid value: 101, valid memory swappiness range is 0-100",
        "{\"NanoCpus\":1000000000,\"CpuQuota\":1000}"
            + "|Conflicting options: Nano CPUs and CPU Quota cannot both be set",
        "{\"NanoCpus\":64000000000}"
            + "|Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
        "{\"CpuPeriod\":10}"
            + "|CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e."
            + " 1000000)",
        "{\"CpuQuota\":10}|CPU cfs quota can not be less than 1ms (i.e. 1000)",
        "{\"CpusetCpus\":\"abc\"}|Invalid value abc for cpuset cpus: invalid format: abc",
        "{\"CpusetCpus\":\"99\"}|Requested CPUs are not available - requested 99, available: 0-1",
        "{\"CpusetMems\":\"9\"}"
            + "|Requested memory nodes are not available - requested 9, available: 0",
        "{\"OomScoreAdj\":5000}|Invalid value 5000, range for oom score adj is [-1000, 1000]",
        "{\"ShmSize\":-1}|SHM size can not be less than 0",
        "{\"CgroupnsMode\":\"foo\"}|invalid cgroup namespace mode: foo",
        "{\"Mounts\":[{\"Type\":\"foo\",\"Target\":\"/x\"}]}"
            + "|invalid mount config for type \"foo\": mount type unknown",
        "{\"Isolation\":\"hyperv\"}"
            + "|Invalid isolation: \"hyperv\" - linux only supports 'default'",
        "{\"IOMaximumIOps\":1}|Invalid QoS settings: linux does not support configuration of maximum IOPs",
      })
  void a_wrong_value_for_the_host_is_refused_in_dockerds_words(String json, String message) {
    assertThatThrownBy(() -> host(json)).isInstanceOf(InvalidParameter.class).hasMessage(message);
  }

  @Test
  void a_container_network_mode_names_a_container() {
    assertThatThrownBy(() -> host("{\"NetworkMode\":\"container:\"}"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("Invalid network mode: invalid container format container:<name|id>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"Hostname\":\"x\"||conflicting options: hostname and the network mode",
        "\"ExposedPorts\":{\"80/tcp\":{}}||conflicting options: port exposing and the container type"
            + " network mode",
        "|\"Dns\":[\"1.1.1.1\"]|conflicting options: dns and the network mode",
        "|\"ExtraHosts\":[\"a:1.1.1.1\"]|conflicting options: custom host-to-IP mapping and the"
            + " network mode",
        "|\"Links\":[\"a:b\"]|conflicting options: container type network can't be used with links."
            + " This would result in undefined behavior",
        "|\"PublishAllPorts\":true|conflicting options: port publishing and the container type"
            + " network mode",
      })
  void a_container_in_anothers_network_namespace_has_none_of_its_own(
      String config, String host, String message) {
    String json =
        "{%s\"HostConfig\":{%s\"NetworkMode\":\"container:other\"}}"
            .formatted(config == null ? "" : config + ",", host == null ? "" : host + ",");
    assertThatThrownBy(() -> map(json)).isInstanceOf(InvalidParameter.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"LogConfig\":{\"Type\":\"gelf\"}|gelf",
      })
  void an_option_that_is_not_there_is_refused_by_name(String json, String name) {
    assertThatThrownBy(() -> host("{" + json + "}"))
        .isInstanceOf(NotImplemented.class)
        .hasMessageContaining(name)
        .hasMessageContaining("not supported");
  }

  @Test
  void a_link_address_of_the_container_belongs_to_its_network_since_1_44() {
    String json =
        "{\"MacAddress\":\"02:42:ac:11:00:79\",\"HostConfig\":{\"NetworkMode\":\"host\"}}";
    assertThatThrownBy(() -> Fixtures.accept(json, new ApiVersion(1, 43)))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("conflicting options: mac-address and the network mode");
    assertThat(Fixtures.accept(json, new ApiVersion(1, 44)).warnings())
        .containsExactly(
            "The container-wide MacAddress field is now deprecated. It should be specified in"
                + " EndpointsConfig instead.");
  }

  @Test
  void several_networks_at_create_came_with_version_1_44() {
    String json =
        "{\"NetworkingConfig\":{\"EndpointsConfig\":{\"foo\":{},\"default\":{\"Aliases\":[\"x\"]}}}}";
    assertThatThrownBy(() -> Fixtures.accept(json, new ApiVersion(1, 43)))
        .hasMessage("Container cannot be created with multiple network endpoints: default, foo");
    assertThat(Fixtures.accept(json, new ApiVersion(1, 44)).container().endpoints())
        .containsOnlyKeys("foo", "default");
  }

  @Test
  void a_member_newer_than_the_clients_version_is_not_looked_at() {
    String json =
        "{\"Healthcheck\":{\"StartInterval\":5000000},\"HostConfig\":{\"Annotations\":{\"a\":\"b\"}}}";
    NewContainer old = Fixtures.accept(json, new ApiVersion(1, 42)).container();
    assertThat(old.healthcheck().startInterval()).isZero();
    assertThat(old.hostConfig().annotations()).isEmpty();
    NewContainer fresh = Fixtures.accept(json, new ApiVersion(1, 44)).container();
    assertThat(fresh.healthcheck().startInterval()).isEqualTo(5000000);
    assertThat(fresh.hostConfig().annotations()).containsEntry("a", "b");
  }

  @Test
  void old_clients_expect_an_ipc_namespace_others_may_join() {
    assertThat(
            Fixtures.accept("{\"Image\":\"busybox\"}", new ApiVersion(1, 39))
                .container()
                .hostConfig()
                .namespaces()
                .ipc())
        .isEqualTo("shareable");
    assertThat(host("{\"Image\":\"busybox\"}").namespaces().ipc()).isEqualTo("private");
  }

  @Test
  void defaults_are_filled_in() {
    HostConfig host = host("{}");
    assertThat(host.shmSize()).isEqualTo(67108864);
    assertThat(host.logConfig().type()).isEqualTo("json-file");
    assertThat(host.runtime()).isEqualTo("runc");
    assertThat(host.network().mode()).isEqualTo("default");
    assertThat(host.restartPolicy()).isEqualTo(RestartPolicy.NO);
    assertThat(host.namespaces().cgroupns()).isEqualTo("host");
  }

  @Test
  void what_the_command_line_sends_for_nothing_means_nothing() {
    HostConfig host =
        host(
            "{\"MemorySwappiness\":-1,\"PidsLimit\":0,\"ConsoleSize\":[0,0],"
                + "\"OomKillDisable\":false,\"BlkioWeight\":0,\"Memory\":0}");
    assertThat(host.resources().memorySwappiness()).isNull();
    assertThat(host.resources().pidsLimit()).isNull();
    assertThat(host.consoleSize()).isNull();
  }

  @Test
  void a_memory_limit_brings_as_much_swap_again() {
    assertThat(host("{\"Memory\":67108864}").resources().memorySwap()).isEqualTo(134217728);
  }

  @Test
  void ports_are_spelled_out_and_ranges_expanded() {
    NewContainer container =
        map(
            "{\"ExposedPorts\":{\"80\":{},\"53/UDP\":{},\"8000-8002/tcp\":{}},\"HostConfig\":"
                + "{\"PortBindings\":{\"80\":[{\"HostPort\":\"8080\"}],\"81/tcp\":null}}}");
    assertThat(container.exposedPorts())
        .containsExactlyInAnyOrder("80/tcp", "53/udp", "8000/tcp", "8001/tcp", "8002/tcp");
    assertThat(container.hostConfig().network().portBindings())
        .containsEntry("80/tcp", List.of(new PortBinding("", "8080")))
        .containsEntry("81/tcp", List.of());
  }

  @Test
  void a_command_may_be_one_word_and_names_may_be_in_any_case() {
    NewContainer container =
        map("{\"image\":\"busybox\",\"CMD\":\"true\",\"hostconfig\":{\"memory\":33554432}}");
    assertThat(container.image()).isEqualTo("busybox");
    assertThat(container.cmd()).containsExactly("true");
    assertThat(container.hostConfig().resources().memory()).isEqualTo(33554432);
  }

  @Test
  void unknown_members_are_passed_over() {
    assertThat(map("{\"Image\":\"busybox\",\"Nope\":1,\"HostConfig\":{\"Nope\":{}}}").image())
        .isEqualTo("busybox");
  }

  @Test
  void what_will_not_be_as_asked_is_told_in_a_warning() {
    assertThat(Fixtures.accept("{\"HostConfig\":{\"OomKillDisable\":true}}").warnings().getFirst())
        .startsWith("OOM killer is disabled for the container");
    assertThat(
            Fixtures.accept(
                    "{\"HostConfig\":{\"NetworkMode\":\"host\",\"PortBindings\":"
                        + "{\"80/tcp\":[{\"HostPort\":\"80\"}]}}}")
                .warnings())
        .containsExactly("Published ports are discarded when using host network mode");
  }
}
