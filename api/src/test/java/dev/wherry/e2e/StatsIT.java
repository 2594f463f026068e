package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Json;
import org.junit.jupiter.api.Test;

@EndToEnd
class StatsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  StatsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private JsonNode reading(String name, String query) {
    RawHttp.Answer answer =
        RawHttp.get(daemon.socket(), "/containers/" + name + "/stats?stream=0" + query);
    assertThat(answer.status()).isEqualTo(200);
    return Json.tree(answer.body());
  }

  @Test
  void a_table_shows_what_each_container_uses() {
    docker.ok("run", "-d", "--name", "busy", TestImages.BUSYBOX, "sh", "-c", "while :; do :; done");
    docker.ok("run", "-d", "--name", "idle", "-m", "64m", TestImages.BUSYBOX, "sleep", "600");
    String[] rows =
        docker
            .ok(
                "stats",
                "--no-stream",
                "--format",
                "{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}")
            .lines()
            .sorted()
            .toArray(String[]::new);
    assertThat(rows).hasSize(2);
    assertThat(Double.parseDouble(rows[0].replaceAll("busy ([0-9.]+)%.*", "$1"))).isPositive();
    assertThat(rows[1]).matches("idle 0\\.\\d+% [0-9.]+[KM]iB / 64MiB 1");
  }

  @Test
  void a_reading_has_all_that_the_group_and_the_network_count() {
    docker.ok(
        "run", "-d", "--name", "boat", "--pids-limit", "20", TestImages.BUSYBOX, "sleep", "600");
    JsonNode one = reading("boat", "&one-shot=1");
    assertThat(one.at("/name").asText()).isEqualTo("/boat");
    assertThat(one.at("/preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
    assertThat(one.at("/pids_stats").toString()).isEqualTo("{\"current\":1,\"limit\":20}");
    assertThat(one.at("/cpu_stats/cpu_usage/total_usage").asLong()).isPositive();
    assertThat(one.at("/cpu_stats/system_cpu_usage").asLong()).isPositive();
    assertThat(one.at("/cpu_stats/online_cpus").asInt()).isPositive();
    assertThat(one.at("/memory_stats/usage").asLong()).isPositive();
    assertThat(one.at("/memory_stats/limit").asLong()).isPositive();
    assertThat(one.at("/memory_stats/stats").size()).isGreaterThan(10);
    long received = one.at("/networks/eth0/rx_bytes").asLong();
    docker.run("exec", "boat", "wget", "-q", "-O", "-", "http://" + daemon.address() + ":1/");
    JsonNode two = reading("boat", "");
    assertThat(two.at("/preread").asText()).isNotEqualTo("0001-01-01T00:00:00Z");
    assertThat(two.at("/precpu_stats/system_cpu_usage").asLong())
        .isBetween(1L, two.at("/cpu_stats/system_cpu_usage").asLong());
    assertThat(two.at("/networks/eth0/rx_bytes").asLong()).isGreaterThan(received);
  }

  @Test
  void a_container_without_a_network_of_its_own_has_no_counters() {
    docker.ok("run", "-d", "--name", "none", "--net", "none", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("run", "-d", "--name", "host", "--net", "host", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("run", "-d", "--name", "own", TestImages.BUSYBOX, "sleep", "600");
    docker.ok(
        "run", "-d", "--name", "guest", "--net", "container:own", TestImages.BUSYBOX, "sleep", "9");
    assertThat(reading("none", "&one-shot=1").has("networks")).isFalse();
    assertThat(reading("host", "&one-shot=1").has("networks")).isFalse();
    assertThat(reading("guest", "&one-shot=1").at("/networks/eth0").isObject()).isTrue();
  }

  @Test
  void a_container_that_does_not_run_shows_zeros() {
    docker.ok("create", "--name", "still", TestImages.BUSYBOX);
    assertThat(reading("still", "").at("/memory_stats").size()).isZero();
    assertThat(
            docker.ok(
                "stats",
                "--no-stream",
                "--format",
                "{{.CPUPerc}} {{.MemUsage}} {{.PIDs}}",
                "still"))
        .isEqualTo("0.00% 0B / 0B 0");
    assertThat(docker.refused("stats", "--no-stream", "nobody"))
        .contains("No such container: nobody");
  }

  @Test
  void a_stream_goes_on_until_the_container_is_removed() {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    try (CliSession stream =
        new CliSession(
            new ProcessBuilder(
                "curl",
                "-sN",
                "--unix-socket",
                daemon.socket().toString(),
                "http://docker/containers/boat/stats"))) {
      await().until(() -> stream.output().lines().count() > 2);
      docker.ok("kill", "boat");
      await().until(() -> stream.output().contains("\"memory_stats\":{}"));
      docker.ok("rm", "boat");
      assertThat(stream.exit().exitCode()).isZero();
    }
  }
}
