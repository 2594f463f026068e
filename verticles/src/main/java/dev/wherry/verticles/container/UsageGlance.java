package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.usage.UsageSample;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/** A look at one reading, or at two to compare them. */
final class UsageGlance implements UsageWatches.Looker {
  private final Promise<UsageReading> promise;
  private final boolean compared;
  private @Nullable UsageSample before;

  /**
   * @param compared wait for a second reading, unless the container is not alive
   */
  UsageGlance(Promise<UsageReading> promise, boolean compared) {
    this.promise = promise;
    this.compared = compared;
  }

  Future<UsageReading> result() {
    return promise.future();
  }

  @Override
  public boolean take(Container container, @Nullable UsageSample now) {
    if (compared && before == null && now != null) {
      before = now;
      return true;
    }
    promise.complete(new UsageReading(container, now, before));
    return false;
  }

  @Override
  public boolean isBrief() {
    return true;
  }

  @Override
  public void removed(String id) {
    failed(new EngineException.NotFound("No such container: " + id));
  }

  @Override
  public void failed(Throwable failure) {
    promise.fail(failure);
  }
}
