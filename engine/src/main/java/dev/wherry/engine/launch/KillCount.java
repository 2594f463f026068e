package dev.wherry.engine.launch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Tells how many processes of a group were killed for want of memory, when a notice says that it
 * may be more.
 *
 * <p>With control groups of version 1 the kernel notifies before it chooses whom to kill
 * (mm/memcontrol-v1.c), so the count may be the old one when the notice is read; nothing tells of
 * its change, and it is looked at again for a while.
 */
final class KillCount {
  private static final int LOOKS = 60;
  private static final long MILLIS_BETWEEN = 50;

  private final LongSupplier count;
  private final BooleanSupplier exists;
  private final LongConsumer told;
  private long last;

  /**
   * Of one group.
   *
   * @param count how many were killed so far
   * @param exists whether the group is still there
   * @param told the new count, from the thread of the notice or a later one; must not block
   */
  KillCount(LongSupplier count, BooleanSupplier exists, LongConsumer told) {
    this.count = count;
    this.exists = exists;
    this.told = told;
  }

  /** A notice has come. */
  void noticed() {
    look(LOOKS);
  }

  private void look(int left) {
    if (!tell(count.getAsLong()) && left > 0 && exists.getAsBoolean()) {
      CompletableFuture.delayedExecutor(MILLIS_BETWEEN, TimeUnit.MILLISECONDS)
          .execute(() -> look(left - 1));
    }
  }

  private synchronized boolean tell(long now) {
    if (now <= last) {
      return false;
    }
    last = now;
    told.accept(now);
    return true;
  }
}
