package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Samples.Options;
import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioSession;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExecTest {
  private final ContainerFixture fixture = new ContainerFixture().deploy();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @BeforeEach
  void run() {
    fixture.running("a", Options.PLAIN);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private String create(boolean stdin, boolean tty) {
    ExecSpec spec = Samples.exec(stdin, tty);
    Exec exec = fixture.get(() -> fixture.execs.create("a", spec));
    return exec.id();
  }

  private StdioSession start(String id) {
    StdioSession session = fixture.get(() -> fixture.execs.start(id, null));
    session.output().handler(chunk -> heard.add(chunk.data().toString())).resume();
    return session;
  }

  @Test
  void the_streams_are_connected_before_the_process_runs_and_end_with_it() {
    String id = create(false, false);
    StdioSession session = start(id);
    assertThat(fixture.execEngine.calls).containsExactly("start " + id, "attached " + id);
    assertThat(fixture.conmon.last().socket).hasToString("/exec/" + id);
    fixture.conmon.last().writes(StdStream.STDOUT, "out");
    fixture.conmon.last().ends();
    fixture.execEngine.ends(id, 5);
    session.ended().await();
    assertThat(heard).containsExactly("out");
    assertThat(fixture.execs.get(id).exitCode()).isEqualTo(5);
  }

  @Test
  void the_connection_ends_even_if_a_grandchild_keeps_the_output_open() {
    String id = create(false, false);
    StdioSession session = start(id);
    fixture.execEngine.ends(id, 0);
    await().until(() -> fixture.timers.pending() >= 2);
    fixture.timers.advance(java.time.Duration.ofSeconds(2));
    session.ended().await();
  }

  @Test
  void one_that_cannot_be_run_fails_with_the_runtimes_words() {
    String id = create(false, false);
    fixture.execEngine.failure = new EngineException.InvalidParameter("executable file not found");
    assertThatThrownBy(() -> start(id))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("executable file not found");
    await().until(() -> fixture.conmon.last().closed);
  }

  @Test
  void one_whose_streams_cannot_be_connected_is_given_up() {
    String id = create(false, false);
    fixture.conmon.refuses = true;
    assertThatThrownBy(() -> start(id)).isInstanceOf(EngineException.Internal.class);
    assertThat(fixture.execEngine.calls).containsExactly("start " + id, "abort " + id);
  }

  @Test
  void detached_it_runs_without_a_connection() {
    String id = create(false, false);
    fixture.get(() -> fixture.execs.startDetached(id));
    assertThat(fixture.conmon.connections).isEmpty();
    assertThat(fixture.execEngine.calls)
        .containsExactly("start " + id + " detached", "attached " + id);
  }

  @Test
  void detached_with_an_input_it_is_started_without_one() {
    String id = create(true, false);
    fixture.get(() -> fixture.execs.startDetached(id));
    assertThat(fixture.execEngine.calls).contains("start " + id + " detached");
    assertThat(fixture.conmon.connections).isEmpty();
  }

  @Test
  void an_exec_that_ended_can_be_inspected_for_a_while() {
    String id = create(false, false);
    start(id);
    fixture.conmon.last().ends();
    fixture.execEngine.ends(id, 0);
    await().until(() -> ExecRunner.KEPT.equals(fixture.timers.next()));
    assertThat(fixture.execs.get(id)).isNotNull();
    fixture.timers.advance(ExecRunner.KEPT);
    await().until(() -> fixture.execs.ofContainer(fixture.state("a").id()).isEmpty());
    assertThatThrownBy(() -> fixture.execs.get(id)).isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void after_the_end_of_its_container_an_exec_tells_its_code_and_others_are_gone() {
    String id = create(false, false);
    create(false, false);
    start(id);
    fixture.conmon.last().ends();
    fixture.execEngine.ends(id, 5);
    fixture.engine.ends("a", 0);
    await().until(() -> fixture.execs.ofContainer(fixture.state("a").id()).equals(List.of(id)));
    assertThat(fixture.execs.get(id).exitCode()).isEqualTo(5);
  }

  @Test
  void a_terminal_is_resized_once_it_runs() {
    String id = create(false, true);
    assertThatThrownBy(() -> fixture.get(() -> fixture.execs.resize(id, 3, 4)))
        .isInstanceOf(EngineException.Internal.class);
    start(id);
    fixture.get(() -> fixture.execs.resize(id, 3, 4));
    assertThat(fixture.resizes).containsExactly("/execctl/" + id + " 3x4");
  }

  @Test
  void leaving_by_the_detach_keys_is_told() {
    String id = create(true, true);
    start(id).detach();
    await().until(() -> fixture.engine.calls.contains("event exec_detach a"));
  }

  @Test
  void an_unknown_exec_is_not_found() {
    assertThatThrownBy(() -> start("nosuch"))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such exec instance: nosuch");
  }

  @Test
  void a_size_given_at_the_start_is_known_before_the_process_runs() {
    String id = create(false, true);
    fixture.get(() -> fixture.execs.start(id, new HostConfig.ConsoleSize(40, 120)));
    assertThat(fixture.execEngine.calls)
        .containsSubsequence("size " + id + " 40x120", "start " + id);
  }
}
