package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Samples.Options;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UsageTest {
  private final ContainerFixture fixture = new ContainerFixture();

  @BeforeEach
  void run() {
    fixture.deploy().running("a", Options.PLAIN);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** A client that notes what it reads. */
  private final class Client {
    final List<UsageReading> readings = new CopyOnWriteArrayList<>();
    final AtomicBoolean ended = new AtomicBoolean();
    final Containers.UsageStream stream;

    Client() {
      stream = fixture.get(() -> fixture.containers.usages("a"));
      stream.handler(readings::add);
      stream.endHandler(end -> ended.set(true));
      stream.resume();
    }

    UsageReading reading(int number) {
      await().until(() -> readings.size() > number);
      return readings.get(number);
    }
  }

  /** Once the next reading is due. */
  private void pass(Duration time) {
    await().until(() -> fixture.timers.next() != null);
    fixture.timers.advance(time);
  }

  @Test
  void a_single_look_is_one_reading_and_a_comparison_two() {
    UsageReading one = fixture.get(() -> fixture.containers.usage("a", false));
    assertThat(one.now()).isNotNull();
    assertThat(one.before()).isNull();
    assertThat(one.container().name()).isEqualTo("a");
    Future<UsageReading> two = fixture.ask(() -> fixture.containers.usage("a", true));
    pass(UsageWatches.BRIEF_INTERVAL);
    assertThat(two.await().before().systemCpu()).isEqualTo(2);
    assertThat(two.await().now().systemCpu()).isEqualTo(3);
    assertThat(fixture.timers.pending()).isZero();
  }

  @Test
  void one_that_does_not_run_shows_nothing_at_once() {
    fixture.create("still", Options.PLAIN);
    UsageReading reading = fixture.get(() -> fixture.containers.usage("still", true));
    assertThat(reading.now()).isNull();
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.usage("nobody", true)))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such container: nobody");
  }

  @Test
  void all_who_look_share_one_reader_which_stops_with_the_last() {
    Client first = new Client();
    assertThat(first.reading(0).before()).isNull();
    Client second = new Client();
    assertThat(second.reading(0).now()).isSameAs(first.reading(0).now());
    pass(UsageWatches.INTERVAL);
    assertThat(first.reading(1).before()).isSameAs(first.reading(0).now());
    assertThat(second.reading(1).now()).isSameAs(first.reading(1).now());
    assertThat(fixture.engine.readings).hasValue(2);
    first.stream.cancel();
    pass(UsageWatches.INTERVAL);
    assertThat(second.reading(2)).isNotNull();
    second.stream.cancel();
    await().until(() -> fixture.timers.pending() == 0);
    assertThat(first.readings).hasSize(2);
  }

  @Test
  void a_stream_outlives_stops_and_ends_with_the_container() {
    Client client = new Client();
    client.reading(0);
    fixture.get(() -> fixture.containers.kill("a", "KILL"));
    pass(UsageWatches.INTERVAL);
    assertThat(client.reading(1).now()).isNull();
    fixture.get(() -> fixture.containers.remove("a", false, false));
    pass(UsageWatches.INTERVAL);
    await().untilTrue(client.ended);
    assertThat(fixture.timers.pending()).isZero();
  }

  @Test
  void a_client_that_does_not_read_misses_readings_and_holds_up_nobody() {
    Client slow = new Client();
    Client quick = new Client();
    slow.reading(0);
    slow.stream.pause();
    for (int i = 0; i < 6; i++) {
      pass(UsageWatches.INTERVAL);
      quick.reading(i + 1);
    }
    slow.stream.resume();
    slow.reading(2);
    assertThat(slow.readings).hasSize(3);
    pass(UsageWatches.INTERVAL);
    assertThat(slow.reading(3).before()).isSameAs(slow.reading(2).now());
  }

  @Test
  void it_does_not_wait_for_what_the_container_is_doing() {
    CountDownLatch pause = fixture.engine.hang("pause", "a");
    Future<Void> pausing = fixture.ask(() -> fixture.containers.pause("a"));
    await().until(() -> fixture.engine.calls.contains("pause a"));
    assertThat(fixture.get(() -> fixture.containers.usage("a", false)).now()).isNotNull();
    pause.countDown();
    pausing.await();
  }

  @Test
  void a_reading_that_fails_is_told() {
    fixture.engine.fail("usage", "a", new EngineException.Internal("no cgroups"));
    assertThatThrownBy(() -> fixture.get(() -> fixture.containers.usage("a", false)))
        .hasMessage("no cgroups");
  }
}
