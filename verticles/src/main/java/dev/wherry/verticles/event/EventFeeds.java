package dev.wherry.verticles.event;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All subscriptions to the journal. Costs no thread: the journal's own calls feed them. */
public final class EventFeeds implements Events {
  private final Vertx vertx;
  private final Journal journal;
  private final Blocking blocking;
  private final Clock clock;
  private final Set<JournalFeed> feeds = ConcurrentHashMap.newKeySet();

  public EventFeeds(Vertx vertx, Journal journal, Blocking blocking, Clock clock) {
    this.vertx = vertx;
    this.journal = journal;
    this.blocking = blocking;
    this.clock = clock;
  }

  @Override
  public Feed subscribe(
      @Nullable Long sinceNano, @Nullable Long untilNano, Predicate<EngineEvent> filter) {
    ContextInternal context = Contexts.current(vertx);
    JournalFeed.Range range = new JournalFeed.Range(sinceNano, untilNano);
    JournalFeed feed = new JournalFeed(journal, blocking, context, filter, range, feeds::remove);
    feeds.add(feed);
    feed.begin();
    if (untilNano != null) {
      expireLater(context, feed, untilNano);
    }
    return feed;
  }

  private void expireLater(ContextInternal context, JournalFeed feed, long untilNano) {
    Instant now = clock.instant();
    long nowNano = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    long delay = TimeUnit.NANOSECONDS.toMillis(untilNano - nowNano) + 1;
    if (delay <= 1) {
      feed.expire();
    } else {
      context.setTimer(delay, ignored -> feed.expire());
    }
  }

  @Override
  public Future<Void> tell(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes) {
    return blocking.run(() -> journal.append(type, action, actorId, attributes));
  }

  /** Tells an event to all, in the thread that appended it. */
  void happened(EngineEvent event) {
    for (JournalFeed feed : feeds) {
      feed.happened(event);
    }
  }

  /** Ends all feeds. */
  void end() {
    feeds.forEach(JournalFeed::end);
  }

  /** How many subscriptions there are. */
  int size() {
    return feeds.size();
  }
}
