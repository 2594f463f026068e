package dev.wherry.api.stream;

import dev.wherry.api.http.Exchange;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.verticles.event.Events.Feed;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.function.Function;

/** Events as JSON text frames on a WebSocket, for a browser. */
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
   * @param encode the text of a frame
   */
  public static void serve(Exchange exchange, Feed feed, Function<EngineEvent, String> encode) {
    exchange
        .request()
        .toWebSocket()
        .onSuccess(socket -> join(socket, feed, encode))
        .onFailure(
            failure -> {
              feed.cancel();
              exchange.fail(
                  new EngineException.InvalidParameter(
                      "not a WebSocket request: " + failure.getMessage(), failure));
            });
  }

  private static void join(
      ServerWebSocket socket, Feed feed, Function<EngineEvent, String> encode) {
    socket.closeHandler(closed -> feed.cancel());
    feed.exceptionHandler(failure -> socket.close((short) 1011, failure.getMessage()));
    feed.endHandler(ended -> socket.close());
    feed.handler(
        event -> {
          if (socket.isClosed()) {
            return;
          }
          socket.writeTextMessage(encode.apply(event));
          if (socket.writeQueueFull()) {
            feed.pause();
            socket.drainHandler(drained -> feed.resume());
          }
        });
    feed.resume();
  }
}
