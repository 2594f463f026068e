package dev.wherry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.api.fake.FakeEngine;
import dev.wherry.config.ConfigException;
import dev.wherry.config.DaemonConfig;
import dev.wherry.config.StartRequest;
import dev.wherry.e2e.RawHttp;
import dev.wherry.verticles.EngineClients;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonTest {
  @TempDir private Path directory;

  private final Promise<EngineClients> recovered = Promise.promise();
  private boolean engineClosed;

  private Daemon start() throws IOException, ConfigException {
    Path file = Files.writeString(directory.resolve("daemon.json"), "{}");
    DaemonConfig config =
        ((StartRequest.Serve)
                StartRequest.of(
                    "--config-file",
                    file.toString(),
                    "-H",
                    "unix://" + directory.resolve("a.sock"),
                    "-H",
                    "unix://" + directory.resolve("b.sock"),
                    "--pidfile",
                    directory.resolve("pid").toString()))
            .config();
    return Daemon.start(
        config,
        (vertx, given) ->
            new Daemon.Engine() {
              @Override
              public Future<EngineClients> ready() {
                return recovered.future();
              }

              @Override
              public Future<Void> close() {
                engineClosed = true;
                return Future.succeededFuture();
              }
            });
  }

  @Test
  void it_answers_on_all_its_sockets_until_it_is_stopped_and_leaves_nothing()
      throws IOException, ConfigException {
    Daemon daemon = start();
    for (String socket : new String[] {"a.sock", "b.sock"}) {
      assertThat(RawHttp.answersPing(directory.resolve(socket))).isTrue();
    }
    assertThat(directory.resolve("pid")).hasContent(ProcessHandle.current().pid() + "");
    recovered.complete(new FakeEngine().clients());
    assertThat(RawHttp.get(directory.resolve("b.sock"), "/info").status()).isEqualTo(200);
    daemon.stop();
    assertThat(engineClosed).isTrue();
    assertThat(directory.toFile().list()).containsExactly("daemon.json");
  }

  @Test
  void a_second_daemon_on_the_same_socket_is_refused_and_the_first_serves_on()
      throws IOException, ConfigException {
    Daemon daemon = start();
    assertThatThrownBy(this::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another daemon answers there");
    assertThat(RawHttp.answersPing(directory.resolve("a.sock"))).isTrue();
    daemon.stop();
  }

  @Test
  void a_pid_file_left_by_a_crash_does_not_matter() throws IOException, ConfigException {
    Files.writeString(directory.resolve("pid"), "1\n");
    Daemon daemon = start();
    assertThat(directory.resolve("pid")).hasContent(ProcessHandle.current().pid() + "");
    daemon.stop();
  }
}
