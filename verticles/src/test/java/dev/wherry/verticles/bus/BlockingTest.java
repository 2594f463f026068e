package dev.wherry.verticles.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockingTest {
  private final Vertx vertx = Vertx.vertx();
  private final Blocking blocking = new Blocking(vertx, "test", 4);

  @AfterEach
  void close() {
    blocking.close();
    vertx.close().await();
  }

  @Test
  void calls_that_hang_hold_up_nobody_for_long_however_many_they_are() {
    CountDownLatch end = new CountDownLatch(1);
    List<Future<Void>> hanging = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      hanging.add(blocking.run(end::await));
    }
    Future<String> other = blocking.call(() -> "answered");
    await().until(other::succeeded);
    assertThat(hanging).noneMatch(Future::isComplete);
    end.countDown();
    await().until(() -> hanging.stream().allMatch(Future::succeeded));
  }

  @Test
  void quick_calls_have_so_many_places_and_no_more() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<Void>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      calls.add(
          blocking.run(
              () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.yield();
                now.decrementAndGet();
              }));
    }
    await().until(() -> calls.stream().allMatch(Future::succeeded));
    assertThat(most.get()).isBetween(1, 4);
  }

  @Test
  void a_failure_is_told_and_leaves_its_place() {
    for (int i = 0; i < 10; i++) {
      Future<String> failed =
          blocking.call(
              () -> {
                throw new IllegalStateException("no");
              });
      await().until(failed::failed);
      assertThat(failed.cause()).hasMessage("no");
    }
  }
}
