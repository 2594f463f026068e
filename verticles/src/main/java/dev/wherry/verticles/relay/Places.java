package dev.wherry.verticles.relay;

import java.util.concurrent.atomic.AtomicInteger;

/** So many clients at a time, of all ports together. */
final class Places {
  private final AtomicInteger free;

  Places(int most) {
    this.free = new AtomicInteger(most);
  }

  /** Takes one, unless there is none. */
  boolean take() {
    if (free.decrementAndGet() >= 0) {
      return true;
    }
    free.incrementAndGet();
    return false;
  }

  void give() {
    free.incrementAndGet();
  }
}
