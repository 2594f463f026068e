package dev.wherry.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.e2e.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiServerTest {
  private final RunningApi api = RunningApi.start();

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  @Test
  void the_socket_is_for_its_owner_and_group_only() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(api.socket())))
        .isEqualTo("rw-rw----");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/_ping", "/v1.24/_ping", "/v1.51/_ping"})
  void a_ping_is_answered_with_all_its_headers(String path) {
    RawHttp.Answer answer = api.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("OK");
    assertThat(answer.headers())
        .containsEntry("api-version", "1.51")
        .containsEntry("ostype", "linux")
        .containsEntry("docker-experimental", "false")
        .containsEntry("builder-version", "1")
        .containsEntry("swarm", "inactive")
        .containsEntry("pragma", "no-cache")
        .containsEntry("cache-control", "no-cache, no-store, must-revalidate")
        .hasEntrySatisfying("server", server -> assertThat(server).startsWith("Wherry/"))
        .containsKey("date");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1.99/info,client version 1.99 is too new. Maximum supported API version is 1.51",
    "/v2.0/_ping,client version 2.0 is too new. Maximum supported API version is 1.51",
  })
  void a_version_that_is_too_new_is_refused_naming_both(String path, String message) {
    RawHttp.Answer answer = api.get(path);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("{\"message\":\"" + message + "\"}\n");
  }

  @Test
  void a_version_that_is_too_old_is_refused_in_plain_text_as_old_clients_expect() {
    RawHttp.Answer answer = api.get("/v1.11/version");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.headers()).containsEntry("content-type", "text/plain; charset=utf-8");
    assertThat(answer.body())
        .isEqualTo(
            "client version 1.11 is too old. Minimum supported API version is 1.24, please"
                + " upgrade your client to a newer version\n");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1.41/foo",
    "GET,/v1.99/nosuch",
    "GET,/V1.41/version",
    "GET,/v1.x/version",
    "GET,/v1.41",
    "GET,/v1.41/v1.41/version",
    "GET,/containers/json/",
    "POST,/containers/json",
    "PUT,/containers/x/start",
    "DELETE,/_ping",
  })
  void an_unknown_path_or_method_is_a_page_not_found(String method, String path) {
    RawHttp.Answer answer = RawHttp.send(api.socket(), method, path, "");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"message\":\"page not found\"}\n");
    assertThat(answer.headers()).containsEntry("api-version", "1.51");
  }

  @Test
  void many_requests_are_served_on_one_connection() {
    try (RawHttp http = api.connect()) {
      for (int i = 0; i < 20; i++) {
        assertThat(http.get("/_ping").body()).isEqualTo("OK");
        assertThat(http.get("/v1.41/containers/json").body()).isEqualTo("[]\n");
        assertThat(http.send("POST", "/containers/none/start", "{}").status()).isEqualTo(404);
      }
    }
  }

  @Test
  void requests_sent_in_one_go_are_answered_in_order() {
    try (RawHttp http = api.connect()) {
      http.write(
          "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nGET /containers/json HTTP/1.1\r\nHost: d\r\n\r\n");
      assertThat(http.answer("GET").body()).isEqualTo("OK");
      assertThat(http.answer("GET").body()).isEqualTo("[]\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{bad json|invalid character 'b' looking for beginning of object key string",
        "{\"Image\":\"busybox\"|unexpected EOF",
        "[]|json: cannot unmarshal array into Go value of type CreateRequest",
        "{\"Image\":1}|json: cannot unmarshal number into Go struct field CreateRequest.Image of"
            + " type string",
      })
  void a_body_that_is_not_as_it_should_be_is_told_in_gos_words(String body, String message) {
    RawHttp.Answer answer = api.post("/containers/create", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains(message.replace("\"", "\\\""));
  }

  @Test
  void a_body_nested_beyond_reason_is_refused_and_the_daemon_serves_on() {
    String deep = "{\"X\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThat(api.post("/containers/create", deep).status()).isEqualTo(400);
    assertThat(api.get("/_ping").status()).isEqualTo(200);
  }

  @Test
  void a_body_beyond_the_bound_is_refused() {
    String large = "{\"Image\":\"" + "x".repeat(5 << 20) + "\"}";
    RawHttp.Answer answer = api.post("/containers/create", large);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("request body is larger than");
  }

  @Test
  void a_body_that_is_not_said_to_be_json_is_refused() {
    try (RawHttp http = api.connect()) {
      http.write(
          "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: text/plain\r\n"
              + "Content-Length: 2\r\n\r\n{}");
      assertThat(http.answer("POST").body())
          .contains("unsupported Content-Type header (text/plain): must be 'application/json'");
    }
  }

  @Test
  void a_failure_nobody_expected_is_a_500_and_the_daemon_serves_on() {
    api.engine.images.images.add(null);
    assertThat(api.get("/images/json").status()).isEqualTo(500);
    assertThat(api.get("/_ping").status()).isEqualTo(200);
  }

  @Test
  void a_web_page_of_another_origin_can_change_nothing() {
    try (RawHttp http = api.connect()) {
      http.write(
          "POST /containers/x/start HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
              + "Content-Length: 0\r\n\r\n");
      assertThat(http.answer("POST").status()).isEqualTo(403);
    }
  }

  @Test
  void the_container_list_follows_every_change_at_once() {
    for (int i = 0; i < 50; i++) {
      String id = Fixtures.id("%02d".formatted(i));
      api.engine.containers.index.put(Fixtures.running(id, "web" + i));
      assertThat(api.get("/containers/json").body()).contains(id);
      api.engine.containers.index.remove(id);
      assertThat(api.get("/containers/json").body()).doesNotContain(id);
    }
  }

  @Test
  void a_container_whose_images_name_has_moved_is_listed_with_its_images_id() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    assertThat(api.get("/containers/json").body()).contains("\"Image\":\"busybox\"");
    api.engine.images.images.clear();
    assertThat(api.get("/containers/json").body())
        .contains("\"Image\":\"" + Fixtures.BUSYBOX_ID + "\"");
  }
}
