package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KillCountTest {
  private final AtomicLong kills = new AtomicLong();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicBoolean exists = new AtomicBoolean(true);
  private final List<Long> told = new CopyOnWriteArrayList<>();
  private final KillCount count =
      new KillCount(
          () -> {
            looks.incrementAndGet();
            return kills.get();
          },
          exists::get,
          told::add);

  @Test
  void a_kill_that_is_counted_when_the_notice_comes_is_told_at_once() {
    kills.set(1);
    count.noticed();
    assertThat(told).containsExactly(1L);
  }

  @Test
  void a_kill_that_is_counted_after_the_notice_is_told_and_once() {
    count.noticed();
    assertThat(told).isEmpty();
    kills.set(1);
    await().until(() -> !told.isEmpty());
    count.noticed();
    kills.set(3);
    await().until(() -> told.size() > 1);
    assertThat(told).containsExactly(1L, 3L);
  }

  @Test
  void a_group_that_is_gone_is_looked_at_no_more() {
    exists.set(false);
    count.noticed();
    assertThat(looks).hasValue(1);
    assertThat(told).isEmpty();
  }
}
