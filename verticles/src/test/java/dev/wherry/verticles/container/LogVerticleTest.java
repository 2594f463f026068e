package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.lifecycle.ContainerLifecycle.LogPlace;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.ManualTimers;
import dev.wherry.verticles.container.Samples.Options;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogVerticleTest {
  private static final long FULL = 20_000_000;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Vertx vertx = Vertx.vertx();
  private final FakeLifecycle engine = new FakeLifecycle();
  private final ManualTimers timers = new ManualTimers();
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();
  private final List<String> tidied = new CopyOnWriteArrayList<>();
  private volatile boolean tidiable = true;

  private final LogVerticle.Rotation rotation =
      new LogVerticle.Rotation() {
        @Override
        public long check(LogPlace log) {
          String name = String.valueOf(log.file().getFileName());
          if (name.equals("broken")) {
            throw new IllegalStateException("disk full");
          }
          return sizes.compute(
              name, (key, size) -> size == null || size >= log.policy().maxSize() ? 0 : size);
        }

        @Override
        public boolean tidy(LogPlace log) {
          tidied.add(String.valueOf(log.file().getFileName()));
          return tidiable;
        }
      };

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private void running(String name) {
    Container container = engine.create(Samples.request(name, Options.PLAIN));
    engine.start(engine.prepareStart(container.id()));
    sizes.put(name, 0L);
  }

  private void deploy() {
    vertx
        .deployVerticle(
            new LogVerticle(engine, rotation, new Blocking(vertx, "kernel", 4), timers::on))
        .await();
  }

  /** One look at all logs, and the pause after it. */
  private Duration sweep() {
    timers.advance(timers.next());
    await().until(() -> timers.pending() == 1);
    return timers.next();
  }

  @Test
  void a_full_log_is_rotated_and_tidied_and_another_failing_one_is_passed_over() {
    running("broken");
    running("boat");
    deploy();
    assertThat(sweep()).isEqualTo(PAUSE);
    tidied.clear();
    sizes.put("boat", 1000L);
    sweep();
    assertThat(tidied).isEmpty();
    sizes.put("boat", FULL);
    sweep();
    await().until(() -> tidied.equals(List.of("boat")));
  }

  @Test
  void a_log_that_grows_fast_is_looked_at_sooner() {
    running("boat");
    deploy();
    assertThat(sweep()).isEqualTo(PAUSE);
    sizes.put("boat", FULL / 2);
    assertThat(sweep()).isLessThan(PAUSE);
    assertThat(sweep()).isEqualTo(PAUSE);
  }

  @Test
  void old_files_still_written_to_are_tidied_later() {
    running("boat");
    tidiable = false;
    deploy();
    sweep();
    await().until(() -> tidied.size() == 1);
    tidiable = true;
    await()
        .until(
            () -> {
              sweep();
              return tidied.size() == 2;
            });
  }

  @Test
  void logs_of_containers_that_do_not_run_are_left_alone() {
    engine.create(Samples.request("boat", Options.PLAIN));
    sizes.put("boat", FULL);
    deploy();
    sweep();
    assertThat(sizes).containsEntry("boat", FULL);
  }
}
