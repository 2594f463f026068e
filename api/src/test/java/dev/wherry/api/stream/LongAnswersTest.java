package dev.wherry.api.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.api.fake.FakeContainers.FakeLog;
import dev.wherry.api.fake.FakeContainers.FakeWaiter;
import dev.wherry.api.fake.FakeEvents;
import dev.wherry.api.fake.FakeEvents.FakeFeed;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.e2e.RawHttp;
import dev.wherry.verticles.container.WaitCondition;
import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioChunk;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers whose head comes long before their end. */
class LongAnswersTest {
  private final RunningApi api = RunningApi.start();

  @BeforeEach
  void add() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private static <T> T only(List<T> things) {
    await().until(() -> !things.isEmpty());
    return things.getFirst();
  }

  private static void request(RawHttp http, String method, String path) {
    http.write(method + " " + path + " HTTP/1.1\r\nHost: d\r\n\r\n");
  }

  @Test
  void wait_sends_its_head_at_once_and_its_body_when_the_container_exits() {
    try (RawHttp http = api.connect()) {
      request(http, "POST", "/containers/web/wait?condition=next-exit");
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(200);
      FakeWaiter waiter = only(api.engine.containers.waiters);
      assertThat(waiter.condition).isEqualTo(WaitCondition.NEXT_EXIT);
      assertThat(http.isSilent()).isTrue();
      waiter.exit(3);
      assertThat(http.chunk()).isEqualTo("{\"StatusCode\":3}\n");
      assertThat(http.chunk()).isEmpty();
      assertThat(http.get("/_ping").body()).isEqualTo("OK");
    }
  }

  @Test
  void a_wait_whose_client_has_gone_is_cancelled() {
    try (RawHttp http = api.connect()) {
      request(http, "POST", "/containers/web/wait");
      http.head();
    }
    FakeWaiter waiter = only(api.engine.containers.waiters);
    await().until(() -> waiter.cancelled);
  }

  @Test
  void an_unknown_condition_is_refused() {
    RawHttp.Answer answer = api.post("/containers/web/wait?condition=foo", "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid condition: \\\"foo\\\"");
  }

  @Test
  void a_followed_log_sends_its_head_at_once_and_then_what_comes() {
    try (RawHttp http = api.connect()) {
      request(http, "GET", "/containers/web/logs?stdout=1&follow=1&tail=5&timestamps=1");
      RawHttp.Answer head = http.head();
      assertThat(head.headers())
          .containsEntry("content-type", "application/vnd.docker.multiplexed-stream");
      FakeLog log = only(api.engine.containers.logs);
      assertThat(log.request.follow()).isTrue();
      assertThat(log.request.timestamps()).isTrue();
      assertThat(log.request.selection().tail()).isEqualTo(5);
      log.queue.offer(new StdioChunk(StdStream.STDERR, Buffer.buffer("line\n")));
      assertThat(http.chunk()).isEqualTo("\2\0\0\0\0\0\0\5line\n");
      log.queue.end();
      assertThat(http.chunk()).isEmpty();
    }
  }

  @Test
  void a_followed_log_is_left_when_the_client_has_gone() {
    try (RawHttp http = api.connect()) {
      request(http, "GET", "/containers/web/logs?stdout=1&follow=1");
      http.head();
    }
    FakeLog log = only(api.engine.containers.logs);
    await().until(() -> log.cancelled);
  }

  @Test
  void events_come_as_lines_of_json_after_a_head_sent_at_once() {
    try (RawHttp http = api.connect()) {
      request(http, "GET", "/events?filters=%7B%22event%22%3A%5B%22start%22%5D%7D");
      assertThat(http.head().headers()).containsEntry("content-type", "application/json");
      only(api.engine.events.feeds);
      api.engine.events.happen(FakeEvents.container("die", Map.of()));
      api.engine.events.happen(
          FakeEvents.container("start", Map.of("image", "busybox", "name", "web")));
      assertThat(http.chunk())
          .isEqualTo(
              "{\"status\":\"start\",\"id\":\"%s\",\"from\":\"busybox\",\"Type\":\"container\","
                      .formatted(Fixtures.id("abc"))
                  + "\"Action\":\"start\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":"
                      .formatted(Fixtures.id("abc"))
                  + "{\"image\":\"busybox\",\"name\":\"web\"}},\"scope\":\"local\",\"time\":1500,"
                  + "\"timeNano\":1500000000123}\n");
    }
    FakeFeed feed = only(api.engine.events.feeds);
    await().until(() -> feed.cancelled);
  }

  @Test
  void events_come_as_text_frames_on_a_websocket_of_the_same_path() {
    try (RawHttp http = api.connect()) {
      http.write(
          "GET /v1.50/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
              + "Upgrade: websocket\r\nOrigin: http://localhost\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(101);
      only(api.engine.events.feeds);
      api.engine.events.happen(FakeEvents.container("start", Map.of()));
      byte[] start = http.read(4);
      assertThat(start[0]).as("a final text frame").isEqualTo((byte) 0x81);
      int length = (start[2] & 0xff) << 8 | start[3] & 0xff;
      assertThat(new String(http.read(length), UTF_8)).startsWith("{\"status\":\"start\"");
    }
    FakeFeed feed = only(api.engine.events.feeds);
    await().until(() -> feed.cancelled);
  }

  @Test
  void a_websocket_from_a_page_of_another_origin_is_refused() {
    try (RawHttp http = api.connect()) {
      http.write(
          "GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
              + "Upgrade: websocket\r\nOrigin: http://evil.example\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      assertThat(http.answer("GET").status()).isEqualTo(403);
      assertThat(api.engine.events.feeds).isEmpty();
    }
  }

  @Test
  void what_needs_the_engine_waits_for_it_and_pings_do_not() throws IOException {
    try (RunningApi early = RunningApi.recovering();
        RawHttp http = early.connect()) {
      http.write(
          "POST /containers/create?name=x HTTP/1.1\r\nHost: d\r\n"
              + "Content-Type: application/json\r\nContent-Length: 19\r\n\r\n"
              + "{\"Image\":\"busybox\"}");
      assertThat(early.get("/_ping").status()).isEqualTo(200);
      assertThat(early.get("/v1.41/version").body()).contains("\"ApiVersion\":\"1.51\"");
      assertThat(http.isSilent()).isTrue();
      early.recover();
      assertThat(http.answer("POST").status()).isEqualTo(201);
      assertThat(http.get("/containers/x/json").status()).isEqualTo(200);
      assertThat(early.get("/version").body()).contains("conmon");
    }
  }
}
