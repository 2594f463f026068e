package dev.wherry.api.stream;

import dev.wherry.api.http.Exchange;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.streams.ReadStream;
import java.util.function.Function;

/** What happens, item by item, as text frames on a WebSocket, for a browser. */
public final class EventSocket {
  private EventSocket() {}

  /** Whether the client asks for a WebSocket. */
  public static boolean isWanted(HttpServerRequest request) {
    String upgrade = request.getHeader(HttpHeaders.UPGRADE);
    return upgrade != null && upgrade.equalsIgnoreCase("websocket");
  }

  /**
   * Accepts the WebSocket and sends the feed.
   *
   * @param feed paused so far
   * @param cancel run when the client has gone
   * @param encode the text of a frame
   */
  public static <T> void serve(
      Exchange exchange, ReadStream<T> feed, Runnable cancel, Function<T, String> encode) {
    exchange
        .request()
        .toWebSocket()
        .onSuccess(socket -> join(socket, feed, cancel, encode))
        .onFailure(
            failure -> {
              cancel.run();
              exchange.fail(
                  new EngineException.InvalidParameter(
                      "not a WebSocket request: " + failure.getMessage(), failure));
            });
  }

  private static <T> void join(
      ServerWebSocket socket, ReadStream<T> feed, Runnable cancel, Function<T, String> encode) {
    socket.closeHandler(closed -> cancel.run());
    feed.exceptionHandler(failure -> socket.close((short) 1011, failure.getMessage()));
    feed.endHandler(ended -> socket.close());
    feed.handler(
        item -> {
          if (socket.isClosed()) {
            return;
          }
          socket.writeTextMessage(encode.apply(item));
          if (socket.writeQueueFull()) {
            feed.pause();
            socket.drainHandler(drained -> feed.resume());
          }
        });
    feed.resume();
  }
}
