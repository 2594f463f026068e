package dev.wherry.verticles.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Commands over the event bus: the asking and the answering end. */
public final class Commands {
  private static final DeliveryOptions OPTIONS = LocalCodec.options();

  private Commands() {}

  /**
   * Asks; the future completes on the caller's context, a failed one with an {@link
   * dev.wherry.engine.error.EngineException}.
   */
  public static <R> Future<R> ask(Vertx vertx, String address, Command<R> command) {
    return vertx
        .eventBus()
        .<R>request(address, command, OPTIONS)
        .transform(
            (Message<R> answer, Throwable failure) ->
                failure == null
                    ? Future.succeededFuture(answer.body())
                    : Future.failedFuture(EngineFailure.toEngineException(failure)));
  }

  /**
   * Answers the commands that arrive at {@code address}, on the calling context.
   *
   * @param type the sealed type of the commands
   * @param answer called on the context for each command, in the order they were sent
   */
  public static <C extends Command<?>> MessageConsumer<C> serve(
      Vertx vertx, String address, Class<C> type, Function<C, ? extends Future<?>> answer) {
    return vertx
        .eventBus()
        .localConsumer(
            address,
            message ->
                attempt(answer, type.cast(message.body()))
                    .onComplete((result, failure) -> reply(message, result, failure)));
  }

  private static void reply(
      Message<?> message, @Nullable Object result, @Nullable Throwable failure) {
    message.reply(failure == null ? result : EngineFailure.of(failure), OPTIONS);
  }

  private static <C> Future<?> attempt(Function<C, ? extends Future<?>> answer, C command) {
    try {
      return answer.apply(command);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
