package dev.wherry.verticles.event;

import dev.wherry.engine.event.Journal;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Connects the journal with the subscriptions for as long as it is deployed. */
public final class EventVerticle extends VerticleBase {
  private final Journal journal;
  private final EventFeeds feeds;
  private @Nullable AutoCloseable listening;

  public EventVerticle(Journal journal, EventFeeds feeds) {
    this.journal = journal;
    this.feeds = feeds;
  }

  @Override
  public Future<?> start() {
    listening = journal.listen(feeds::happened);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() throws Exception {
    if (listening != null) {
      listening.close();
    }
    feeds.end();
    return Future.succeededFuture();
  }
}
