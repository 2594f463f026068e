package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.container.Health.Status;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.verticles.container.Samples.Options;
import dev.wherry.verticles.stream.StdStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final long SECOND = 1_000_000_000;

  private final ContainerFixture fixture = new ContainerFixture();
  private int execs;

  @AfterEach
  void close() {
    fixture.close();
  }

  /** Probed each ten seconds, for two at most, unhealthy at the second failure. */
  private void run() {
    fixture.deploy().create("a", Options.PLAIN);
    fixture.engine.put(
        Samples.probed(
            fixture.state("a"),
            new Healthcheck(List.of("CMD", "test", "it"), 10 * SECOND, 2 * SECOND, 0, 0, 2)));
    fixture.get(() -> fixture.containers.start("a"));
    await().until(() -> fixture.timers.next() != null);
  }

  /** Lets the next probe begin: the id of its exec. */
  private String begin() {
    fixture.timers.advance(INTERVAL);
    execs++;
    String id = "e" + execs;
    await().until(() -> fixture.execEngine.calls.contains("attached " + id));
    return id;
  }

  /** Its own time has begun. */
  private void awaitProbeRuns() {
    await().until(() -> Duration.ofSeconds(2).equals(fixture.timers.next()));
  }

  private Health health() {
    return fixture.state("a").health();
  }

  private void probe(int exitCode, String output) {
    int before = health() == null ? 0 : health().log().size();
    String id = begin();
    fixture.conmon.last().writes(StdStream.STDOUT, output);
    fixture.conmon.last().ends();
    fixture.execEngine.ends(id, exitCode);
    await().until(() -> health() != null && health().log().size() > before);
    await().until(() -> fixture.timers.next() != null);
  }

  private List<String> events() {
    return fixture.engine.calls.stream().filter(call -> call.startsWith("event health")).toList();
  }

  @Test
  void each_probe_is_noted_and_only_a_new_status_is_told() {
    run();
    probe(0, "fine");
    assertThat(health().status()).isEqualTo(Status.HEALTHY);
    assertThat(health().log().getFirst().output()).isEqualTo("fine");
    probe(0, "");
    probe(1, "bad");
    assertThat(health().status()).isEqualTo(Status.HEALTHY);
    probe(1, "worse");
    assertThat(health().status()).isEqualTo(Status.UNHEALTHY);
    assertThat(health().failingStreak()).isEqualTo(2);
    await().until(() -> events().size() == 2);
    assertThat(events())
        .containsExactly("event health_status: healthy a", "event health_status: unhealthy a");
    assertThat(fixture.execs.ofContainer(fixture.state("a").id())).as("none is kept").isEmpty();
  }

  @Test
  void one_that_takes_too_long_is_killed_and_has_failed() {
    run();
    String id = begin();
    fixture.conmon.last().writes(StdStream.STDERR, "wait");
    awaitProbeRuns();
    fixture.timers.advance(Duration.ofSeconds(2));
    await().until(() -> health() != null && health().log().size() == 1);
    assertThat(health().log().getFirst().exitCode()).isEqualTo(-1);
    assertThat(health().log().getFirst().output()).startsWith("Health check exceeded timeout (2s)");
    await().until(() -> fixture.execEngine.calls.contains("kill " + id));
    fixture.conmon.last().ends();
    await().until(() -> fixture.execs.ofContainer(fixture.state("a").id()).isEmpty());
  }

  @Test
  void one_that_cannot_be_run_has_failed() {
    run();
    fixture.execEngine.failure = new EngineException.InvalidParameter("no such program");
    begin();
    await().until(() -> health() != null && health().log().size() == 1);
    assertThat(health().log().getFirst().output()).isEqualTo("no such program");
    assertThat(health().failingStreak()).isEqualTo(1);
    assertThat(fixture.execs.ofContainer(fixture.state("a").id())).isEmpty();
  }

  @Test
  void long_output_is_cut() {
    run();
    probe(0, "x".repeat(10_000));
    assertThat(health().log().getFirst().output()).hasSize(Prober.MAX_OUTPUT + 3).endsWith("x...");
  }

  @Test
  void it_ends_with_the_container_and_begins_again_with_it() {
    run();
    probe(0, "");
    fixture.engine.ends("a", 0);
    fixture.awaitStatus("a", "exited");
    assertThat(fixture.timers.pending()).isZero();
    fixture.get(() -> fixture.containers.start("a"));
    await().until(() -> fixture.timers.next() != null);
    probe(0, "");
  }

  @Test
  void a_paused_container_is_not_probed() {
    run();
    probe(0, "");
    fixture.get(() -> fixture.containers.pause("a"));
    await().until(() -> fixture.timers.pending() == 0);
    assertThat(health().status()).isEqualTo(Status.HEALTHY);
    assertThat(fixture.execEngine.calls).doesNotContain("start e2");
    fixture.get(() -> fixture.containers.unpause("a"));
    await().until(() -> fixture.timers.next() != null);
    probe(0, "");
  }

  @Test
  void a_probe_that_its_container_is_paused_in_does_not_count() {
    run();
    String id = begin();
    awaitProbeRuns();
    fixture.get(() -> fixture.containers.pause("a"));
    fixture.timers.advance(Duration.ofSeconds(2));
    await().until(() -> fixture.execEngine.calls.contains("kill " + id));
    fixture.conmon.last().ends();
    fixture.get(() -> fixture.containers.unpause("a"));
    await()
        .until(
            () -> {
              fixture.timers.advance(Duration.ofSeconds(1));
              return fixture.execEngine.calls.contains("attached e2");
            });
    assertThat(health()).as("nothing noted").isNull();
    fixture.conmon.last().ends();
    fixture.execEngine.ends("e2", 0);
    await().until(() -> health() != null && health().status() == Status.HEALTHY);
    assertThat(health().log()).hasSize(1);
  }

  @Test
  void a_probe_that_is_refused_because_its_container_is_paused_does_not_count() {
    run();
    fixture.execEngine.refusal = new EngineException.Conflict("Container a is paused");
    fixture.timers.advance(INTERVAL);
    await().untilAsserted(() -> assertThat(fixture.timers.next()).isEqualTo(INTERVAL));
    assertThat(health()).as("nothing noted").isNull();
  }

  @Test
  void one_that_ran_before_the_daemon_is_probed_on() {
    fixture.engine.put(
        Samples.probed(
                Samples.container("f".repeat(64), Samples.request("a", Options.PLAIN)),
                new Healthcheck(List.of("CMD-SHELL", "true"), 10 * SECOND, 0, 0, 0, 0))
            .withState(new ContainerState.Running(1, 1, Instant.now()))
            .withHealth(Health.FRESH));
    fixture.deploy();
    await().until(() -> fixture.timers.next() != null);
    probe(0, "");
    assertThat(health().status()).isEqualTo(Status.HEALTHY);
  }

  @Test
  void a_check_that_is_switched_off_or_unknown_is_none() {
    fixture.deploy();
    for (String kind : List.of("NONE", "FOO")) {
      fixture.create(kind, Options.PLAIN);
      fixture.engine.put(
          Samples.probed(
              fixture.state(kind), new Healthcheck(List.of(kind, "x"), SECOND, 0, 0, 0, 0)));
      fixture.get(() -> fixture.containers.start(kind));
    }
    assertThat(fixture.timers.pending()).isZero();
  }
}
