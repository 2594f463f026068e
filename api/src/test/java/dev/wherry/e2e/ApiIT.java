package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conventions of the API that no client library shows. */
@EndToEnd
class ApiIT {
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  ApiIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  private RawHttp.Answer get(String path) {
    return RawHttp.get(daemon.socket(), path);
  }

  private RawHttp.Answer post(String path, String json) {
    return RawHttp.send(daemon.socket(), "POST", path, json);
  }

  @Test
  void ping_is_ok_with_its_headers_for_get_and_head() {
    for (String method : new String[] {"GET", "HEAD"}) {
      try (RawHttp http = new RawHttp(daemon.socket())) {
        http.write(method + " /_ping HTTP/1.1\r\nHost: docker\r\n\r\n");
        RawHttp.Answer answer = http.answer(method);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(method.equals("GET") ? "OK" : "");
        assertThat(answer.headers())
            .containsKey("api-version")
            .containsEntry("docker-experimental", "false")
            .containsEntry("ostype", "linux")
            .containsEntry("cache-control", "no-cache, no-store, must-revalidate")
            .containsEntry("pragma", "no-cache")
            .hasEntrySatisfying("content-type", type -> assertThat(type).startsWith("text/plain"));
      }
    }
  }

  @Test
  void every_route_answers_with_and_without_a_version() {
    for (String prefix : new String[] {"", "/v1.24", "/v1.41"}) {
      assertThat(get(prefix + "/containers/json").body().strip()).isEqualTo("[]");
      assertThat(get(prefix + "/version").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"/v1.99/info, 1.99", "/v1.11/info, 1.11"})
  void versions_out_of_range_are_refused_naming_both(String path, String version) {
    RawHttp.Answer answer = get(path);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .contains("client version " + version + " is too ")
        .contains("API version");
  }

  @Test
  void a_page_nobody_has_is_a_404_with_a_message() {
    RawHttp.Answer answer = get("/v1.41/nothing/here");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body().strip()).isEqualTo("{\"message\":\"page not found\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "/containers/nosuch/json, No such container: nosuch",
    "/images/nosuch/json, No such image: nosuch",
    "/networks/nosuch, network nosuch not found",
    "/containers/nosuch/logs?stdout=1, No such container: nosuch",
  })
  void what_is_not_there_is_a_404_that_names_it(String path, String message) {
    RawHttp.Answer answer = get(path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.headers())
        .hasEntrySatisfying(
            "content-type", type -> assertThat(type).startsWith("application/json"));
    assertThat(answer.body()).contains("\"message\":\"").containsIgnoringCase(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                      | EOF",
        "{\"Image\": 5}                         | cannot unmarshal",
        "{\"Image\": \"busybox\", \"Cmd\": 5}     | cannot unmarshal",
        "''                                     | EOF",
        "{}                                     | Config cannot be empty",
      })
  void a_body_that_is_wrong_is_a_400(String body, String message) {
    RawHttp.Answer answer = post("/containers/create", body);
    assertThat(answer.status()).isIn(400, 500);
    assertThat(answer.body()).contains("\"message\":\"");
    if (!(daemon instanceof PeerDaemon)) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains(message.isEmpty() ? "EOF" : message);
    }
  }

  @Test
  void fields_nobody_knows_are_passed_over() {
    assertThat(post("/containers/create", "{\"Image\": \"busybox\", \"Colour\": \"red\"}").status())
        .isEqualTo(201);
  }

  @Test
  void json_nested_a_hundred_thousand_deep_hurts_nobody() {
    RawHttp.Answer answer = post("/containers/create", "{\"Labels\":" + "[".repeat(100_000));
    assertThat(answer.status()).isIn(400, 500);
    assertThat(get("/_ping").status()).isEqualTo(200);
  }

  @Test
  void a_body_without_end_is_cut_off() {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd reads on");
    String huge = "{\"Image\": \"busybox\", \"Hostname\": \"" + "x".repeat(20_000_000) + "\"}";
    assertThat(post("/containers/create", huge).status()).isIn(400, 413);
    assertThat(get("/_ping").status()).isEqualTo(200);
  }

  @Test
  void one_connection_carries_many_requests() {
    try (RawHttp http = new RawHttp(daemon.socket())) {
      for (int i = 0; i < 20; i++) {
        assertThat(http.get("/_ping").status()).isEqualTo(200);
        assertThat(http.get("/containers/nosuch/json").status()).isEqualTo(404);
        assertThat(http.send("POST", "/containers/create", "{").status()).isIn(400, 500);
      }
    }
  }

  @Test
  void attach_upgrades_when_asked_and_frames_the_streams() {
    String id = docker.ok("create", "-i", TestImages.BUSYBOX, "sh", "-c", "cat; echo err >&2");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "POST /containers/"
              + id
              + "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
              + "Host: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n");
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(101);
      assertThat(head.headers()).containsEntry("upgrade", "tcp");
      assertThat(post("/containers/" + id + "/start", "").status()).isEqualTo(204);
      http.write("hello\n");
      assertThat(http.read(14)).isEqualTo(frame(1, "hello\n"));
      http.endOutput();
      assertThat(http.readAll()).isEqualTo(frame(2, "err\n"));
    }
  }

  @Test
  void attach_without_an_upgrade_is_a_200_on_the_same_connection() {
    String id = docker.ok("create", "-t", TestImages.BUSYBOX, "echo", "hi");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "POST /containers/"
              + id
              + "/attach?stream=1&stdout=1 HTTP/1.1\r\n"
              + "Host: docker\r\nContent-Length: 0\r\n\r\n");
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers()).containsEntry("content-type", "application/vnd.docker.raw-stream");
      post("/containers/" + id + "/start", "");
      assertThat(new String(http.readAll(), StandardCharsets.UTF_8)).isEqualTo("hi\r\n");
    }
  }

  private static byte[] frame(int stream, String text) {
    byte[] content = TestImages.bytes(text);
    byte[] frame = new byte[8 + content.length];
    frame[0] = (byte) stream;
    frame[7] = (byte) content.length;
    System.arraycopy(content, 0, frame, 8, content.length);
    return frame;
  }

  @Test
  void wait_answers_its_head_at_once_and_its_body_when_it_is_so() {
    String id = docker.ok("create", TestImages.BUSYBOX, "sh", "-c", "exit 3");
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "POST /v1.41/containers/"
              + id
              + "/wait?condition=next-exit HTTP/1.1\r\n"
              + "Host: docker\r\nContent-Length: 0\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(200);
      post("/containers/" + id + "/start", "");
      assertThat(http.chunk()).contains("\"StatusCode\":3");
    }
  }

  @Test
  void starting_twice_and_stopping_twice_is_304() {
    String id = docker.ok("create", TestImages.BUSYBOX, "sleep", "600");
    assertThat(post("/containers/" + id + "/start", "").status()).isEqualTo(204);
    assertThat(post("/containers/" + id + "/start", "").status()).isEqualTo(304);
    assertThat(post("/containers/" + id + "/kill", "").status()).isEqualTo(204);
    docker.ok("wait", id);
    assertThat(post("/containers/" + id + "/stop", "").status()).isEqualTo(304);
  }

  @Test
  void swarm_says_that_this_is_no_manager() {
    RawHttp.Answer answer = get("/v1.41/services");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).contains("not a swarm manager");
    assertThat(get("/v1.41/plugins").body().strip()).isEqualTo("[]");
  }

  @Test
  void info_and_version_tell_what_runs() {
    assertThat(docker.ok("info", "-f", "{{.OSType}} {{.Driver}} {{.ServerErrors}}"))
        .isEqualTo("linux overlay2 []");
    assertThat(docker.ok("info", "-f", "{{.DefaultRuntime}}")).isIn("runc", "crun");
    assertThat(docker.ok("version", "-f", "{{.Server.Os}} {{.Server.MinAPIVersion}}"))
        .startsWith("linux 1.");
  }
}
