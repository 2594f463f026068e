package dev.wherry.engine.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.engine.network.PortRelays.Relay;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpRelaysTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final int PATIENCE_MILLIS = 20_000;

  /** More than the kernel's buffers take on the way. */
  private static final int MUCH = 40_000_000;

  private final Sockets sockets = new LinuxSockets();
  private final TcpRelays relays = new TcpRelays(sockets, new LinuxProcesses());
  private final List<ServerSocket> servers = new ArrayList<>();

  /** A published port. */
  private record Published(Relay relay, int port) {}

  /** What a server does with a connection. */
  private interface Service {
    void serve(Socket client) throws IOException;
  }

  @AfterEach
  void close() throws IOException {
    relays.close();
    for (ServerSocket server : servers) {
      server.close();
    }
  }

  private InetSocketAddress server(Service service) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, HERE);
    servers.add(server);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                  service.serve(client);
                } catch (IOException closed) {
                  // That client's, or the end of it.
                }
              }
            });
    return new InetSocketAddress(HERE, server.getLocalPort());
  }

  private InetSocketAddress saying(String word) throws IOException {
    return server(client -> client.getOutputStream().write(bytes(word)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private Published publish(InetSocketAddress target) {
    Fd listening = sockets.listenTcp(new InetSocketAddress(HERE, 0), 50);
    int port = sockets.localPort(listening);
    return new Published(relays.start(listening, target), port);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(HERE, port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static String ask(int port) {
    try (Socket socket = connect(port)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_client_that_has_ended_its_sending_gets_a_long_answer_whole_however_slowly_it_reads()
      throws Exception {
    Published published =
        publish(
            server(
                client -> {
                  int sent = client.getInputStream().readAllBytes().length;
                  client.getOutputStream().write(new byte[sent]);
                }));
    try (Socket socket = connect(published.port)) {
      socket.getOutputStream().write(new byte[MUCH]);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      assertThat(in.readNBytes(1000)).hasSize(1000);
      assertThat(in.readAllBytes()).hasSize(MUCH - 1000);
    }
    published.relay.close();
  }

  @Test
  void what_comes_after_a_change_is_led_elsewhere() throws IOException {
    Published published = publish(saying("one"));
    assertThat(ask(published.port)).isEqualTo("one");
    published.relay.lead(saying("two"));
    assertThat(ask(published.port)).isEqualTo("two");
    published.relay.close();
  }

  @Test
  void a_container_that_does_not_listen_ends_the_connection() throws IOException {
    int nobody;
    try (ServerSocket closed = new ServerSocket(0, 1, HERE)) {
      nobody = closed.getLocalPort();
    }
    Published published = publish(new InetSocketAddress(HERE, nobody));
    assertThat(ask(published.port)).isEmpty();
    published.relay.close();
  }

  @Test
  void many_talk_at_once_and_neither_waits_for_another_that_does_not_read() throws IOException {
    Published published = publish(server(client -> client.getOutputStream().write(new byte[MUCH])));
    Published other = publish(saying("here"));
    try (Socket silent = connect(published.port)) {
      for (int i = 0; i < 200; i++) {
        assertThat(ask(other.port)).isEqualTo("here");
      }
      assertThat(silent.getInputStream().readAllBytes()).hasSize(MUCH);
    }
    published.relay.close();
    other.relay.close();
  }

  @Test
  void at_its_end_its_connections_end_and_the_port_is_free() throws IOException {
    Published published =
        publish(server(client -> client.getInputStream().transferTo(client.getOutputStream())));
    try (Socket socket = connect(published.port)) {
      socket.getOutputStream().write('x');
      assertThat(socket.getInputStream().read()).isEqualTo('x');
      published.relay.close();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThatThrownBy(() -> connect(published.port)).isInstanceOf(IOException.class);
    sockets.listenTcp(new InetSocketAddress(HERE, published.port), 1).close();
  }
}
