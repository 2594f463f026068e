package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Samples.Options;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StopAndWaitTest {
  private final ContainerFixture fixture = new ContainerFixture().deploy();

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<String> calls() {
    return fixture.engine.calls;
  }

  private Future<Void> stop(String name, Integer timeout) {
    return fixture.ask(() -> fixture.containers.stop(name, null, timeout));
  }

  @Test
  void a_stop_sends_the_signal_and_ends_when_the_exit_is_recorded() {
    fixture.running("a", Options.PLAIN);
    stop("a", null).await();
    assertThat(fixture.state("a").state().status()).isEqualTo("exited");
    assertThat(fixture.state("a").hasBeenManuallyStopped()).isTrue();
    assertThat(calls()).endsWith("start a", "signal-TERM a", "exited-143 a", "event stop a");
  }

  @Test
  void a_container_that_ignores_the_signal_is_killed_when_its_time_is_over() {
    fixture.running("a", Options.PLAIN);
    fixture.engine.obeyed.remove("TERM");
    Future<Void> stop = stop("a", 3);
    await().until(() -> fixture.timers.pending() == 1);
    assertThat(fixture.timers.next()).isEqualTo(Duration.ofSeconds(3));
    fixture.timers.advance(Duration.ofSeconds(3));
    stop.await();
    assertThat(calls()).endsWith("signal-TERM a", "signal-KILL a", "exited-137 a", "event stop a");
  }

  @Test
  void without_a_timeout_ten_seconds_are_given_and_the_containers_own_signal_is_sent() {
    fixture.running("a", Options.PLAIN.withStopSignal("SIGQUIT"));
    Future<Void> stop = stop("a", null);
    await().until(() -> fixture.timers.pending() == 1);
    assertThat(fixture.timers.next()).isEqualTo(Duration.ofSeconds(10));
    assertThat(calls()).contains("signal-QUIT a");
    fixture.engine.ends("a", 0);
    stop.await();
    assertThat(fixture.timers.pending()).isZero();
  }

  @Test
  void with_a_negative_timeout_the_exit_is_awaited_for_ever() {
    fixture.running("a", Options.PLAIN);
    fixture.engine.obeyed.remove("TERM");
    Future<Void> stop = stop("a", -1);
    await().until(() -> calls().contains("signal-TERM a"));
    fixture.timers.advance(Duration.ofDays(1));
    assertThat(stop.isComplete()).isFalse();
    fixture.engine.ends("a", 0);
    stop.await();
  }

  @Test
  void one_that_survives_even_sigkill_is_a_clear_error() {
    fixture.running("a", Options.PLAIN);
    fixture.engine.obeyed.clear();
    Future<Void> kill = fixture.ask(() -> fixture.containers.kill("a", "SIGKILL"));
    await().until(() -> fixture.timers.pending() == 1);
    fixture.timers.advance(Duration.ofSeconds(10));
    assertThatThrownBy(kill::await)
        .isInstanceOf(EngineException.Internal.class)
        .hasMessageContaining("tried to kill container, but did not receive an exit event");
  }

  @Test
  void stopping_what_does_not_run_changes_nothing() {
    fixture.create("a", Options.PLAIN);
    assertThatThrownBy(() -> stop("a", null).await())
        .isInstanceOf(EngineException.NotModified.class);
    assertThatThrownBy(() -> stop("nosuch", null).await())
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such container: nosuch");
  }

  @Test
  void killing_what_does_not_run_is_a_conflict_that_names_it() {
    String id = fixture.create("a", Options.PLAIN).id();
    for (String signal : List.of("KILL", "HUP")) {
      assertThatThrownBy(() -> fixture.get(() -> fixture.containers.kill("a", signal)))
          .isInstanceOf(EngineException.Conflict.class)
          .hasMessage("container " + id + " is not running");
    }
  }

  @Test
  void other_signals_do_not_wait_for_an_exit() {
    fixture.running("a", Options.PLAIN);
    fixture.get(() -> fixture.containers.kill("a", "HUP"));
    assertThat(fixture.state("a").state().status()).isEqualTo("running");
    assertThat(calls()).endsWith("signal-HUP a");
  }

  @Test
  void a_paused_container_is_thawed_so_that_it_can_obey() {
    fixture.running("a", Options.PLAIN);
    fixture.get(() -> fixture.containers.pause("a"));
    stop("a", 5).await();
    assertThat(calls())
        .containsSubsequence("pause a", "signal-TERM a", "unpause a", "exited-143 a");
  }

  @Test
  void a_bad_signal_is_refused_and_leaves_no_mark() {
    fixture.running("a", Options.PLAIN);
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.stop("a", "NOPE", 1)))
        .isInstanceOf(EngineException.InvalidParameter.class);
    assertThat(fixture.state("a").hasBeenManuallyStopped()).isFalse();
  }

  @Test
  void a_container_that_dies_while_it_is_told_to_is_simply_stopped() {
    fixture.running("a", Options.PLAIN);
    fixture.engine.fail("signal-TERM", "a", new EngineException.Internal("no such process"));
    Future<Void> stop = stop("a", null);
    await().until(() -> fixture.timers.pending() == 1);
    assertThat(fixture.timers.next()).isEqualTo(Duration.ofSeconds(2));
    fixture.engine.ends("a", 7);
    stop.await();
    assertThat(calls()).endsWith("exited-7 a", "event stop a");
  }

  @Test
  void a_restart_stops_starts_and_tells_both() {
    fixture.running("a", Options.PLAIN);
    fixture.get(() -> fixture.containers.restart("a", null, null));
    assertThat(calls())
        .endsWith(
            "signal-TERM a",
            "exited-143 a",
            "event stop a",
            "prepare a",
            "start a",
            "event restart a");
    fixture.create("b", Options.PLAIN);
    fixture.get(() -> fixture.containers.restart("b", null, null));
    assertThat(calls()).endsWith("prepare b", "start b", "event restart b");
  }

  @Test
  void a_restart_does_not_remove_a_container_with_auto_remove() {
    fixture.running("a", Options.PLAIN.withAutoRemove());
    fixture.get(() -> fixture.containers.restart("a", null, null));
    assertThat(fixture.state("a").state().status()).isEqualTo("running");
    fixture.engine.ends("a", 0);
    fixture.awaitGone("a");
  }

  @Test
  void waiting_for_one_that_is_not_running_ends_at_once_with_its_last_code() {
    fixture.create("a", Options.PLAIN);
    assertThat(fixture.waitFor("a", WaitCondition.NOT_RUNNING).await())
        .isEqualTo(new WaitResult(0, ""));
    fixture.get(() -> fixture.containers.start("a"));
    Future<WaitResult> running = fixture.waitFor("a", WaitCondition.NOT_RUNNING);
    assertThat(running.isComplete()).isFalse();
    fixture.engine.ends("a", 3);
    assertThat(running.await().exitCode()).isEqualTo(3);
    assertThat(fixture.waitFor("a", WaitCondition.NOT_RUNNING).await().exitCode()).isEqualTo(3);
  }

  @Test
  void the_next_exit_is_awaited_across_a_start() {
    fixture.running("a", Options.PLAIN);
    fixture.engine.ends("a", 1);
    fixture.awaitStatus("a", "exited");
    Future<WaitResult> next = fixture.waitFor("a", WaitCondition.NEXT_EXIT);
    fixture.get(() -> fixture.containers.start("a"));
    assertThat(next.isComplete()).isFalse();
    fixture.engine.ends("a", 2);
    assertThat(next.await().exitCode()).isEqualTo(2);
  }

  @Test
  void waiting_for_the_removal_gives_the_exit_code_after_it_is_gone() {
    fixture.create("a", Options.PLAIN.withAutoRemove());
    Future<WaitResult> removed = fixture.waitFor("a", WaitCondition.REMOVED);
    fixture.get(() -> fixture.containers.start("a"));
    CountDownLatch removal = fixture.engine.hang("remove-v", "a");
    fixture.engine.ends("a", 6);
    await().until(() -> calls().contains("remove-v a"));
    assertThat(removed.isComplete()).isFalse();
    removal.countDown();
    assertThat(removed.await()).isEqualTo(new WaitResult(6, ""));
    assertThat(fixture.engine.byName("a")).isEmpty();
  }

  @Test
  void a_removal_lets_all_go_who_wait() {
    fixture.create("a", Options.PLAIN);
    Future<WaitResult> exit = fixture.waitFor("a", WaitCondition.NEXT_EXIT);
    Future<WaitResult> removed = fixture.waitFor("a", WaitCondition.REMOVED);
    fixture.get(() -> fixture.containers.remove("a", false, false));
    exit.await();
    removed.await();
  }

  @Test
  void a_removal_that_fails_tells_those_who_wait_for_it_why() {
    fixture.create("a", Options.PLAIN.withAutoRemove());
    Future<WaitResult> removed = fixture.waitFor("a", WaitCondition.REMOVED);
    fixture.engine.fail("remove-v", "a", new EngineException.Internal("device busy"));
    fixture.get(() -> fixture.containers.start("a"));
    fixture.engine.ends("a", 1);
    assertThat(removed.await()).isEqualTo(new WaitResult(1, "device busy"));
  }

  @Test
  void a_start_that_fails_removes_a_container_with_auto_remove() {
    fixture.create("a", Options.PLAIN.withAutoRemove());
    Future<WaitResult> removed = fixture.waitFor("a", WaitCondition.REMOVED);
    fixture.engine.fail("prepare", "a", new EngineException.InvalidParameter("not found"));
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.start("a")))
        .isInstanceOf(EngineException.InvalidParameter.class);
    removed.await();
    fixture.awaitGone("a");
  }

  @Test
  void removing_one_that_runs_needs_force() {
    String id = fixture.running("a", Options.PLAIN).id();
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.remove("a", false, false)))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage(
            "cannot remove container \"/a\": container is running: stop the container before"
                + " removing or force remove");
    fixture.get(() -> fixture.containers.remove("a", true, true));
    assertThat(calls()).endsWith("signal-KILL a", "exited-137 a", "remove-v a");
  }

  @Test
  void force_removing_one_that_removes_itself_succeeds() {
    fixture.running("a", Options.PLAIN.withAutoRemove());
    Future<WaitResult> removed = fixture.waitFor("a", WaitCondition.REMOVED);
    fixture.get(() -> fixture.containers.remove("a", true, false));
    assertThat(removed.await().exitCode()).isEqualTo(137);
  }

  @Test
  void pruning_removes_what_does_not_run_and_says_what_it_freed() {
    String a = fixture.create("a", Options.PLAIN).id();
    String b = fixture.running("b", Options.PLAIN).id();
    String c = fixture.create("c", Options.PLAIN).id();
    fixture.engine.fail("remove", "c", new EngineException.Internal("device busy"));
    assertThat(fixture.get(() -> fixture.containers.prune(List.of(a, b, c, "vanished"))))
        .containsOnlyKeys(a)
        .containsEntry(a, 10L);
    assertThat(fixture.state("b").state().status()).isEqualTo("running");
  }

  @Test
  void a_step_that_hangs_shows_in_its_own_container_only() {
    fixture.create("stuck", Options.PLAIN);
    CountDownLatch latch = fixture.engine.hang("prepare", "stuck");
    Future<Void> start = fixture.ask(() -> fixture.containers.start("stuck"));
    fixture.running("other", Options.PLAIN);
    fixture.get(() -> fixture.containers.stop("other", null, null));
    assertThat(start.isComplete()).isFalse();
    latch.countDown();
    start.await();
  }

  @Test
  void a_restarting_container_counts_as_running_until_it_is_stopped() {
    Options always = Options.PLAIN.withPolicy(RestartPolicy.Mode.ALWAYS, 0);
    String id = fixture.running("a", always).id();
    fixture.engine.ends("a", 1);
    fixture.awaitStatus("a", "restarting");
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.start("a")))
        .isInstanceOf(EngineException.NotModified.class);
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.remove("a", false, false)))
        .hasMessageStartingWith("cannot remove container \"/a\": container is restarting: stop");
    Future<WaitResult> wait = fixture.waitFor("a", WaitCondition.NOT_RUNNING);
    assertThat(wait.isComplete()).isFalse();
    stop("a", null).await();
    assertThat(wait.await().exitCode()).isEqualTo(1);
    assertThat(fixture.state("a").state().status()).isEqualTo("exited");
    assertThat(fixture.timers.pending()).isZero();
  }
}
