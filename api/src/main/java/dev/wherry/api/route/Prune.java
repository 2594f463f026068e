package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.verticles.event.Events;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Removing many things of which some may have come into use meanwhile. */
final class Prune {
  private Prune() {}

  /**
   * Removes one thing and notes its name; one that is in use or gone is passed over.
   *
   * @param removed the names so far
   */
  static Future<List<String>> step(
      List<String> removed, String name, Function<String, Future<Void>> remove) {
    return remove
        .apply(name)
        .map(true)
        .recover(
            failure ->
                isPassedOver(failure)
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(failure))
        .map(
            done -> {
              if (done) {
                removed.add(name);
              }
              return removed;
            });
  }

  /** Tells what was removed, to the listeners of events and then to the client. */
  static void tell(
      Exchange exchange, Events events, EngineEvent.Type type, long freed, Object answer) {
    exchange.then(
        events.tell(type, "prune", "", Map.of("reclaimed", Long.toString(freed))),
        told -> exchange.reply(200, answer));
  }

  private static boolean isPassedOver(Throwable failure) {
    return failure instanceof EngineException.Conflict
        || failure instanceof EngineException.Forbidden
        || failure instanceof EngineException.NotFound;
  }
}
