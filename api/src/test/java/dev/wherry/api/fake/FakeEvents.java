package dev.wherry.api.fake;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.event.Events;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Events a test makes happen. */
public final class FakeEvents implements Events {
  public final List<FakeFeed> feeds = new CopyOnWriteArrayList<>();
  public final List<EngineEvent> told = new CopyOnWriteArrayList<>();

  /** A subscription. */
  public static final class FakeFeed extends QueuedFeed<EngineEvent> implements Feed {
    public final QueuedStream<EngineEvent> queue =
        new QueuedStream<>((ContextInternal) Vertx.currentContext(), e -> 1, 100, () -> {});
    public final Long since;
    public final Long until;
    public volatile boolean cancelled;
    private final Predicate<EngineEvent> filter;

    FakeFeed(Long since, Long until, Predicate<EngineEvent> filter) {
      this.since = since;
      this.until = until;
      this.filter = filter;
    }

    @Override
    protected QueuedStream<EngineEvent> queue() {
      return queue;
    }

    @Override
    public void cancel() {
      cancelled = true;
      queue.cancel();
    }
  }

  /** An event of a container. */
  public static EngineEvent container(String action, Map<String, String> attributes) {
    return new EngineEvent(
        1, EngineEvent.Type.CONTAINER, action, Fixtures.id("abc"), attributes, 1_500_000_000_123L);
  }

  /** Makes an event happen. */
  public void happen(EngineEvent event) {
    for (FakeFeed feed : feeds) {
      if (feed.filter.test(event)) {
        feed.queue.offer(event);
      }
    }
  }

  @Override
  public Feed subscribe(Long sinceNano, Long untilNano, Predicate<EngineEvent> filter) {
    var feed = new FakeFeed(sinceNano, untilNano, filter);
    feeds.add(feed);
    return feed;
  }

  @Override
  public Future<Void> tell(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes) {
    told.add(new EngineEvent(0, type, action, actorId, attributes, 0));
    return Future.succeededFuture();
  }
}
