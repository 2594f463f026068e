package dev.wherry.api.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.e2e.RawHttp;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client sends, the daemon stays up and others are served. */
class HostileClientTest {
  private final RunningApi api = RunningApi.start();

  @AfterEach
  void stop() throws IOException {
    assertThat(api.get("/_ping").body()).isEqualTo("OK");
    api.close();
  }

  @Test
  void headers_beyond_the_bound_end_the_connection() {
    try (RawHttp http = api.connect()) {
      http.write("GET /_ping HTTP/1.1\r\nHost: d\r\n");
      String header = "X-Filler: " + "x".repeat(8000) + "\r\n";
      for (int i = 0; i < 1300; i++) {
        http.write(header);
      }
      http.write("\r\n");
      assertThat(http.head().status()).isBetween(400, 431);
    } catch (UncheckedIOException closedBeforeWeHadFinished) {
      assertThat(closedBeforeWeHadFinished).isNotNull();
    }
  }

  @Test
  void a_large_filter_is_read_and_a_giant_one_refused() {
    String names = "{\"name\":[\"" + "x".repeat(90_000) + "\"]}";
    assertThat(api.get("/containers/json?filters=" + URLEncoder.encode(names, UTF_8)).body())
        .isEqualTo("[]\n");
    try (RawHttp http = api.connect()) {
      http.write("GET /containers/json?filters=" + "x".repeat(500_000) + " HTTP/1.1\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(414);
    } catch (UncheckedIOException closedBeforeWeHadFinished) {
      assertThat(closedBeforeWeHadFinished).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /containers/json?filters=%7B%22name%22:" + "%5B HTTP/1.1\r\n\r\n",
        "GET /containers/json?filters=%zz HTTP/1.1\r\n\r\n",
        "GET /containers/%zz/json HTTP/1.1\r\n\r\n",
        "GET /containers/../json HTTP/1.1\r\n\r\n",
        "GET /containers/%00/json HTTP/1.1\r\n\r\n",
        "GET //containers//json HTTP/1.1\r\n\r\n",
        "POST /containers/create HTTP/1.1\r\nContent-Type: application/json\r\n"
            + "Content-Length: -5\r\n\r\n",
        "GARBAGE\r\n\r\n",
        "\u0016\u0003\u0001\u0002\r\n\r\n"
      })
  void a_broken_request_is_answered_or_cut_off(String request) {
    try (RawHttp http = api.connect()) {
      http.write(request);
      http.endOutput();
      String answer = new String(http.readAll(), UTF_8);
      assertThat(answer).doesNotContain(" 500 ");
    }
  }

  @Test
  void a_thousand_attaches_that_never_get_live_hold_nobody_up() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    Promise<Void> never = Promise.promise();
    api.engine.containers.beforeAttach = never::future;
    var connections = new ArrayList<RawHttp>();
    try {
      for (int i = 0; i < 1000; i++) {
        RawHttp http = api.connect();
        connections.add(http);
        http.write("POST /containers/web/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\n\r\nearly");
      }
      await().until(() -> api.engine.containers.attaches.size() == 1000);
      assertThat(api.get("/containers/json").status()).isEqualTo(200);
    } finally {
      connections.forEach(RawHttp::close);
    }
    never.complete();
    await().until(() -> api.engine.containers.sessions.size() == 1000);
    await()
        .until(
            () ->
                api.engine.containers.sessions.stream()
                    .allMatch(s -> s.closed() || s.inputEnded()));
  }
}
