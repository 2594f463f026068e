package dev.wherry.verticles.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LanesTest {
  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = Contexts.fresh(vertx);
  private final Lanes lanes = new Lanes(context);
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private <T> T onContext(Callable<T> call) {
    return Contexts.call(
            context,
            Contexts.fresh(vertx),
            () -> {
              try {
                return Future.succeededFuture(call.call());
              } catch (Exception e) {
                return Future.failedFuture(e);
              }
            })
        .await();
  }

  private Future<Void> step(String name, Future<Void> until) {
    log.add(name + " begins");
    return until.onComplete(ignored -> log.add(name + " ends"));
  }

  @Test
  void tasks_of_one_key_run_one_after_the_other_in_order() {
    Promise<Void> first = Promise.promise();
    Future<Void> a = lanes.submit("k", () -> step("a", first.future()));
    Future<Void> b = lanes.submit("k", () -> step("b", Future.succeededFuture()));
    Future<Void> c = lanes.submit("k", () -> step("c", Future.succeededFuture()));
    first.complete();
    Future.all(a, b, c).await();
    assertThat(log)
        .containsExactly("a begins", "a ends", "b begins", "b ends", "c begins", "c ends");
  }

  @Test
  void a_task_that_hangs_holds_up_its_own_lane_only() {
    Promise<Void> never = Promise.promise();
    Future<Void> hung = lanes.submit("stuck", never::future);
    Future<Void> behind = lanes.submit("stuck", Future::succeededFuture);
    lanes.submit("other", () -> step("other", Future.succeededFuture())).await();
    assertThat(log).contains("other ends");
    assertThat(hung.isComplete()).isFalse();
    assertThat(behind.isComplete()).isFalse();
  }

  @Test
  void a_task_that_fails_or_throws_does_not_stop_the_next() {
    Future<Void> failed = lanes.submit("k", () -> Future.failedFuture("no"));
    Future<Void> thrown =
        lanes.submit(
            "k",
            () -> {
              throw new IllegalStateException("thrown");
            });
    Future<String> next = lanes.submit("k", () -> Future.succeededFuture("done"));
    assertThatThrownBy(failed::await).hasMessage("no");
    assertThatThrownBy(thrown::await).hasMessage("thrown");
    assertThat(next.await()).isEqualTo("done");
  }

  @Test
  void a_lane_without_work_is_forgotten() {
    for (int i = 0; i < 100; i++) {
      lanes.submit("k" + i, Future::succeededFuture).await();
    }
    // The last lane is dropped in the turn after its outcome was told.
    onContext(() -> null);
    assertThat(onContext(lanes::size)).isZero();
  }

  @Test
  void a_task_submitted_by_a_listener_of_the_one_before_queues_behind_those_that_wait() {
    Promise<Void> first = Promise.promise();
    onContext(
        () -> {
          lanes
              .submit("k", () -> step("first", first.future()))
              .onComplete(
                  ignored -> lanes.submit("k", () -> step("third", Future.succeededFuture())));
          return lanes.submit("k", () -> step("second", Future.succeededFuture()));
        });
    first.complete();
    lanes.submit("k", Future::succeededFuture).await();
    lanes.submit("k", Future::succeededFuture).await();
    assertThat(log)
        .containsExactly(
            "first begins",
            "first ends",
            "second begins",
            "second ends",
            "third begins",
            "third ends");
  }
}
