package dev.wherry.verticles.bus;

import static java.util.Collections.synchronizedList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueuedStreamTest {
  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = Contexts.fresh(vertx);
  private final AtomicInteger room = new AtomicInteger();
  private final QueuedStream<Integer> stream =
      new QueuedStream<>(context, i -> 1, 4, room::incrementAndGet);
  private final List<Object> seen = synchronizedList(new ArrayList<>());

  QueuedStreamTest() {
    stream.handler(seen::add);
    stream.exceptionHandler(seen::add);
    stream.endHandler(ignored -> seen.add("end"));
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Waits until what was posted to the context before has run. */
  private void settle() {
    for (int i = 0; i < 3; i++) {
      Contexts.call(context, Contexts.fresh(vertx), () -> context.<Void>succeededFuture()).await();
    }
  }

  @Test
  void it_starts_paused_and_gives_as_much_as_is_fetched() {
    List.of(1, 2, 3).forEach(stream::offer);
    settle();
    assertThat(seen).isEmpty();
    stream.fetch(2);
    await().untilAsserted(() -> assertThat(seen).containsExactly(1, 2));
    settle();
    assertThat(seen).containsExactly(1, 2);
  }

  @Test
  void the_end_comes_after_the_last_item_and_not_to_a_paused_reader() {
    stream.offer(1);
    stream.end();
    stream.offer(2);
    stream.fetch(1);
    await().untilAsserted(() -> assertThat(seen).containsExactly(1));
    settle();
    assertThat(stream.finished().isComplete()).isFalse();
    stream.resume();
    stream.finished().await();
    assertThat(seen).containsExactly(1, "end");
  }

  @Test
  void a_failure_is_told_after_what_came_before_it_and_then_the_end() {
    Exception failure = new Exception("broken");
    stream.offer(1);
    stream.fail(failure);
    stream.resume();
    stream.finished().await();
    assertThat(seen).containsExactly(1, failure, "end");
  }

  @Test
  void it_is_full_at_the_high_water_mark_and_has_room_again_below_half() {
    assertThat(stream.offer(1)).isTrue();
    stream.offer(2);
    stream.offer(3);
    assertThat(stream.offer(4)).isFalse();
    stream.fetch(2);
    await().untilAsserted(() -> assertThat(seen).hasSize(2));
    settle();
    assertThat(room).hasValue(0);
    assertThat(stream.isFull()).isTrue();
    stream.fetch(1);
    await().untilAsserted(() -> assertThat(room).hasValue(1));
    assertThat(stream.isFull()).isFalse();
  }

  @Test
  void after_cancel_nothing_is_delivered_and_the_producer_has_room() {
    List.of(1, 2, 3, 4).forEach(stream::offer);
    stream.cancel();
    stream.resume();
    stream.finished().await();
    await().untilAsserted(() -> assertThat(room).hasValue(1));
    assertThat(stream.offer(5)).isTrue();
    settle();
    assertThat(seen).isEmpty();
  }

  @Test
  void a_reader_may_pause_in_the_middle_of_a_delivery() {
    stream.handler(
        item -> {
          seen.add(item);
          if (item == 2) {
            stream.pause();
          }
        });
    List.of(1, 2, 3, 4).forEach(stream::offer);
    stream.resume();
    await().untilAsserted(() -> assertThat(seen).containsExactly(1, 2));
    settle();
    assertThat(seen).containsExactly(1, 2);
    stream.resume();
    await().untilAsserted(() -> assertThat(seen).containsExactly(1, 2, 3, 4));
  }

  @Test
  void a_handler_that_throws_loses_nothing_else() {
    List<Throwable> reported = synchronizedList(new ArrayList<>());
    context.exceptionHandler(reported::add);
    stream.handler(
        item -> {
          seen.add(item);
          throw new IllegalStateException("on purpose");
        });
    stream.offer(1);
    stream.offer(2);
    stream.end();
    stream.resume();
    stream.finished().await();
    assertThat(seen).containsExactly(1, 2, "end");
    assertThat(reported).hasSize(2);
  }

  @Test
  void items_from_another_thread_arrive_in_order_while_read() {
    stream.resume();
    for (int i = 0; i < 100_000; i++) {
      stream.offer(i);
    }
    stream.end();
    stream.finished().await();
    assertThat(seen).hasSize(100_001);
    for (int i = 0; i < 100_000; i++) {
      assertThat(seen.get(i)).isEqualTo(i);
    }
  }
}
