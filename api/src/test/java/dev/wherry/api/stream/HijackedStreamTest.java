package dev.wherry.api.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.api.fake.FakeSession;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.e2e.RawHttp;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.verticles.stream.StdStream;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HijackedStreamTest {
  private static final String ATTACH =
      "POST /v1.50/containers/web/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
          + "Host: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";

  private final RunningApi api = RunningApi.start();

  @BeforeEach
  void add() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    api.engine.containers.index.put(
        Fixtures.created(Fixtures.id("bb"), "term", "{\"Image\":\"busybox\",\"Tty\":true}")
            .withState(new ContainerState.Running(1, 1, Fixtures.STARTED)));
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private FakeSession session() {
    return only(api.engine.containers.sessions);
  }

  private static FakeSession only(List<FakeSession> sessions) {
    await().until(() -> !sessions.isEmpty());
    return sessions.getLast();
  }

  @Test
  void the_head_is_sent_only_once_the_attach_is_live() {
    Promise<Void> live = Promise.promise();
    api.engine.containers.beforeAttach = live::future;
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      await().until(() -> !api.engine.containers.attaches.isEmpty());
      assertThat(http.isSilent()).isTrue();
      live.complete();
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(101);
      assertThat(head.headers())
          .containsEntry("connection", "Upgrade")
          .containsEntry("upgrade", "tcp")
          .containsEntry("content-type", "application/vnd.docker.multiplexed-stream");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.41,web,application/vnd.docker.raw-stream",
    "1.42,web,application/vnd.docker.multiplexed-stream",
    "1.42,term,application/vnd.docker.raw-stream"
  })
  void a_client_that_asks_for_no_upgrade_gets_200_and_the_type_of_its_version(
      String version, String name, String type) {
    try (RawHttp http = api.connect()) {
      http.write(
          "POST /v%s/containers/%s/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\n\r\n"
              .formatted(version, name));
      RawHttp.Answer head = http.head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers()).containsEntry("content-type", type);
      session().write(StdStream.STDOUT, "hi");
      boolean framed = name.equals("web");
      assertThat(http.read(framed ? 10 : 2)).endsWith("hi".getBytes(UTF_8));
    }
  }

  @Test
  void both_streams_arrive_in_frames_and_the_connection_closes_when_the_process_ends() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      http.head();
      session().write(StdStream.STDOUT, "out\n");
      session().write(StdStream.STDERR, "err\n");
      session().exit();
      assertThat(http.readAll())
          .isEqualTo("\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n".getBytes(UTF_8));
    }
  }

  @Test
  void what_is_sent_together_with_the_request_reaches_the_process() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH + "early");
      assertThat(http.head().status()).isEqualTo(101);
      http.write(" late");
      await().untilAsserted(() -> assertThat(session().input()).isEqualTo("early late"));
    }
  }

  @Test
  void what_is_sent_before_the_attach_is_live_reaches_the_process() {
    Promise<Void> live = Promise.promise();
    api.engine.containers.beforeAttach = live::future;
    String much = "0123456789".repeat(30_000);
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      await().until(() -> !api.engine.containers.attaches.isEmpty());
      Thread writer = Thread.ofVirtual().start(() -> http.write(much));
      await().until(() -> writer.getState() != Thread.State.NEW);
      live.complete();
      assertThat(http.head().status()).isEqualTo(101);
      await().untilAsserted(() -> assertThat(session().input()).hasSize(much.length()));
      assertThat(session().input()).isEqualTo(much);
    }
  }

  @Test
  void a_half_close_ends_the_input_and_output_goes_on() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      http.head();
      http.write("bye");
      http.endOutput();
      await().until(session()::inputEnded);
      assertThat(session().input()).isEqualTo("bye");
      session().write(StdStream.STDOUT, "still here");
      session().exit();
      assertThat(new String(http.readAll(), UTF_8)).endsWith("still here");
      assertThat(session().detached()).isFalse();
    }
  }

  @Test
  void a_half_close_that_comes_with_the_request_ends_the_input_too() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH + "all of it");
      http.endOutput();
      assertThat(http.head().status()).isEqualTo(101);
      await().until(session()::inputEnded);
      assertThat(session().input()).isEqualTo("all of it");
      session().write(StdStream.STDOUT, "answer");
      session().exit();
      assertThat(new String(http.readAll(), UTF_8)).endsWith("answer");
    }
  }

  @Test
  void a_half_close_does_not_overtake_input_that_the_process_has_not_read() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      http.head();
      session().fill();
      http.write("one");
      await().until(() -> session().input().equals("one"));
      http.write("two");
      http.endOutput();
      session().read();
      await().until(session()::inputEnded);
      assertThat(session().input()).isEqualTo("onetwo");
    }
  }

  @Test
  void a_client_that_does_not_read_stops_the_process_and_loses_nothing() {
    byte[] all = new byte[8 << 20];
    new Random(1).nextBytes(all);
    try (RawHttp http = api.connect()) {
      http.write("POST /containers/term/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\n\r\n");
      http.head();
      FakeSession session = session();
      int sent = 0;
      while (sent < all.length) {
        int end = Math.min(all.length, sent + 32768);
        byte[] piece = Arrays.copyOfRange(all, sent, end);
        boolean room = session.write(StdStream.STDOUT, piece);
        sent = end;
        if (!room) {
          break;
        }
      }
      assertThat(sent).as("taken from the process before it was stopped").isLessThan(all.length);
      session.write(StdStream.STDOUT, Arrays.copyOfRange(all, sent, all.length));
      session.exit();
      assertThat(http.readAll()).isEqualTo(all);
    }
  }

  @Test
  void an_attach_that_fails_is_an_ordinary_error_and_the_connection_closes() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH.replace("web", "nosuch"));
      RawHttp.Answer answer = http.answer("POST");
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo("{\"message\":\"No such container: nosuch\"}\n");
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(http.readAll()).isEmpty();
    }
  }

  @Test
  void a_client_that_has_gone_leaves_its_session() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      http.head();
      session();
    }
    // Closing both ways first looks like an end of input; writing finds out.
    await()
        .until(
            () -> {
              session().write(StdStream.STDOUT, "anybody there?");
              return session().closed();
            });
  }

  @Test
  void the_detach_keys_leave_a_terminal() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH.replace("web", "term"));
      http.head();
      http.write("ls\r");
      http.write(new byte[] {16});
      http.write(new byte[] {17});
      assertThat(http.readAll()).isEmpty();
      assertThat(session().input()).isEqualTo("ls\r");
      assertThat(session().detached()).isTrue();
    }
  }

  @Test
  void detach_keys_mean_nothing_without_a_terminal() {
    try (RawHttp http = api.connect()) {
      http.write(ATTACH);
      http.head();
      http.write(new byte[] {'x', 16, 17});
      await().untilAsserted(() -> assertThat(session().input()).isEqualTo("x\20\21"));
      assertThat(session().detached()).isFalse();
    }
  }

  @Test
  void unknown_detach_keys_are_refused() {
    RawHttp.Answer answer = api.post("/containers/term/attach?stdin=1&detachKeys=zzz-", "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("Invalid detach keys (zzz-) provided");
  }

  @Test
  void a_browser_attaches_over_a_websocket() {
    Promise<Void> live = Promise.promise();
    api.engine.containers.beforeAttach = live::future;
    try (RawHttp http = api.connect()) {
      http.write(
          "GET /containers/web/attach/ws?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: localhost\r\n"
              + "Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://localhost\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      await().until(() -> !api.engine.containers.attaches.isEmpty());
      live.complete();
      assertThat(http.head().status()).isEqualTo(101);
      // A masked text frame of two letters, the mask being all zeros.
      http.write(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});
      await().untilAsserted(() -> assertThat(session().input()).isEqualTo("hi"));
      session().write(StdStream.STDERR, "oops");
      assertThat(http.read(6)).isEqualTo(new byte[] {(byte) 0x82, 4, 'o', 'o', 'p', 's'});
      session().exit();
      assertThat(http.read(1)).as("a close frame").isEqualTo(new byte[] {(byte) 0x88});
    }
    assertThat(api.get("/containers/web/attach/ws").status()).isEqualTo(400);
  }

  private String exec(String json) {
    String answer = api.post("/containers/web/exec", json).body();
    return answer.replaceAll(".*\"Id\":\"([0-9a-z]+)\".*\\s*", "$1");
  }

  private static String start(String id, String json) {
    return ("POST /v1.50/exec/%s/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\n"
            + "Upgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
        .formatted(id, json.length(), json);
  }

  @Test
  void an_exec_is_started_with_a_body_and_an_upgrade_in_one_request() {
    String id = exec("{\"Cmd\":[\"cat\"],\"AttachStdin\":true,\"AttachStdout\":true}");
    try (RawHttp http = api.connect()) {
      http.write(start(id, "{\"Detach\":false,\"Tty\":false}") + "early");
      http.endOutput();
      assertThat(http.head().status()).isEqualTo(101);
      FakeSession session = only(api.engine.execs.sessions);
      await().until(session::inputEnded);
      assertThat(session.input()).isEqualTo("early");
      session.write(StdStream.STDOUT, "early");
      session.exit();
      assertThat(new String(http.readAll(), UTF_8)).isEqualTo("\1\0\0\0\0\0\0\5early");
    }
  }

  @Test
  void an_exec_that_cannot_be_executed_is_told_of_in_its_stream() {
    String id = exec("{\"Cmd\":[\"nosuch\"],\"AttachStdout\":true}");
    try (RawHttp http = api.connect()) {
      http.write(start(id, "{}"));
      assertThat(http.head().status()).isEqualTo(101);
      assertThat(new String(http.readAll(), UTF_8)).endsWith("exec: \"nosuch\": not found\r\n");
    }
  }

  @Test
  void a_detached_exec_is_answered_without_a_stream() {
    String id = exec("{\"Cmd\":[\"true\"]}");
    try (RawHttp http = api.connect()) {
      http.write(start(id, "{\"Detach\":true}"));
      assertThat(http.answer("POST").status()).isEqualTo(200);
      assertThat(api.engine.execs.calls).containsExactly("startDetached " + id);
    }
  }
}
