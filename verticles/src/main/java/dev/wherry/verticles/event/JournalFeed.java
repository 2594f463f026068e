package dev.wherry.verticles.event;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One subscription. It is either live, taking events from the journal's listener as they happen, or
 * behind, reading them page by page from the journal: at first when the past was asked for, and
 * whenever its reader is too slow. The sequence number of the last event taken makes sure that each
 * comes once, whichever way it comes.
 */
final class JournalFeed extends QueuedFeed<EngineEvent> implements Events.Feed {
  /** Events queued for a reader before it counts as slow. */
  static final int HIGH_WATER = 1000;

  private static final int PAGE = 1000;

  private final Journal journal;
  private final Blocking blocking;
  private final Predicate<EngineEvent> filter;
  private final long sinceNano;
  private final long untilNano;
  private final QueuedStream<EngineEvent> queue;
  private final Consumer<JournalFeed> whenOver;

  private final Object lock = new Object();
  // Guarded by the lock, which is never held while the journal is called.
  private long taken;
  private long newest;
  private boolean behind;
  private boolean reading;
  private boolean expired;
  private boolean over;

  /**
   * @param range from when on and until when
   * @param whenOver told when no more events are wanted
   */
  JournalFeed(
      Journal journal,
      Blocking blocking,
      ContextInternal context,
      Predicate<EngineEvent> filter,
      Range range,
      Consumer<JournalFeed> whenOver) {
    this.journal = journal;
    this.blocking = blocking;
    this.filter = filter;
    this.sinceNano = range.sinceNano() == null ? 0 : range.sinceNano();
    this.untilNano = range.untilNano() == null ? Long.MAX_VALUE : range.untilNano();
    this.behind = range.sinceNano() != null;
    this.queue = new QueuedStream<>(context, event -> 1, HIGH_WATER, this::catchUp);
    this.whenOver = whenOver;
  }

  /**
   * @param sinceNano {@code null} for only new events
   * @param untilNano {@code null} for no end
   */
  record Range(@Nullable Long sinceNano, @Nullable Long untilNano) {}

  /** To be called once, when the feed hears of new events. */
  void begin() {
    long last = journal.lastSequence();
    synchronized (lock) {
      newest = Math.max(newest, last);
      if (!behind) {
        taken = Math.max(taken, last);
      }
    }
    catchUp();
  }

  /** A new event, in the thread that appended it. */
  void happened(EngineEvent event) {
    synchronized (lock) {
      newest = Math.max(newest, event.sequence());
      if (!behind) {
        take(event);
      }
    }
  }

  /** The time is over: what happened before is still delivered. */
  void expire() {
    synchronized (lock) {
      expired = true;
    }
    catchUp();
  }

  /** No more events will happen. */
  void end() {
    finish();
  }

  /** Holding the lock. */
  private void take(EngineEvent event) {
    if (over || event.sequence() <= taken) {
      return;
    }
    taken = event.sequence();
    if (event.timeNano() > untilNano) {
      expired = true;
    } else if (filter.test(event) && !queue.offer(event)) {
      behind = true;
    }
  }

  /** Reads on in the journal where that is due. */
  private void catchUp() {
    long from;
    long upTo;
    synchronized (lock) {
      if (over || reading || (behind && queue.isFull())) {
        return;
      }
      if (expired && (!behind || taken >= newest)) {
        finish();
        return;
      }
      if (!behind || taken >= newest) {
        behind = false;
        return;
      }
      reading = true;
      from = taken;
      upTo = newest;
    }
    blocking
        .call(() -> journal.page(from, sinceNano, PAGE))
        .onComplete((page, failure) -> arrived(page, failure, upTo));
  }

  /**
   * Takes a page.
   *
   * @param upTo the newest event when it was asked for: of later ones it says nothing
   */
  private void arrived(@Nullable List<EngineEvent> page, @Nullable Throwable failure, long upTo) {
    if (page == null) {
      queue.fail(failure == null ? new IllegalStateException("no page") : failure);
      finish();
      return;
    }
    synchronized (lock) {
      reading = false;
      page.forEach(this::take);
      if (page.isEmpty()) {
        // What there was is no longer kept, or too old.
        taken = Math.max(taken, upTo);
      }
    }
    catchUp();
  }

  private void finish() {
    synchronized (lock) {
      over = true;
    }
    queue.end();
    whenOver.accept(this);
  }

  @Override
  public void cancel() {
    synchronized (lock) {
      over = true;
    }
    queue.cancel();
    whenOver.accept(this);
  }

  @Override
  protected QueuedStream<EngineEvent> queue() {
    return queue;
  }
}
