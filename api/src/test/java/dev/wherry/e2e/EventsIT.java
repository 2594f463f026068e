package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

@EndToEnd
class EventsIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  EventsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private List<String> between(String since, String... more) {
    String[] line = new String[more.length + 7];
    line[0] = "events";
    line[1] = "--since";
    line[2] = since;
    line[3] = "--until";
    line[4] = DockerCli.now();
    line[5] = "--format";
    line[6] = "{{.Type}} {{.Action}}";
    System.arraycopy(more, 0, line, 7, more.length);
    return docker.ok(line).lines().map(String::strip).toList();
  }

  @Test
  void a_containers_life_is_told_in_order() {
    String since = DockerCli.now();
    docker.run("run", "--rm", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", "exit 3");
    List<String> events = between(since);
    assertThat(events)
        .containsSubsequence(
            "container create",
            "container attach",
            "container start",
            "container die",
            "container destroy")
        .containsSubsequence("container create", "network connect", "container start")
        .containsSubsequence("container die", "network disconnect");
  }

  @Test
  void die_tells_the_code_and_filters_choose() {
    String since = DockerCli.now();
    docker.run("run", "--name", "boat", "--label", "k=v", TestImages.BUSYBOX, "sh", "-c", "exit 3");
    docker.run("run", "--name", "other", TestImages.BUSYBOX, "true");
    assertThat(
            docker.ok(
                "events",
                "--since",
                since,
                "--until",
                DockerCli.now(),
                "--filter",
                "event=die",
                "--filter",
                "container=boat",
                "--format",
                "{{.Actor.Attributes.exitCode}} {{.Actor.Attributes.image}}"))
        .isEqualTo("3 busybox");
    assertThat(between(since, "--filter", "type=network", "--filter", "event=connect")).hasSize(2);
    assertThat(between(since, "--filter", "label=k=v"))
        .isNotEmpty()
        .allMatch(e -> e.startsWith("container "));
    assertThat(between(since, "--filter", "image=nosuch")).isEmpty();
  }

  @Test
  void the_rest_of_what_can_happen_is_told_too() {
    String since = DockerCli.now();
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("exec", "boat", "true");
    docker.ok("pause", "boat");
    docker.ok("unpause", "boat");
    docker.ok("rename", "boat", "ship");
    docker.ok("restart", "-t", "0", "ship");
    docker.ok("kill", "ship");
    docker.ok("wait", "ship");
    docker.ok("tag", "busybox", "extra:1");
    docker.ok("rmi", "extra:1");
    docker.ok("volume", "create", "hold");
    docker.ok("volume", "rm", "hold");
    assertThat(between(since))
        .contains("container exec_create: true", "container exec_start: true", "container exec_die")
        .contains("container pause", "container unpause", "container rename", "container restart")
        .contains("container kill", "image tag", "image untag", "volume create", "volume destroy");
  }

  @Test
  void a_kill_for_want_of_memory_is_told_while_the_container_lives_on() {
    String since = DockerCli.now();
    docker.ok("run", "-d", "--name", "boat", "-m", "20m", TestImages.BUSYBOX, "sleep", "600");
    String script = "head -c 200000000 /dev/zero | tail > /dev/null";
    assertThat(docker.run("exec", "boat", "sh", "-c", script).exitCode()).isEqualTo(137);
    await().until(() -> between(since).contains("container oom"));
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "boat")).isEqualTo("true");
    docker.ok("kill", "boat");
    docker.ok("wait", "boat");
    assertThat(docker.ok("inspect", "-f", "{{.State.OOMKilled}}", "boat")).isEqualTo("true");
    assertThat(between(since, "--filter", "event=oom")).hasSize(1);
  }

  @Test
  void die_tells_how_long_it_ran_and_top_is_told() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd tells it since 23.0");
    String since = DockerCli.now();
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("top", "boat");
    docker.ok("kill", "boat");
    docker.ok("wait", "boat");
    assertThat(between(since)).contains("container top");
    assertThat(
            docker.ok(
                "events",
                "--since",
                since,
                "--until",
                DockerCli.now(),
                "--filter",
                "event=die",
                "--format",
                "{{.Actor.Attributes.exitCode}} {{.Actor.Attributes.execDuration}}"))
        .matches("137 \\d+");
  }

  @Test
  void the_stream_answers_at_once_and_brings_events_as_they_happen() {
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write("GET /events HTTP/1.1\r\nHost: docker\r\n\r\n");
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers()).containsEntry("transfer-encoding", "chunked");
      String id = docker.ok("create", TestImages.BUSYBOX);
      assertThat(http.chunk())
          .contains("\"Type\":\"container\"", "\"Action\":\"create\"", "\"ID\":\"" + id + "\"")
          .contains("\"scope\":\"local\"", "\"timeNano\":");
    }
  }

  @Test
  void a_web_socket_brings_the_same_as_text_frames() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd has no such thing");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "GET /events?filters=%7B%22event%22%3A%5B%22create%22%5D%7D HTTP/1.1\r\nHost: localhost\r\n"
              + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(101);
      assertThat(head.headers())
          .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      String id = docker.ok("create", TestImages.BUSYBOX);
      assertThat(textFrame(http)).contains("\"Action\":\"create\"", id);
    }
  }

  @Test
  void a_web_page_of_another_origin_gets_no_web_socket() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd has no such thing");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "GET /events HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
              + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(403);
    }
  }

  private static String textFrame(RawHttp http) {
    byte[] head = http.read(2);
    assertThat(head[0]).as("a whole text frame").isEqualTo((byte) 0x81);
    int length = head[1];
    if (length == 126) {
      byte[] more = http.read(2);
      length = ((more[0] & 0xff) << 8) | (more[1] & 0xff);
    }
    return new String(http.read(length), StandardCharsets.UTF_8);
  }

  @Test
  void an_end_in_the_past_ends_the_stream() {
    assertThat(docker.run("events", "--since", "1h", "--until", "30m").exitCode()).isZero();
  }
}
