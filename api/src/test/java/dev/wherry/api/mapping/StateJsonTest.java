package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.dto.ContainerView.StateView;
import dev.wherry.engine.container.ContainerState;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StateJsonTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant NOW = START.plusSeconds(100);
  private static final ContainerState.Running RUNNING =
      new ContainerState.Running(7, 1, START.plusSeconds(95));
  private static final ContainerState.Exited EXITED =
      new ContainerState.Exited(3, true, "", START, START.plusSeconds(81));

  static Stream<Arguments> states() {
    return Stream.of(
        Arguments.of(ContainerState.Created.FRESH, "Created", "created"),
        Arguments.of(new ContainerState.Created(127, "no such file"), "Created", "created"),
        Arguments.of(RUNNING, "Up 5 seconds", "running"),
        Arguments.of(new ContainerState.Paused(RUNNING), "Up 5 seconds (Paused)", "paused"),
        Arguments.of(
            new ContainerState.Restarting(EXITED), "Restarting (3) 19 seconds ago", "restarting"),
        Arguments.of(EXITED, "Exited (3) 19 seconds ago", "exited"),
        Arguments.of(new ContainerState.Removing(EXITED), "Removal In Progress", "removing"),
        Arguments.of(new ContainerState.Dead(EXITED, "stuck"), "Dead", "dead"));
  }

  @ParameterizedTest
  @MethodSource("states")
  void each_state_has_its_word_and_its_status(ContainerState state, String status, String word) {
    assertThat(StateJson.status(state, NOW)).isEqualTo(status);
    assertThat(StateJson.view(state).status()).isEqualTo(word);
  }

  @Test
  void a_container_between_two_runs_counts_as_running_as_in_dockerd() {
    StateView view = StateJson.view(new ContainerState.Restarting(EXITED));
    assertThat(view.running()).isTrue();
    assertThat(view.restarting()).isTrue();
    assertThat(view.pid()).isZero();
    assertThat(view.exitCode()).isEqualTo(3);
  }

  @Test
  void what_has_not_happened_has_gos_zero_time() {
    StateView view = StateJson.view(RUNNING);
    assertThat(view.pid()).isEqualTo(7);
    assertThat(view.startedAt()).isEqualTo("2026-01-01T00:01:35Z");
    assertThat(view.finishedAt()).isEqualTo("0001-01-01T00:00:00Z");
  }

  @Test
  void a_start_that_failed_is_told_with_its_code_and_text() {
    StateView view = StateJson.view(new ContainerState.Created(127, "no such file"));
    assertThat(view.exitCode()).isEqualTo(127);
    assertThat(view.error()).isEqualTo("no such file");
  }

  @Test
  void an_oom_kill_is_visible() {
    assertThat(StateJson.view(EXITED).oomKilled()).isTrue();
  }
}
