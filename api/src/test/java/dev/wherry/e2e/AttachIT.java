package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that come to a container and leave it, by command line and WebSocket. */
@EndToEnd
class AttachIT {
  private static final String COUNT_SIGNALS =
      "trap 'echo term; exit 7' TERM; trap 'echo usr1' USR1; echo ready; while :; do sleep 0.1; done";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  private @TempDir Path dir;

  AttachIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  /** The client's side of a WebSocket (RFC 6455). */
  private static final class WebSocket implements AutoCloseable {
    private static final int CLOSE = 8;

    private final RawHttp http;
    private final StringBuilder heard = new StringBuilder();

    WebSocket(Path socket, String container, String query) {
      http = new RawHttp(socket);
      http.write(
          "GET /containers/%s/attach/ws?%s HTTP/1.1\r\n".formatted(container, query)
              + "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(101);
    }

    /** A masked binary frame, whose mask changes nothing. */
    void type(String text) {
      byte[] data = text.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      frame.writeBytes(new byte[] {(byte) 0x82, (byte) (0x80 | data.length), 0, 0, 0, 0});
      frame.writeBytes(data);
      http.write(frame.toByteArray());
    }

    /** Reads frames until that text has come. */
    String await(String text) {
      while (heard.indexOf(text) < 0) {
        assertThat(frame()).as("frames before '%s', after '%s'", text, heard).isNotEqualTo(CLOSE);
      }
      return heard.toString();
    }

    /** Reads frames until the server closes. */
    String awaitEnd() {
      for (int kind = frame(); kind != CLOSE; kind = frame()) {
        assertThat(kind).isEqualTo(2);
      }
      return heard.toString();
    }

    private int frame() {
      byte[] head = http.read(2);
      int length = head[1] & 0x7f;
      if (length == 126) {
        byte[] more = http.read(2);
        length = ((more[0] & 0xff) << 8) | (more[1] & 0xff);
      }
      byte[] data = http.read(length);
      int kind = head[0] & 0xf;
      if (kind != CLOSE) {
        heard.append(new String(data, StandardCharsets.UTF_8));
      }
      return kind;
    }

    @Override
    public void close() {
      http.close();
    }
  }

  private WebSocket webSocket(String query) {
    return new WebSocket(daemon.socket(), "boat", query);
  }

  private String running() {
    return docker.ok("inspect", "-f", "{{.State.Running}}", "boat");
  }

  @Test
  void web_sockets_and_command_lines_share_a_container() {
    docker.ok("run", "-di", "--name", "boat", TestImages.BUSYBOX, "cat");
    String query = "stream=1&stdin=1&stdout=1";
    try (WebSocket one = webSocket(query);
        WebSocket two = webSocket(query);
        CliSession three = docker.start("attach", "boat")) {
      one.type("from one\n");
      one.await("from one\n");
      two.await("from one\n");
      two.type("from two\n");
      one.await("from two\n");
      await()
          .until(
              () -> {
                three.type("from three\n");
                return three.output().contains("from three");
              });
      assertThat(two.await("from three\n")).startsWith("from one\nfrom two\n");
      one.close();
      two.type("still here\n");
      two.await("still here\n");
    }
    assertThat(running()).isEqualTo("true");
  }

  @Test
  void a_web_socket_gets_the_streams_it_asks_for_and_the_log() {
    String script = "echo out; echo err >&2; while ! [ -e /go ]; do sleep 0.05; done; echo bye >&2";
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sh", "-c", script);
    await().until(() -> docker.run("logs", "boat").stderr().equals("err\n"));
    try (WebSocket logs = webSocket("logs=1&stdout=1&stderr=1")) {
      assertThat(logs.awaitEnd()).contains("out\n", "err\n");
    }
    try (WebSocket errors = webSocket("logs=1&stream=1&stderr=1");
        WebSocket fresh = webSocket("stream=1&stdout=1&stderr=1");
        WebSocket output = webSocket("stream=1&stdout=1")) {
      errors.await("err\n");
      docker.ok("exec", "boat", "touch", "/go");
      assertThat(errors.awaitEnd()).isEqualTo("err\nbye\n");
      assertThat(fresh.awaitEnd()).isEqualTo("bye\n");
      assertThat(output.awaitEnd()).isEmpty();
    }
  }

  @Test
  void the_detach_keys_of_a_web_socket_end_it_and_not_the_container() {
    docker.ok("run", "-dit", "--name", "boat", TestImages.BUSYBOX);
    try (WebSocket socket = webSocket("stream=1&stdin=1&stdout=1&detachKeys=ctrl-a,x")) {
      socket.type("echo $((6*7))\r");
      socket.await("42");
      socket.type("\u0001x");
      socket.awaitEnd();
    }
    assertThat(running()).isEqualTo("true");
  }

  @Test
  void signals_are_passed_on_unless_the_client_says_no() {
    try (CliSession first =
        docker.start(
            "run",
            "--sig-proxy=false",
            "--name",
            "boat",
            TestImages.BUSYBOX,
            "sh",
            "-c",
            COUNT_SIGNALS)) {
      first.awaitOutput("ready").signal("TERM");
      // The other signal comes after it, and would be told after it.
      docker.ok("exec", "boat", "kill", "-USR1", "1");
      first.awaitOutput("usr1").signal("KILL");
      assertThat(first.output()).doesNotContain("term");
    }
    assertThat(running()).isEqualTo("true");
    String since = DockerCli.now();
    try (CliSession second = docker.start("attach", "--no-stdin", "boat")) {
      // It passes signals on from before it asks for the connection.
      await().until(() -> attachedSince(since));
      second.signal("TERM").awaitOutput("term");
      assertThat(second.exit().exitCode()).isEqualTo(7);
    }
  }

  private boolean attachedSince(String moment) {
    String[] look = {
      "events", "--since", moment, "--until", DockerCli.now(), "--filter", "event=attach"
    };
    return docker.ok(look).contains("boat");
  }

  @Test
  void who_detaches_can_come_back_while_others_stay() {
    try (CliSession first =
        docker.startOnTerminal(
            dir.resolve("one"),
            "run",
            "-it",
            "--detach-keys=ctrl-b,q",
            "--name",
            "boat",
            TestImages.BUSYBOX)) {
      first.awaitOutput("#");
      try (CliSession second = docker.startOnTerminal(dir.resolve("two"), "attach", "boat")) {
        second.type("echo $((40+2))\r").awaitOutput("42");
        first.awaitOutput("42").type("\u0002q");
        assertThat(first.exit().exitCode()).isZero();
        second.type("echo $((50+3))\r").awaitOutput("53");
        try (CliSession third = docker.startOnTerminal(dir.resolve("three"), "attach", "boat")) {
          third.type("echo $((60+4))\r").awaitOutput("64").type("exit 5\r");
          assertThat(third.exit().exitCode()).isEqualTo(5);
          assertThat(second.exit().exitCode()).isEqualTo(5);
        }
      }
    }
  }
}
