package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.RestartPolicy.Mode;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.log.LogReader;
import dev.wherry.verticles.container.Samples.Options;
import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttachTest {
  private static final AttachRequest ALL = new AttachRequest(true, true, true, false, true);

  private final ContainerFixture fixture = new ContainerFixture().deploy();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    fixture.close();
  }

  private StdioSession attach(String name, AttachRequest request) {
    StdioSession session = fixture.get(() -> fixture.containers.attach(name, request));
    session.output().handler(chunk -> heard.add(chunk.data().toString())).resume();
    return session;
  }

  @Test
  void the_connection_is_made_between_the_two_halves_of_a_start() {
    fixture.create("a", Options.PLAIN);
    StdioSession session = attach("a", ALL);
    fixture.get(() -> fixture.containers.start("a"));
    assertThat(fixture.engine.calls).containsSubsequence("event attach a", "prepare a", "start a");
    assertThat(fixture.conmon.last().socket).hasToString("/attach/a");
    fixture.conmon.last().writes(StdStream.STDOUT, "hello");
    fixture.conmon.last().ends();
    fixture.engine.ends("a", 0);
    session.ended().await();
    assertThat(heard).containsExactly("hello");
  }

  @Test
  void a_start_whose_connection_fails_is_undone() {
    fixture.create("a", Options.PLAIN);
    StdioSession session = attach("a", ALL);
    fixture.conmon.refuses = true;
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.start("a")))
        .isInstanceOf(EngineException.Internal.class);
    assertThat(fixture.engine.calls).endsWith("prepare a", "abort a");
    session.ended().await();
  }

  @Test
  void a_start_that_fails_lets_those_attached_go() {
    fixture.create("a", Options.PLAIN);
    StdioSession session = attach("a", ALL);
    fixture.engine.fail("start", "a", new EngineException.Internal("broken"));
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.start("a"))).hasMessage("broken");
    session.ended().await();
  }

  @Test
  void starting_one_that_runs_does_not_disturb_those_attached() {
    fixture.running("a", Options.PLAIN);
    StdioSession session = attach("a", ALL);
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.start("a")))
        .isInstanceOf(EngineException.NotModified.class);
    assertThat(session.ended().isComplete()).isFalse();
  }

  @Test
  void a_running_container_is_attached_late_by_its_attach_point() {
    fixture.running("a", Options.PLAIN);
    assertThat(fixture.conmon.connections).isEmpty();
    attach("a", ALL);
    assertThat(fixture.conmon.last().socket).hasToString("/attach/a");
  }

  @Test
  void a_container_with_an_input_is_connected_though_nobody_is_attached() {
    fixture.running("a", Options.PLAIN.withStdinOnce());
    assertThat(fixture.conmon.connections).hasSize(1);
  }

  @Test
  void a_paused_or_restarting_container_cannot_be_attached() {
    fixture.running("a", Options.PLAIN);
    fixture.get(() -> fixture.containers.pause("a"));
    assertThatThrownBy(() -> attach("a", ALL))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage("container a is paused, unpause the container before attach");
    fixture.running("b", Options.PLAIN.withPolicy(Mode.ALWAYS, 0));
    fixture.engine.ends("b", 1);
    fixture.awaitStatus("b", "restarting");
    assertThatThrownBy(() -> attach("b", ALL)).hasMessageContaining("is restarting");
  }

  @Test
  void the_log_is_replayed_before_what_comes_live() {
    fixture.running("a", Options.PLAIN);
    fixture.logs.log.write(LogReader.Stream.STDOUT, "logged\n");
    StdioSession session = attach("a", new AttachRequest(false, true, true, true, true));
    fixture.conmon.last().writes(StdStream.STDOUT, "live\n");
    fixture.conmon.last().ends();
    session.ended().await();
    assertThat(heard).containsExactly("logged\n", "live\n");
    assertThat(fixture.logs.log.open).hasValue(0);
  }

  @Test
  void without_streaming_the_session_ends_after_the_log() {
    fixture.create("a", Options.PLAIN);
    fixture.logs.log.write(LogReader.Stream.STDERR, "logged\n");
    StdioSession session = attach("a", new AttachRequest(false, true, true, true, false));
    session.ended().await();
    assertThat(heard).containsExactly("logged\n");
  }

  @Test
  void handlers_run_on_the_context_it_was_asked_for_from() {
    fixture.running("a", Options.PLAIN);
    StdioSession session = fixture.get(() -> fixture.containers.attach("a", ALL));
    AtomicReference<Object> context = new AtomicReference<>();
    session.output().handler(chunk -> context.set(Vertx.currentContext())).resume();
    fixture.conmon.last().writes(StdStream.STDOUT, "x");
    await().until(() -> context.get() != null);
    assertThat(context.get()).isEqualTo(fixture.client);
  }

  @Test
  void leaving_by_the_detach_keys_is_told() {
    fixture.running("a", Options.PLAIN.withStdinOnce());
    attach("a", ALL).close();
    attach("a", ALL).detach();
    await().until(() -> fixture.engine.calls.contains("event detach a"));
    assertThat(fixture.engine.calls.stream().filter("event detach a"::equals)).hasSize(1);
  }

  @Test
  void input_from_before_the_start_reaches_the_process_with_its_end() {
    fixture.create("a", Options.PLAIN.withStdinOnce());
    StdioSession session = attach("a", ALL);
    fixture.client.runOnContext(ignored -> session.stdin().end(Buffer.buffer("hi")));
    fixture.get(() -> fixture.containers.start("a"));
    await().until(() -> fixture.conmon.last().inputShut);
    assertThat(fixture.conmon.last().input).containsExactly("hi");
  }

  @Test
  void sizes_are_sent_with_a_pause_in_between_and_only_the_latest_is_kept() {
    fixture.running("a", Options.PLAIN);
    for (int rows = 1; rows <= 4; rows++) {
      int height = rows;
      fixture.get(() -> fixture.containers.resize("a", height, 80));
    }
    assertThat(fixture.resizes).containsExactly("/ctl/a 1x80");
    fixture.timers.advance(Duration.ofMillis(50));
    await().until(() -> fixture.resizes.size() == 2);
    assertThat(fixture.resizes).endsWith("/ctl/a 4x80");
    assertThat(fixture.engine.calls).endsWith("event resize a");
  }

  @Test
  void what_does_not_run_has_no_terminal() {
    String id = fixture.create("a", Options.PLAIN).id();
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.resize("a", 1, 1)))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage("container " + id + " is not running");
  }
}
