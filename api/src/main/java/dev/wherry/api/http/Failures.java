package dev.wherry.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what went wrong into an answer; the one place that knows a failure's status. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** Versions below this one got their errors as plain text. */
  private static final ApiVersion FIRST_WITH_JSON_ERRORS = new ApiVersion(1, 24);

  private Failures() {}

  /** The status that says whose fault it was. */
  public static int status(Throwable failure) {
    if (!(failure instanceof EngineException known)) {
      return 500;
    }
    return switch (known) {
      case EngineException.InvalidParameter _ -> 400;
      case EngineException.Unauthorized _ -> 401;
      case EngineException.Forbidden _ -> 403;
      case EngineException.NotFound _ -> 404;
      case EngineException.Conflict _ -> 409;
      case EngineException.NotModified _ -> 304;
      case EngineException.NotImplemented _ -> 501;
      case EngineException.Unavailable _ -> 503;
      case EngineException.Internal _ -> 500;
    };
  }

  /** The text for the client. */
  public static String message(Throwable failure) {
    String text = failure.getMessage();
    return text == null || text.isBlank() ? failure.getClass().getSimpleName() : text;
  }

  /** Logs a failure that is not the client's; those of the client are worth a debug line only. */
  public static void log(Throwable failure, String what) {
    if (failure instanceof EngineException.Internal) {
      LOG.error("{}: {}", what, failure.getMessage());
      LOG.debug("{}", what, failure);
    } else if (failure instanceof EngineException) {
      LOG.debug("{}: {}", what, failure.getMessage());
    } else {
      LOG.error("{}", what, failure);
    }
  }

  /**
   * Answers a request with a failure, if nothing has been sent yet; a started answer can only be
   * cut off.
   */
  public static void answer(HttpServerResponse response, ApiVersion version, Throwable failure) {
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    int status = status(failure);
    StandardHeaders.put(response.headers());
    response.setStatusCode(status);
    if (status == 304) {
      response.end();
    } else if (version.compareTo(FIRST_WITH_JSON_ERRORS) < 0) {
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, StandardHeaders.TEXT)
          .putHeader("X-Content-Type-Options", "nosniff")
          .end(message(failure) + "\n");
    } else {
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, StandardHeaders.JSON)
          .end(Json.line(new ErrorBody(message(failure))));
    }
  }

  /** Docker's form of an error. */
  private record ErrorBody(@JsonProperty("message") String message) {}
}
