package dev.wherry.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.launch.ExecOutput;
import dev.wherry.engine.lifecycle.ExecLifecycle.RunningExec;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ExecLifecycleTest extends LifecycleFixture {

  private static ExecSpec spec(String user, boolean tty, String... command) {
    return new ExecSpec(
        List.of(command), List.of("E=1"), user, "", false, tty, true, true, true, null, null);
  }

  private Container sleeper() {
    return start(create("sleep", "1000"));
  }

  @Test
  void an_exec_runs_in_its_container_and_tells_how_it_ended() throws Exception {
    Container container = sleeper();
    Exec exec =
        execs.create(container.id(), spec("daemon", false, "sh", "-c", "id -u; echo $E; exit 5"));
    assertThat(execs.ofContainer(container.id())).containsExactly(exec.id());
    CompletableFuture<Integer> code = new CompletableFuture<>();
    RunningExec running = execs.start(exec.id(), false, code::complete);
    assertThat(ExecOutput.of(running.streams(), running::attached)).isEqualTo("1\n1\n");
    await().until(code::isDone);
    assertThat(code.get()).isEqualTo(5);
    Exec ended = execs.get(exec.id());
    assertThat(ended.running()).isFalse();
    assertThat(ended.exitCode()).isEqualTo(5);
    assertThat(ended.pid()).isPositive();
    assertThat(execs.ofContainer(container.id())).isEmpty();
    await().until(() -> !Files.exists(parts.places().exec(exec.id()).directory()));
    List<EngineEvent> told = journal.page(0, 0, 100);
    assertThat(told.stream().map(EngineEvent::action))
        .contains(
            "exec_create: sh -c id -u; echo $E; exit 5",
            "exec_start: sh -c id -u; echo $E; exit 5",
            "exec_die");
    assertThat(told.getLast().attributes())
        .containsEntry("execID", exec.id())
        .containsEntry("exitCode", "5");
    assertThatThrownBy(() -> execs.start(exec.id(), false, c -> {}))
        .hasMessage("Error: Exec command " + exec.id() + " has already run");
  }

  @Test
  void what_nobody_wants_to_see_is_dropped() throws Exception {
    Container container =
        start(
            lifecycle.create(
                request(
                    fixture -> fixture.runtime = parts.runtimes().byDefault().name(),
                    "sleep",
                    "1000")));
    Exec exec = execs.create(container.id(), spec("", false, "sh", "-c", "yes | head -c 300000"));
    CompletableFuture<Integer> code = new CompletableFuture<>();
    RunningExec running = execs.start(exec.id(), true, code::complete);
    assertThat(ExecOutput.of(running.streams(), running::attached)).isEmpty();
    await().atMost(Duration.ofSeconds(20)).until(code::isDone);
    assertThat(code.get()).isZero();
  }

  @Test
  void a_missing_program_is_told_with_its_exit_code() {
    Container container = sleeper();
    Exec exec = execs.create(container.id(), spec("", false, "nosuchbin"));
    RunningExec running = execs.start(exec.id(), false, c -> {});
    assertThatThrownBy(running::attached)
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining("executable file not found in $PATH");
    assertThat(execs.get(exec.id()).exitCode()).isEqualTo(127);
    assertThat(execs.get(exec.id()).running()).isFalse();
  }

  @Test
  void an_unknown_user_is_told() {
    Container container = sleeper();
    Exec exec = execs.create(container.id(), spec("nosuch", false, "id"));
    assertThatThrownBy(() -> execs.start(exec.id(), false, c -> {}))
        .hasMessage("unable to find user nosuch: no matching entries in passwd file");
    assertThat(execs.get(exec.id()).exitCode()).isEqualTo(126);
  }

  @Test
  void an_exec_given_up_is_not_running() {
    Container container = sleeper();
    Exec exec = execs.create(container.id(), spec("", false, "sleep", "1000"));
    execs.start(exec.id(), false, c -> {}).abort();
    assertThat(execs.get(exec.id()).running()).isFalse();
    assertThat(parts.places().exec(exec.id()).directory()).doesNotExist();
  }

  @Test
  void a_terminal_is_one_stream() throws Exception {
    Container container = sleeper();
    Exec exec = execs.create(container.id(), spec("", true, "sh", "-c", "echo out; echo err >&2"));
    RunningExec running = execs.start(exec.id(), false, c -> {});
    assertThat(ExecOutput.of(running.streams(), running::attached)).isEqualTo("out\r\nerr\r\n");
  }

  @Test
  void many_at_once_each_tell_their_own_code() {
    Container container = sleeper();
    List<CompletableFuture<Integer>> codes = new java.util.ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Exec exec = execs.create(container.id(), spec("", false, "sh", "-c", "exit " + i));
      CompletableFuture<Integer> code = new CompletableFuture<>();
      codes.add(code);
      execs.start(exec.id(), false, code::complete).attached();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> codes.stream().allMatch(c -> c.isDone()));
    assertThat(codes.stream().map(CompletableFuture::join)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void an_exec_dies_with_its_container() {
    Container container = sleeper();
    Exec exec = execs.create(container.id(), spec("", false, "sleep", "1000"));
    Exec waiting = execs.create(container.id(), spec("", false, "true"));
    CompletableFuture<Integer> code = new CompletableFuture<>();
    execs.start(exec.id(), false, code::complete).attached();
    lifecycle.signal(container.id(), "KILL");
    await().atMost(Duration.ofSeconds(20)).until(code::isDone);
    assertThat(code.join()).isEqualTo(137);
    lifecycle.exited(container.id(), awaitExit(container));
    execs.containerEnded(container.id());
    assertThat(execs.get(exec.id()).exitCode()).isEqualTo(137);
    assertThatThrownBy(() -> execs.get(waiting.id())).isInstanceOf(EngineException.NotFound.class);
    execs.forgetAll(container.id());
    assertThatThrownBy(() -> execs.get(exec.id()))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such exec instance: " + exec.id());
  }

  @Test
  void only_a_running_container_takes_execs() {
    Container created = create("sleep", "1000");
    assertThatThrownBy(() -> execs.create(created.id(), spec("", false, "true")))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage("container " + created.id() + " is not running");
    start(created);
    lifecycle.pause(created.id());
    assertThatThrownBy(() -> execs.create(created.id(), spec("", false, "true")))
        .hasMessage("Container " + created.id() + " is paused, unpause the container before exec");
    lifecycle.unpause(created.id());
    assertThatThrownBy(() -> execs.create(created.id(), spec("", false)))
        .hasMessage("No exec command specified");
  }
}
