package dev.wherry.api.http;

import dev.wherry.engine.error.EngineException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Collects a request's body in memory, within a bound. */
final class BodyReader {
  /** Larger than any create request a client makes, small enough to hold many of. */
  private static final int MAX_BYTES = 4 << 20;

  private BodyReader() {}

  /** Whether the request's head announces a body. */
  static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null
        ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        : !length.equals("0");
  }

  /** Reads to the end; what is beyond the bound is read and dropped, and the future fails. */
  static Future<Buffer> read(HttpServerRequest request) {
    if (request.isEnded()) {
      return Future.succeededFuture(Buffer.buffer());
    }
    Promise<Buffer> whole = Promise.promise();
    Buffer collected = Buffer.buffer();
    request.handler(
        piece -> {
          if (collected.length() + piece.length() > MAX_BYTES) {
            whole.tryFail(
                new EngineException.InvalidParameter(
                    "request body is larger than " + MAX_BYTES + " bytes"));
          } else {
            collected.appendBuffer(piece);
          }
        });
    request.endHandler(ended -> whole.tryComplete(collected));
    request.exceptionHandler(whole::tryFail);
    request.resume();
    return whole.future();
  }
}
