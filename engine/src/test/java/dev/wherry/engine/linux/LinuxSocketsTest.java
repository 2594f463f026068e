package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LinuxSocketsTest {
  private final Sockets sockets = new LinuxSockets();
  private final Processes processes = new LinuxProcesses();
  private @TempDir Path temp;

  @Test
  void a_packet_socket_is_reached_even_by_a_long_path() throws IOException {
    Path directory = Files.createDirectories(temp.resolve("d".repeat(200)));
    String server =
        """
        import socket, os
        os.chdir('%s')
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.bind('attach')
        s.listen()
        os.write(1, b'ready')
        c, _ = s.accept()
        c.send(b'hello')
        c.recv(1)
        """
            .formatted(directory);
    try (Processes.Pipe pipe = processes.pipe()) {
      int pid =
          processes.spawn(
              SpawnSpec.of(Path.of("/usr/bin/python3"), List.of("python3", "-c", server))
                  .withDescriptors(Map.of(1, pipe.write())));
      pipe.write().close();
      assertThat(pipe.read().read(new byte[8], 0, 8)).isEqualTo(5);
      try (Fd socket = sockets.connectSeqpacket(directory.resolve("attach"))) {
        int events = processes.poll(socket, Processes.POLLIN, Duration.ofSeconds(20));
        assertThat(events).isEqualTo(Processes.POLLIN);
        byte[] packet = new byte[100];
        assertThat(socket.read(packet, 0, 100)).isEqualTo(5);
        assertThatThrownBy(() -> socket.read(packet, 0, 100)).hasMessageContaining("EAGAIN");
      }
      assertThat(processes.waitpid(pid).shellCode()).isZero();
    }
    assertThatThrownBy(() -> sockets.connectSeqpacket(directory.resolve("attach")))
        .hasMessageContaining("ECONNREFUSED");
    assertThatThrownBy(() -> sockets.connectSeqpacket(temp.resolve("absent")))
        .hasMessageContaining("ENOENT");
  }

  @Test
  void a_port_is_bound_once() throws IOException {
    try (Fd listener = sockets.listenTcp(new InetSocketAddress("127.0.0.1", 0), 1)) {
      int port = sockets.localPort(listener);
      new Socket("127.0.0.1", port).close();
      assertThatThrownBy(() -> sockets.listenTcp(new InetSocketAddress("0.0.0.0", port), 1))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
      try (Fd udp = sockets.bindUdp(new InetSocketAddress("0.0.0.0", port))) {
        assertThat(sockets.localPort(udp)).isEqualTo(port);
        assertThatThrownBy(() -> sockets.bindUdp(new InetSocketAddress("127.0.0.1", port)))
            .hasMessageContaining("EADDRINUSE");
      }
    }
    assertThatThrownBy(() -> sockets.listenTcp(new InetSocketAddress("192.0.2.7", 0), 1))
        .hasMessageContaining("EADDRNOTAVAIL");
  }
}
