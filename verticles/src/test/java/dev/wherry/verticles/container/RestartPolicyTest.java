package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.container.RestartPolicy.Mode;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Samples.Options;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
  private final ContainerFixture fixture = new ContainerFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Options with(Mode mode, int max) {
    return Options.PLAIN.withPolicy(mode, max);
  }

  /** Ends it and lets its restart's delay pass: how long that was. */
  private Duration endAndRestart(String name, int exitCode, Duration ran) {
    fixture.engine.endsAfter(name, exitCode, ran);
    fixture.awaitStatus(name, "restarting");
    await().until(() -> fixture.timers.next() != null);
    Duration delay = fixture.timers.next();
    fixture.timers.advance(delay);
    fixture.awaitStatus(name, "running");
    return delay;
  }

  @Test
  void the_delay_doubles_up_to_a_minute_and_begins_afresh_after_ten_seconds_of_running() {
    RestartBackoff backoff = new RestartBackoff();
    RestartPolicy always = new RestartPolicy(Mode.ALWAYS, 0);
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      delays.add(
          backoff
              .next(always, new RestartBackoff.Exit(1, Duration.ofSeconds(1), i, false))
              .orElseThrow()
              .toMillis());
    }
    assertThat(delays)
        .containsExactly(
            100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 51200L, 60000L, 60000L);
    assertThat(backoff.next(always, new RestartBackoff.Exit(1, Duration.ofSeconds(10), 9, false)))
        .contains(Duration.ofMillis(100));
  }

  @Test
  void each_policy_wants_what_its_name_says() {
    assertThat(wants(Mode.NO, 0, 1, 0, false)).isFalse();
    assertThat(wants(Mode.ALWAYS, 0, 0, 0, true)).isTrue();
    assertThat(wants(Mode.UNLESS_STOPPED, 0, 0, 0, false)).isTrue();
    assertThat(wants(Mode.UNLESS_STOPPED, 0, 0, 0, true)).isFalse();
    assertThat(wants(Mode.ON_FAILURE, 0, 0, 0, false)).isFalse();
    assertThat(wants(Mode.ON_FAILURE, 0, 1, 1000, false)).isTrue();
    assertThat(wants(Mode.ON_FAILURE, 3, 1, 2, false)).isTrue();
    assertThat(wants(Mode.ON_FAILURE, 3, 1, 3, false)).isFalse();
  }

  private static boolean wants(Mode mode, int max, int exitCode, int restarts, boolean stopped) {
    Optional<Duration> next =
        new RestartBackoff()
            .next(
                new RestartPolicy(mode, max),
                new RestartBackoff.Exit(exitCode, Duration.ZERO, restarts, stopped));
    return next.isPresent();
  }

  @Test
  void a_container_that_ends_is_started_again_later_and_later() {
    fixture.deploy().running("a", with(Mode.ALWAYS, 0));
    assertThat(endAndRestart("a", 0, Duration.ofSeconds(1))).hasMillis(100);
    assertThat(endAndRestart("a", 0, Duration.ofSeconds(1))).hasMillis(200);
    assertThat(fixture.state("a").restartCount()).isEqualTo(2);
    assertThat(endAndRestart("a", 0, Duration.ofSeconds(20))).hasMillis(100);
  }

  @Test
  void those_who_wait_are_told_of_each_exit() {
    fixture.deploy().running("a", with(Mode.ALWAYS, 0));
    var wait = fixture.waitFor("a", WaitCondition.NOT_RUNNING);
    endAndRestart("a", 4, Duration.ZERO);
    assertThat(wait.await().exitCode()).isEqualTo(4);
  }

  @Test
  void on_failure_gives_up_after_its_count() {
    fixture.deploy().running("a", with(Mode.ON_FAILURE, 2));
    endAndRestart("a", 1, Duration.ZERO);
    endAndRestart("a", 1, Duration.ZERO);
    fixture.engine.ends("a", 1);
    fixture.awaitStatus("a", "exited");
    assertThat(fixture.timers.pending()).isZero();
  }

  @Test
  void a_container_that_was_stopped_stays_so_and_one_started_again_is_restarted_again() {
    fixture.deploy().running("a", with(Mode.ALWAYS, 0));
    fixture.get(() -> fixture.containers.stop("a", null, null));
    assertThat(fixture.state("a").state().status()).isEqualTo("exited");
    assertThat(fixture.timers.pending()).isZero();
    fixture.get(() -> fixture.containers.start("a"));
    assertThat(endAndRestart("a", 1, Duration.ZERO)).hasMillis(100);
  }

  @Test
  void a_signal_that_is_not_the_stop_signal_leaves_the_policy_alone() {
    fixture.deploy().running("a", with(Mode.ALWAYS, 0).withStopSignal("SIGQUIT"));
    fixture.get(() -> fixture.containers.kill("a", "HUP"));
    endAndRestart("a", 129, Duration.ZERO);
    fixture.get(() -> fixture.containers.kill("a", "quit"));
    fixture.engine.ends("a", 131);
    fixture.awaitStatus("a", "exited");
  }

  @Test
  void a_removal_by_force_takes_the_due_restart_along() {
    fixture.deploy().running("a", with(Mode.ALWAYS, 0));
    fixture.engine.ends("a", 1);
    fixture.awaitStatus("a", "restarting");
    fixture.get(() -> fixture.containers.remove("a", true, false));
    assertThat(fixture.engine.byName("a")).isEmpty();
    assertThat(fixture.timers.pending()).isZero();
  }

  @Test
  void a_restart_that_fails_ends_the_trying() {
    fixture.deploy().running("a", with(Mode.ALWAYS, 0));
    fixture.engine.fail("prepare", "a", new EngineException.Internal("no space left"));
    fixture.engine.ends("a", 1);
    fixture.awaitStatus("a", "restarting");
    await().until(() -> fixture.timers.next() != null);
    fixture.timers.advance(fixture.timers.next());
    fixture.awaitStatus("a", "exited");
    assertThat(fixture.timers.pending()).isZero();
  }

  @Test
  void when_the_daemon_starts_again_promises_are_kept_and_survivors_left_alone() {
    put("always", with(Mode.ALWAYS, 0), exited(0), true);
    put("unless", with(Mode.UNLESS_STOPPED, 0), exited(0), false);
    put("unless-stopped", with(Mode.UNLESS_STOPPED, 0), exited(0), true);
    put("failed", with(Mode.ON_FAILURE, 0), exited(1), false);
    put("failed-stopped", with(Mode.ON_FAILURE, 0), exited(137), true);
    put("due", with(Mode.ALWAYS, 0), new ContainerState.Restarting(exited(1)), false);
    put("never", with(Mode.ALWAYS, 0), ContainerState.Created.FRESH, false);
    put("temporary", Options.PLAIN.withAutoRemove(), exited(0), false);
    put("survivor", with(Mode.ALWAYS, 0), running(), false);
    fixture.deploy();
    fixture.awaitGone("temporary");
    await().until(() -> fixture.timers.pending() == 4);
    fixture.timers.advance(Duration.ofSeconds(1));
    List.of("always", "unless", "failed", "due")
        .forEach(name -> fixture.awaitStatus(name, "running"));
    assertThat(fixture.state("unless-stopped").state().status()).isEqualTo("exited");
    assertThat(fixture.state("failed-stopped").state().status()).isEqualTo("exited");
    assertThat(fixture.state("never").state().status()).isEqualTo("created");
    assertThat(fixture.engine.calls).doesNotContain("prepare survivor", "start survivor");
  }

  @Test
  void an_exit_from_while_the_daemon_was_away_is_processed_once_recovery_is_over() {
    Container lost = put("lost", with(Mode.ALWAYS, 0), running(), false);
    Container temporary = put("temporary", Options.PLAIN.withAutoRemove(), running(), false);
    fixture.engine.during(
        () -> {
          fixture.engine.tellExit(lost.id(), 9);
          fixture.engine.tellExit(temporary.id(), 0);
        });
    fixture.deploy();
    fixture.awaitStatus("lost", "restarting");
    fixture.awaitGone("temporary");
    await().until(() -> fixture.timers.pending() == 1);
    assertThat(fixture.timers.next()).hasMillis(100);
    assertThat(fixture.engine.calls)
        .containsSubsequence("recovered", "exited-9 lost", "restarting-0 lost");
  }

  private static ContainerState.Exited exited(int code) {
    Instant now = Instant.now();
    return new ContainerState.Exited(code, false, "", now.minusSeconds(1), now);
  }

  private static ContainerState running() {
    return new ContainerState.Running(1, 1, Instant.now());
  }

  private Container put(String name, Options options, ContainerState state, boolean stopped) {
    Container container =
        Samples.container("id-" + name, Samples.request(name, options))
            .withState(state)
            .withStarted(true, stopped, 0);
    fixture.engine.put(container);
    return container;
  }
}
