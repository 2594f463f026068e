package dev.wherry.engine.registry;

import java.util.function.LongConsumer;

/**
 * Tells how far something is, at once and then not more often than anybody can look; one thread.
 */
final class Meter {
  private static final long INTERVAL_NANOS = 100_000_000;

  private final LongConsumer teller;
  private long lastTold = System.nanoTime() - INTERVAL_NANOS;

  Meter(LongConsumer teller) {
    this.teller = teller;
  }

  void at(long bytes) {
    long now = System.nanoTime();
    if (now - lastTold >= INTERVAL_NANOS) {
      lastTold = now;
      teller.accept(bytes);
    }
  }
}
