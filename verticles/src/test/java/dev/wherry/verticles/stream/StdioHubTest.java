package dev.wherry.verticles.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.ManualTimers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StdioHubTest {
  private static final Path SOCKET = Path.of("/attach");
  private static final StdioRules NO_INPUT = new StdioRules(false, false, false, true);
  private static final StdioRules ONCE = new StdioRules(true, true, false, true);
  private static final StdioRules EXEC = new StdioRules(false, true, true, false);
  private static final StdioRules OPEN = new StdioRules(true, false, false, true);

  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal owner = Contexts.fresh(vertx);
  private final ContextInternal client = Contexts.fresh(vertx);
  private final FakeConmon conmon = new FakeConmon();
  private final ManualTimers timers = new ManualTimers();
  private final StdioHub hub = conmon.hub(vertx, owner, context -> timers);
  private final AtomicInteger detached = new AtomicInteger();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private <T> T call(Supplier<Future<T>> action) {
    return Contexts.call(owner, Contexts.fresh(vertx), action).await();
  }

  private void run(Runnable action) {
    call(
        () -> {
          action.run();
          return Future.succeededFuture();
        });
  }

  private StdioSession attach(StdioRules rules, Path socket) {
    StreamSelection all = new StreamSelection(true, true, true);
    SessionRequest request =
        new SessionRequest(client, all, null, socket, detached::incrementAndGet);
    return call(() -> hub.attach("c", rules, request));
  }

  private void start(StdioRules rules) {
    call(() -> hub.beforeStart("c", rules, SOCKET));
  }

  private void write(StdioSession session, String text) {
    Contexts.call(client, Contexts.fresh(vertx), () -> session.stdin().write(Buffer.buffer(text)))
        .await();
  }

  private void end(StdioSession session) {
    Contexts.call(client, Contexts.fresh(vertx), () -> session.stdin().end()).await();
  }

  @Test
  void a_session_from_before_the_start_hears_everything_and_its_end() {
    StdioSession session = attach(NO_INPUT, null);
    Listener listener = new Listener(session);
    start(NO_INPUT);
    FakeConmon.Connection process = conmon.last();
    process.writes(StdStream.STDOUT, "out");
    process.writes(StdStream.STDERR, "err");
    process.ends();
    session.output().resume();
    session.ended().await();
    assertThat(listener.heard).containsExactly("1:out", "2:err", "end");
  }

  @Test
  void all_sessions_hear_the_same_buffer_and_a_late_one_only_what_comes_after() {
    StdioSession first = attach(NO_INPUT, null);
    Listener one = new Listener(first);
    start(NO_INPUT);
    first.output().resume();
    conmon.last().writes(StdStream.STDOUT, "early");
    await().until(() -> one.chunks.size() == 1);
    StdioSession second = attach(NO_INPUT, SOCKET);
    Listener two = new Listener(second);
    second.output().resume();
    conmon.last().writes(StdStream.STDOUT, "late");
    conmon.last().ends();
    first.ended().await();
    second.ended().await();
    assertThat(conmon.connections).hasSize(1);
    assertThat(two.heard).containsExactly("1:late", "end");
    assertThat(one.chunks.getLast()).isSameAs(two.chunks.getLast());
  }

  @Test
  void only_the_streams_asked_for_are_heard() {
    SessionRequest request =
        new SessionRequest(client, new StreamSelection(false, false, true), null, null, () -> {});
    StdioSession session = call(() -> hub.attach("c", NO_INPUT, request));
    Listener listener = new Listener(session);
    start(NO_INPUT);
    conmon.last().writes(StdStream.STDOUT, "out");
    conmon.last().writes(StdStream.STDERR, "err");
    conmon.last().ends();
    session.output().resume();
    session.ended().await();
    assertThat(listener.heard).containsExactly("2:err", "end");
  }

  @Test
  void nobody_attached_and_no_input_makes_no_connection() {
    start(NO_INPUT);
    assertThat(conmon.connections).isEmpty();
    start(OPEN);
    assertThat(conmon.connections).hasSize(1);
  }

  @Test
  void input_and_its_end_from_before_the_start_reach_the_process() {
    StdioSession session = attach(ONCE, null);
    Contexts.run(client, () -> session.stdin().write(Buffer.buffer("hi")));
    end(session);
    start(ONCE);
    await().until(() -> conmon.last().inputShut);
    assertThat(conmon.last().input).containsExactly("hi");
  }

  @Test
  void long_input_goes_in_packets_conmon_can_take_one_at_a_time() {
    StdioSession session = attach(OPEN, null);
    start(OPEN);
    FakeConmon.Connection process = conmon.last();
    process.slow = true;
    Contexts.run(client, () -> session.stdin().write(Buffer.buffer("x".repeat(70_000))));
    await().until(() -> process.input.size() == 1);
    process.takeOne();
    await().until(() -> process.input.size() == 2);
    process.takeOne();
    await().until(() -> process.input.size() == 3);
    assertThat(String.join("", process.input)).hasSize(70_000);
  }

  @Test
  void input_is_held_back_while_the_process_does_not_read() {
    StdioSession session = attach(OPEN, null);
    start(OPEN);
    FakeConmon.Connection process = conmon.last();
    process.slow = true;
    Promise<Void> drained = Promise.promise();
    Contexts.run(
        client,
        () -> {
          session.stdin().drainHandler(ignored -> drained.tryComplete());
          session.stdin().write(Buffer.buffer("x".repeat(32_768)));
          session.stdin().write(Buffer.buffer("y".repeat(32_768)));
        });
    await().until(() -> process.input.size() == 1);
    assertThat(call(() -> Contexts.call(client, owner, () -> full(session)))).isTrue();
    process.takeOne();
    drained.future().await();
    assertThat(call(() -> Contexts.call(client, owner, () -> full(session)))).isFalse();
  }

  private static Future<Boolean> full(StdioSession session) {
    return Future.succeededFuture(session.stdin().writeQueueFull());
  }

  @Test
  void with_stdin_once_the_client_that_leaves_takes_the_input_along() {
    StdioSession session = attach(ONCE, null);
    start(ONCE);
    write(session, "a");
    session.close();
    await().until(() -> conmon.last().inputShut);
    assertThat(conmon.last().closed).isFalse();
  }

  @Test
  void with_an_open_input_its_end_only_ends_the_session() {
    StdioSession session = attach(OPEN, null);
    Listener listener = new Listener(session);
    session.output().resume();
    start(OPEN);
    write(session, "command\n");
    end(session);
    session.ended().await();
    assertThat(listener.heard).containsExactly("end");
    assertThat(conmon.last().input).containsExactly("command\n");
    assertThat(conmon.last().inputShut).isFalse();
    assertThat(conmon.last().closed).isFalse();
  }

  @Test
  void input_for_a_process_without_one_is_dropped() {
    StdioSession session = attach(NO_INPUT, null);
    start(NO_INPUT);
    write(session, "nobody reads this");
    assertThat(conmon.last().input).isEmpty();
  }

  @Test
  void a_slow_client_holds_up_the_process_until_it_reads_or_leaves() {
    StdioSession slow = attach(NO_INPUT, null);
    StdioSession quick = attach(NO_INPUT, null);
    Listener all = new Listener(quick);
    quick.output().resume();
    Listener late = new Listener(slow);
    start(NO_INPUT);
    FakeConmon.Connection process = conmon.last();
    Buffer chunk = Buffer.buffer(new byte[100_000]);
    for (int i = 0; i < 11; i++) {
      process.writes(StdStream.STDOUT, chunk);
    }
    await().until(() -> !process.reading);
    await().until(() -> all.chunks.size() == 11);
    slow.output().resume();
    await().until(() -> process.reading);
    assertThat(late.chunks).hasSizeGreaterThan(5);
    slow.output().pause();
    for (int i = 0; i < 20; i++) {
      process.writes(StdStream.STDOUT, chunk);
    }
    await().until(() -> !process.reading);
    slow.close();
    await().until(() -> process.reading);
  }

  @Test
  void a_client_that_does_not_read_holds_up_nobody_and_misses_nothing() {
    StdioSession stopped = attach(NO_INPUT, null);
    StdioSession quick = attach(NO_INPUT, null);
    Listener all = new Listener(quick);
    quick.output().resume();
    start(NO_INPUT);
    FakeConmon.Connection process = conmon.last();
    Buffer chunk = Buffer.buffer(new byte[100_000]);
    for (int i = 0; i < 11; i++) {
      process.writes(StdStream.STDOUT, chunk);
    }
    await().until(() -> !process.reading);
    timers.advance(ProcessStdio.STALL);
    await().until(() -> process.reading);
    for (int i = 0; i < 50; i++) {
      process.writes(i % 2 == 0 ? StdStream.STDERR : StdStream.STDOUT, chunk);
      process.writes(StdStream.STDOUT, "line " + i);
      await().until(() -> process.reading);
    }
    await().until(() -> all.chunks.size() == 111);
    Listener late = new Listener(stopped);
    stopped.output().resume();
    await().until(() -> late.chunks.size() == 111);
    assertThat(late.heard).isEqualTo(all.heard);
    process.writes(StdStream.STDOUT, "now");
    await().until(() -> late.heard.getLast().equals("1:now"));
  }

  @Test
  void the_end_comes_after_what_a_client_has_yet_to_read() {
    StdioSession stopped = attach(NO_INPUT, null);
    start(NO_INPUT);
    FakeConmon.Connection process = conmon.last();
    process.writes(StdStream.STDOUT, Buffer.buffer(new byte[2_000_000]));
    await().until(() -> !process.reading);
    timers.advance(ProcessStdio.STALL);
    await().until(() -> process.reading);
    process.writes(StdStream.STDOUT, "last words");
    run(() -> hub.processEnded("c"));
    process.ends();
    Listener late = new Listener(stopped);
    stopped.output().resume();
    stopped.ended().await();
    assertThat(late.heard.subList(1, 3)).containsExactly("1:last words", "end");
  }

  @Test
  void a_slow_client_does_not_hold_up_the_end_of_the_process() {
    StdioSession slow = attach(NO_INPUT, null);
    start(NO_INPUT);
    FakeConmon.Connection process = conmon.last();
    process.writes(StdStream.STDOUT, Buffer.buffer(new byte[2_000_000]));
    await().until(() -> !process.reading);
    run(() -> hub.processToBeKilled("c"));
    await().until(() -> process.reading);
    Listener listener = new Listener(slow);
    process.writes(StdStream.STDOUT, "last words");
    process.ends();
    slow.output().resume();
    slow.ended().await();
    assertThat(listener.heard.subList(1, 3)).containsExactly("1:last words", "end");
  }

  @Test
  void a_process_without_a_log_waits_for_its_client_until_it_ends() {
    StdioSession slow = attach(EXEC, null);
    start(EXEC);
    FakeConmon.Connection process = conmon.last();
    process.writes(StdStream.STDOUT, Buffer.buffer(new byte[2_000_000]));
    await().until(() -> timers.pending() == 1);
    timers.advance(Duration.ofSeconds(1));
    await().until(() -> timers.pending() == 1);
    assertThat(process.reading).isFalse();
    conmon.processGone = true;
    timers.advance(Duration.ofSeconds(1));
    await().until(() -> process.reading);
    assertThat(slow.ended().isComplete()).isFalse();
  }

  @Test
  void output_that_comes_after_the_exit_was_seen_is_still_delivered() {
    StdioSession session = attach(NO_INPUT, null);
    Listener listener = new Listener(session);
    session.output().resume();
    start(NO_INPUT);
    run(() -> hub.processEnded("c"));
    conmon.last().writes(StdStream.STDOUT, "late");
    conmon.last().ends();
    session.ended().await();
    assertThat(listener.heard).containsExactly("1:late", "end");
  }

  @Test
  void an_output_that_does_not_end_is_given_up_after_the_grace_period() {
    StdioSession session = attach(NO_INPUT, null);
    session.output().resume();
    start(NO_INPUT);
    run(() -> hub.processEnded("c"));
    await().until(() -> timers.pending() == 1);
    assertThat(session.ended().isComplete()).isFalse();
    owner.runOnContext(ignored -> {});
    timers.advance(ProcessStdio.GRACE);
    session.ended().await();
    assertThat(conmon.last().closed).isTrue();
  }

  @Test
  void without_an_input_the_connection_goes_with_the_last_session_and_comes_back() {
    StdioSession first = attach(NO_INPUT, SOCKET);
    first.close();
    await().until(() -> conmon.last().closed);
    StdioSession second = attach(NO_INPUT, SOCKET);
    assertThat(conmon.connections).hasSize(2);
    Listener listener = new Listener(second);
    second.output().resume();
    conmon.connections.getFirst().writes(StdStream.STDOUT, "stale");
    conmon.last().writes(StdStream.STDOUT, "fresh");
    conmon.last().ends();
    second.ended().await();
    assertThat(listener.heard).containsExactly("1:fresh", "end");
  }

  @Test
  void a_session_for_a_process_that_just_ended_ends_at_once() {
    conmon.refuses = true;
    StdioSession session = attach(OPEN, SOCKET);
    session.output().resume();
    session.ended().await();
  }

  @Test
  void a_start_fails_when_nothing_can_be_connected() {
    attach(NO_INPUT, null);
    conmon.refuses = true;
    assertThatThrownBy(() -> start(NO_INPUT)).hasMessageContaining("refused");
    conmon.refuses = false;
    start(NO_INPUT);
    assertThat(conmon.connections).hasSize(1);
  }

  @Test
  void what_comes_live_follows_the_replay_of_the_log() {
    Promise<Void> logRead = Promise.promise();
    SessionRequest.Replay replay =
        queue -> {
          queue.offer(new StdioChunk(StdStream.STDOUT, Buffer.buffer("logged")));
          return logRead.future();
        };
    SessionRequest request =
        new SessionRequest(
            client, new StreamSelection(false, true, true), replay, SOCKET, () -> {});
    StdioSession session = call(() -> hub.attach("c", NO_INPUT, request));
    Listener listener = new Listener(session);
    session.output().resume();
    conmon.last().writes(StdStream.STDOUT, "live");
    conmon.last().ends();
    await().until(() -> listener.heard.contains("1:logged"));
    assertThat(listener.heard).containsExactly("1:logged");
    logRead.complete();
    session.ended().await();
    assertThat(listener.heard).containsExactly("1:logged", "1:live", "end");
  }

  @Test
  void a_session_of_the_log_alone_ends_after_it() {
    SessionRequest.Replay replay =
        queue -> {
          queue.offer(new StdioChunk(StdStream.STDOUT, Buffer.buffer("logged")));
          return Future.succeededFuture();
        };
    SessionRequest request =
        new SessionRequest(client, new StreamSelection(false, true, true), replay, null, () -> {});
    StdioSession session = call(() -> hub.replay("c", NO_INPUT, request));
    Listener listener = new Listener(session);
    session.output().resume();
    session.ended().await();
    assertThat(listener.heard).containsExactly("1:logged", "end");
    assertThat(conmon.connections).isEmpty();
  }

  @Test
  void detaching_is_told_and_losing_the_client_is_not() {
    StdioSession first = attach(OPEN, SOCKET);
    StdioSession second = attach(OPEN, SOCKET);
    first.detach();
    first.detach();
    second.close();
    first.ended().await();
    second.ended().await();
    assertThat(detached).hasValue(1);
    assertThat(conmon.last().closed).isFalse();
  }

  @Test
  void a_container_that_is_removed_ends_its_sessions() {
    StdioSession session = attach(OPEN, null);
    session.output().resume();
    run(() -> hub.forget("c"));
    session.ended().await();
  }
}
