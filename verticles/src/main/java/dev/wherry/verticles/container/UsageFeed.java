package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.usage.UsageSample;
import dev.wherry.verticles.bus.EngineFailure;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of readings. A client that reads too slowly misses some; each that it gets is
 * compared with the one it got before.
 */
final class UsageFeed extends QueuedFeed<UsageReading>
    implements Containers.UsageStream, UsageWatches.Looker {
  private static final long HIGH_WATER = 2;

  private final QueuedStream<UsageReading> queue;
  private final Consumer<UsageFeed> whenLeft;
  private @Nullable UsageSample before;

  /**
   * @param client the context the stream is read on
   * @param whenLeft told, on any context, when the client has gone
   */
  UsageFeed(ContextInternal client, Consumer<UsageFeed> whenLeft) {
    this.queue = new QueuedStream<>(client, reading -> 1, HIGH_WATER, () -> {});
    this.whenLeft = whenLeft;
  }

  @Override
  public boolean take(Container container, @Nullable UsageSample now) {
    if (!queue.isFull()) {
      queue.offer(new UsageReading(container, now, before));
      before = now;
    }
    return true;
  }

  @Override
  public boolean isBrief() {
    return false;
  }

  @Override
  public void removed(String id) {
    queue.end();
  }

  @Override
  public void failed(Throwable failure) {
    queue.fail(EngineFailure.toEngineException(failure));
  }

  @Override
  public void cancel() {
    queue.cancel();
    whenLeft.accept(this);
  }

  @Override
  protected QueuedStream<UsageReading> queue() {
    return queue;
  }
}
