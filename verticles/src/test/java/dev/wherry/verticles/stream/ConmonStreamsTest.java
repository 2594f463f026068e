package dev.wherry.verticles.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.launch.ConmonControl;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class ConmonStreamsTest {
  private static final StdioRules NO_INPUT = new StdioRules(false, false, false, true);
  private static final StdioRules ONCE = new StdioRules(true, true, false, true);
  private static final StdioRules OPEN = new StdioRules(true, false, false, true);

  @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.ALWAYS)
  Path directory;

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
  private final ContextInternal owner = Contexts.fresh(vertx);
  private final ContextInternal client = Contexts.fresh(vertx);
  private final StdioHub hub =
      StdioHub.ofConmon(
          vertx,
          owner,
          new Blocking(vertx, "kernel", 4),
          new LinuxSockets(),
          id -> false,
          FakeConmon.OVERFLOW);
  private Conmon conmon;

  @BeforeEach
  void prepare() throws IOException {
    conmon = new Conmon(directory, Conmon.rootfs(directory.resolve("rootfs")));
  }

  @AfterEach
  void close() throws IOException {
    conmon.close();
    vertx.close().await();
  }

  private <T> T call(Supplier<Future<T>> action) {
    return Contexts.call(owner, Contexts.fresh(vertx), action).await();
  }

  private StdioSession attach(StdioRules rules, Path socket) {
    SessionRequest request =
        new SessionRequest(client, new StreamSelection(true, true, true), null, socket, () -> {});
    return call(() -> hub.attach(conmon.id, rules, request));
  }

  /** Everything until the end. */
  private static Buffer all(StdioSession session) {
    Buffer all = Buffer.buffer();
    session.output().handler(chunk -> all.appendBuffer(chunk.data())).resume();
    session.ended().await();
    return all;
  }

  private void start(StdioRules rules) throws IOException {
    call(() -> hub.beforeStart(conmon.id, rules, conmon.attachSocket()));
    conmon.start();
  }

  private void write(StdioSession session, Buffer data) {
    client.runOnContext(ignored -> session.stdin().end(data));
  }

  @RepeatedTest(20)
  void a_process_that_ends_at_once_loses_no_output() throws IOException {
    conmon.create(false, List.of(), "sh", "-c", "echo out; echo err >&2; exit 3");
    StdioSession session = attach(NO_INPUT, null);
    Listener listener = new Listener(session);
    session.output().resume();
    start(NO_INPUT);
    session.ended().await();
    assertThat(listener.heard).contains("1:out\n", "2:err\n").endsWith("end").hasSize(3);
    await().until(conmon::hasExited);
    assertThat(conmon.exitCode()).isEqualTo(3);
  }

  @Test
  void input_and_output_of_megabytes_pass_unharmed_and_the_inputs_end_is_passed_on()
      throws IOException {
    conmon.create(false, List.of("--stdin"), "cat");
    StdioSession session = attach(ONCE, null);
    start(ONCE);
    byte[] bytes = new byte[3_000_000];
    new Random(1).nextBytes(bytes);
    write(session, Buffer.buffer(bytes));
    assertThat(all(session)).isEqualTo(Buffer.buffer(bytes));
  }

  @Test
  void two_hundred_thousand_lines_arrive() throws IOException {
    conmon.create(false, List.of(), "seq", "1", "200000");
    StdioSession session = attach(NO_INPUT, null);
    start(NO_INPUT);
    String text = all(session).toString();
    assertThat(text.lines()).hasSize(200_000);
    assertThat(text).endsWith("199999\n200000\n");
  }

  @Test
  void an_open_input_survives_the_clients_that_leave() throws IOException {
    conmon.create(false, List.of("--stdin", "--leave-stdin-open"), "cat");
    StdioSession first = attach(OPEN, null);
    start(OPEN);
    write(first, Buffer.buffer("one\n"));
    first.close();
    StdioSession second = attach(OPEN, conmon.attachSocket());
    Listener listener = new Listener(second);
    second.output().resume();
    client.runOnContext(ignored -> second.stdin().write(Buffer.buffer("two\n")));
    await().until(() -> String.join("", listener.heard).contains("two\n"));
    assertThat(conmon.hasExited()).isFalse();
  }

  @Test
  void a_late_session_hears_what_comes_from_then_on() throws IOException {
    conmon.create(false, List.of("--stdin"), "sh", "-c", "echo early; read line; echo $line");
    start(ONCE);
    StdioSession session = attach(ONCE, conmon.attachSocket());
    write(session, Buffer.buffer("late\n"));
    assertThat(all(session).toString()).endsWith("late\n");
  }

  @Test
  void a_terminal_is_one_stream_and_takes_sizes() throws IOException {
    conmon.create(true, List.of("--stdin"), "sh", "-c", "read line; stty size; exit 4");
    StdioRules rules = new StdioRules(true, false, false, true);
    StdioSession session = attach(rules, null);
    Listener listener = new Listener(session);
    session.output().resume();
    start(rules);
    assertThat(
            new ConmonControl(new LinuxPaths(), new LinuxProcesses())
                .resize(conmon.control(), 41, 121))
        .isTrue();
    client.runOnContext(ignored -> session.stdin().write(Buffer.buffer("go\n")));
    session.ended().await();
    assertThat(String.join("", listener.heard)).contains("41 121").doesNotContain("2:");
    await().until(conmon::hasExited);
    assertThat(conmon.exitCode()).isEqualTo(4);
    assertThat(
            new ConmonControl(new LinuxPaths(), new LinuxProcesses())
                .resize(conmon.control(), 1, 1))
        .isFalse();
  }

  @Test
  void a_client_that_does_not_read_holds_up_the_process_but_not_its_being_killed()
      throws IOException {
    conmon.create(false, List.of(), "yes");
    StdioSession session = attach(NO_INPUT, null);
    start(NO_INPUT);
    await().until(() -> ((Session) session).isFull());
    call(
        () -> {
          hub.processToBeKilled(conmon.id);
          return Future.succeededFuture();
        });
    conmon.kill();
    await().until(conmon::hasExited);
    assertThat(all(session).length()).isGreaterThan(1_000_000);
  }

  @Test
  void an_attach_after_the_end_ends_at_once() throws IOException {
    conmon.create(false, List.of(), "sh", "-c", "exit 0");
    start(NO_INPUT);
    await().until(conmon::hasExited);
    assertThat(all(attach(NO_INPUT, conmon.attachSocket())).length()).isZero();
  }
}
