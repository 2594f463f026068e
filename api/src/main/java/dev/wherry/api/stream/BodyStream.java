package dev.wherry.api.stream;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Failures;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;
import java.util.function.Function;

/** An answer whose body is a stream, with its head sent at once and back pressure to its source. */
public final class BodyStream {
  private BodyStream() {}

  /**
   * Answers 200 with a stream.
   *
   * @param source paused so far
   * @param encode makes a piece of the body of an item
   * @param cancel run when the client has gone before the source ended
   */
  public static <T> void serve(
      Exchange exchange,
      CharSequence contentType,
      ReadStream<T> source,
      Function<T, Buffer> encode,
      Runnable cancel) {
    if (exchange.response().closed()) {
      cancel.run();
      return;
    }
    HttpServerResponse response =
        exchange.begin(200).setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    response.writeHead();
    response.closeHandler(
        closed -> {
          if (!response.ended()) {
            cancel.run();
          }
        });
    source.exceptionHandler(
        failure -> {
          // The head has been sent: all that can be done is not to end the body properly.
          Failures.log(failure, "body of " + exchange.request().path());
          cancel.run();
          exchange.request().connection().close();
        });
    source.endHandler(
        ended -> {
          if (!response.closed()) {
            response.end();
          }
        });
    source.handler(
        item -> {
          if (response.closed()) {
            return;
          }
          response.write(encode.apply(item));
          if (response.writeQueueFull()) {
            source.pause();
            response.drainHandler(drained -> source.resume());
          }
        });
    source.resume();
  }
}
