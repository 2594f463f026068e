package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log driver syslog, against servers of the test's own. */
@EndToEnd
class SyslogIT {
  private final DockerCli docker;
  private final DaemonUnderTest daemon;

  private @TempDir Path dir;

  SyslogIT(DockerCli docker, DaemonUnderTest daemon) {
    this.docker = docker;
    this.daemon = daemon;
  }

  /** A server on a unix socket that notes the lines it gets. */
  static final class Server implements AutoCloseable {
    private final ServerSocketChannel channel;
    private final Path socket;
    final List<String> lines = new CopyOnWriteArrayList<>();
    private @Nullable SocketChannel client;

    Server(Path socket) throws IOException {
      this.socket = socket;
      channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      channel.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(this::serve);
    }

    private void serve() {
      try {
        while (true) {
          SocketChannel accepted = channel.accept();
          synchronized (this) {
            client = accepted;
          }
          read(accepted);
        }
      } catch (IOException e) {
        // Closed: the test is over.
        return;
      }
    }

    private void read(SocketChannel from) throws IOException {
      StringBuilder text = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      while (from.read(buffer.clear()) >= 0) {
        text.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
        for (int end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          lines.add(text.substring(0, end));
          text.delete(0, end + 1);
        }
      }
    }

    List<String> texts() {
      return lines.stream().map(line -> line.substring(line.indexOf(": ") + 2)).toList();
    }

    @Override
    public synchronized void close() throws IOException {
      channel.close();
      if (client != null) {
        client.close();
      }
      Files.deleteIfExists(socket);
    }
  }

  private static List<String> numbers(int last) {
    return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
  }

  @Test
  void each_line_is_a_message_and_logs_shows_them_too() throws Exception {
    Path socket = dir.resolve("log");
    try (Server server = new Server(socket)) {
      CliResult result =
          docker.run(
              "run",
              "--name",
              "boat",
              "--log-driver=syslog",
              "--log-opt=syslog-address=unix://" + socket,
              "--log-opt=syslog-facility=local3",
              "--log-opt=tag={{.Name}}",
              TestImages.BUSYBOX,
              "sh",
              "-c",
              "seq 1 5000; echo; printf no; sleep 0.2; echo 'w then'; echo wrong >&2; printf end");
      assertThat(result.exitCode()).isZero();
      await().until(() -> server.lines.size() >= 5003);
      List<String> out = server.lines.stream().filter(line -> line.startsWith("<158>")).toList();
      assertThat(out.getFirst())
          .matches("<158>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d boat\\[\\d+]: 1");
      List<String> expected = new ArrayList<>(numbers(5000));
      expected.addAll(List.of("now then", "end"));
      assertThat(server.texts().stream().filter(text -> !text.equals("wrong"))).isEqualTo(expected);
      assertThat(server.lines).anyMatch(line -> line.matches("<155>.* boat\\[\\d+]: wrong"));
      assertThat(docker.run("logs", "boat").stdout()).endsWith("5000\n\nnow then\nend");
    }
  }

  @Test
  void datagrams_and_udp_with_the_newer_format() throws Exception {
    Path script = dir.resolve("receive.py");
    Files.writeString(
        script,
        """
        import socket, sys
        family = socket.AF_UNIX if sys.argv[1].startswith("/") else socket.AF_INET
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.bind(sys.argv[1] if family == socket.AF_UNIX else (sys.argv[1], 5514))
        print("ready", flush=True)
        print(s.recv(65536), flush=True)
        """);
    Path socket = dir.resolve("datagrams");
    String[][] places = {
      {socket.toString(), "unixgram://" + socket},
      {daemon.address(), "udp://" + daemon.address() + ":5514"}
    };
    for (String[] place : places) {
      Process receiver =
          new ProcessBuilder(
                  "nsenter",
                  "--net=/run/netns/" + daemon.namespace(),
                  "python3",
                  script.toString(),
                  place[0])
              .redirectErrorStream(true)
              .start();
      try (var reader = receiver.inputReader()) {
        assertThat(reader.readLine()).isEqualTo("ready");
        docker.ok(
            "run",
            "--rm",
            "--log-driver=syslog",
            "--log-opt=syslog-address=" + place[1],
            "--log-opt=syslog-format=rfc5424micro",
            "--log-opt=tag=boat",
            TestImages.BUSYBOX,
            "echo",
            "hello");
        assertThat(reader.readLine())
            .matches("b'<30>1 \\S+T\\S+\\.\\d{6}(Z|[+-]\\S+) \\S+ boat \\d+ boat - hello\\\\n'");
      } finally {
        receiver.destroy();
      }
    }
  }

  @Test
  void a_server_that_is_away_for_a_while_gets_all_of_it() throws Exception {
    Path socket = dir.resolve("log");
    try (Server first = new Server(socket)) {
      docker.ok(
          "run",
          "-d",
          "--name",
          "boat",
          "--log-driver=syslog",
          "--log-opt=syslog-address=unix://" + socket,
          TestImages.BUSYBOX,
          "sh",
          "-c",
          "echo 1; while ! [ -e /go ]; do sleep 0.1; done; seq 2 100; echo done");
      await().until(() -> first.texts().equals(List.of("1")));
    }
    docker.ok("exec", "boat", "touch", "/go");
    await().until(() -> docker.ok("logs", "--tail", "1", "boat").equals("done"));
    assertThat(docker.ok("wait", "boat")).isEqualTo("0");
    try (Server second = new Server(socket)) {
      await().until(() -> second.texts().contains("done"));
      // What the first had taken from its socket and not read is nobody's.
      assertThat(second.texts()).endsWith("99", "100", "done");
    }
  }

  @Test
  void what_cannot_be_is_refused_as_dockerd_does() {
    assertThat(refusal("nosuch=1")).contains("unknown log opt 'nosuch' for syslog log driver");
    assertThat(refusal("syslog-facility=foo")).contains("invalid syslog facility");
    assertThat(refusal("syslog-address=tcp://127.0.0.1:1"))
        .contains(
            "failed to initialize logging driver: dial tcp 127.0.0.1:1: connect: connection refused");
  }

  private String refusal(String option) {
    CliResult result =
        docker.run(
            "run", "--rm", "--log-driver=syslog", "--log-opt", option, TestImages.BUSYBOX, "true");
    assertThat(result.exitCode()).isEqualTo(125);
    return result.stderr();
  }
}
