package dev.wherry.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketFileTest {
  private static final String NO_GROUP = "no-such-group-anywhere";

  @TempDir private Path directory;

  private static ServerSocketChannel bind(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return server.bind(UnixDomainSocketAddress.of(path));
  }

  @Test
  void a_socket_is_made_where_nobody_else_can_reach_it_until_it_is_ready() throws IOException {
    Path place = directory.resolve("sub/api.sock");
    UnixSocketFile file = UnixSocketFile.prepare(place);
    Path workshop = file.bindPath().getParent();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(workshop)))
        .isEqualTo("rwx------");
    try (ServerSocketChannel server = bind(file.bindPath())) {
      assertThat(place).doesNotExist();
      file.publish(NO_GROUP, true);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
          .isEqualTo("rw-rw----");
      assertThat(workshop).doesNotExist();
      file.remove();
      assertThat(place).doesNotExist();
    }
  }

  @Test
  void a_stale_socket_is_replaced() throws IOException {
    Path place = directory.resolve("api.sock");
    bind(place).close();
    UnixSocketFile file = UnixSocketFile.prepare(place);
    try (ServerSocketChannel server = bind(file.bindPath())) {
      file.publish(NO_GROUP, true);
      assertThat(place).exists();
    }
  }

  @Test
  void a_socket_somebody_answers_on_is_refused() throws IOException {
    Path place = directory.resolve("api.sock");
    try (ServerSocketChannel server = bind(place)) {
      assertThatThrownBy(() -> UnixSocketFile.prepare(place))
          .isInstanceOf(IOException.class)
          .hasMessage(place + " is in use: another daemon answers there");
    }
  }

  @Test
  void a_file_that_is_no_socket_is_left_alone() throws IOException {
    Path place = Files.writeString(directory.resolve("api.sock"), "precious");
    assertThatThrownBy(() -> UnixSocketFile.prepare(place))
        .isInstanceOf(IOException.class)
        .hasMessage(place + " exists and is not a socket");
    assertThat(place).hasContent("precious");
  }

  @Test
  void a_group_that_was_named_must_exist() throws IOException {
    UnixSocketFile file = UnixSocketFile.prepare(directory.resolve("api.sock"));
    try (ServerSocketChannel server = bind(file.bindPath())) {
      assertThatThrownBy(() -> file.publish(NO_GROUP, false))
          .isInstanceOf(IOException.class)
          .hasMessage("group " + NO_GROUP + " not found");
      file.remove();
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void the_socket_of_a_daemon_that_came_after_us_is_not_removed() throws IOException {
    Path place = directory.resolve("api.sock");
    UnixSocketFile file = UnixSocketFile.prepare(place);
    try (ServerSocketChannel server = bind(file.bindPath())) {
      file.publish(NO_GROUP, true);
      Files.delete(place);
      try (ServerSocketChannel other = bind(place)) {
        file.remove();
        assertThat(place).exists();
      }
    }
  }
}
