package dev.wherry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.container.Health.Probe;
import dev.wherry.engine.container.Health.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static Probe probe(int exitCode) {
    return new Probe(Instant.EPOCH, Instant.EPOCH, exitCode, "");
  }

  private static Health after(Health health, int... exitCodes) {
    Health result = health;
    for (int code : exitCodes) {
      result = result.after(probe(code), 3, true);
    }
    return result;
  }

  @Test
  void one_success_makes_it_healthy_and_some_failures_in_a_row_unhealthy() {
    assertThat(after(Health.FRESH, 1, 1).status()).isEqualTo(Status.STARTING);
    assertThat(after(Health.FRESH, 1, 1, 1).status()).isEqualTo(Status.UNHEALTHY);
    assertThat(after(Health.FRESH, 1, 1, 0, 1, 1).status()).isEqualTo(Status.HEALTHY);
    assertThat(after(Health.FRESH, 0, 1, -1, 2).status()).isEqualTo(Status.UNHEALTHY);
    Health recovered = after(Health.FRESH, 1, 1, 1, 1, 0);
    assertThat(recovered.status()).isEqualTo(Status.HEALTHY);
    assertThat(recovered.failingStreak()).isZero();
  }

  @Test
  void failures_while_it_starts_up_do_not_count_unless_it_was_healthy_before() {
    Health starting = Health.FRESH;
    for (int i = 0; i < 9; i++) {
      starting = starting.after(probe(1), 1, false);
    }
    assertThat(starting.status()).isEqualTo(Status.STARTING);
    assertThat(starting.failingStreak()).isZero();
    assertThat(after(Health.FRESH, 0).after(probe(1), 1, false).status())
        .isEqualTo(Status.UNHEALTHY);
  }

  @Test
  void the_last_five_probes_are_kept() {
    assertThat(after(Health.FRESH, 1, 2, 3, 4, 5, 6, 7).log())
        .extracting(Probe::exitCode)
        .containsExactly(3, 4, 5, 6, 7);
  }

  @Test
  void a_stop_shows_unhealthy_and_a_start_begins_afresh_with_the_log() {
    Health stopped = after(Health.FRESH, 0).stopped();
    assertThat(stopped.status()).isEqualTo(Status.UNHEALTHY);
    assertThat(stopped.restarted().status()).isEqualTo(Status.STARTING);
    assertThat(stopped.restarted().log()).hasSize(1);
  }

  @Test
  void probes_come_at_the_start_interval_until_it_is_healthy_or_the_start_period_is_over() {
    ProbePlan plan =
        new ProbePlan(
            List.of("true"),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            3);
    assertThat(plan.next(Duration.ZERO, Status.STARTING)).hasSeconds(1);
    assertThat(plan.next(Duration.ofSeconds(10), Status.STARTING)).hasSeconds(30);
    assertThat(plan.next(Duration.ZERO, Status.HEALTHY)).hasSeconds(30);
  }
}
