package dev.wherry.verticles.bus;

import dev.wherry.engine.error.EngineException;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An {@link EngineException} on its way over the event bus, carried by reference. */
public final class EngineFailure extends ReplyException {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(EngineFailure.class);

  private final EngineException exception;

  private EngineFailure(EngineException exception) {
    super(ReplyFailure.RECIPIENT_FAILURE, exception.getMessage());
    this.exception = exception;
  }

  /** For an answer: the engine's own exceptions as they are, anything else as our own fault. */
  static EngineFailure of(Throwable failure) {
    return new EngineFailure(toEngineException(failure));
  }

  /**
   * The failure in the engine's vocabulary. What is not in it already is a fault of ours, logged
   * here, once, with its trace.
   */
  public static EngineException toEngineException(Throwable failure) {
    return switch (failure) {
      case EngineException known -> known;
      case EngineFailure carrier -> carrier.exception;
      case ReplyException reply when reply.failureType() == ReplyFailure.NO_HANDLERS ->
          new EngineException.Unavailable("the engine is shutting down");
      default -> {
        LOG.error("unexpected failure", failure);
        String text = failure.getMessage();
        yield new EngineException.Internal(text == null ? failure.toString() : text, failure);
      }
    };
  }
}
