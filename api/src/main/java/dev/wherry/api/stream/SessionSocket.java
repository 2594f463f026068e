package dev.wherry.api.stream;

import dev.wherry.api.http.Exchange;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.http.ServerWebSocket;

/**
 * A process's standard streams on a WebSocket, for a browser: output in binary frames as the
 * process wrote it, both streams in one; input in frames of either kind.
 */
public final class SessionSocket {
  private SessionSocket() {}

  /**
   * Accepts the WebSocket once the session is live.
   *
   * @param session on its way; completes on this exchange's context
   */
  public static void serve(
      Exchange exchange, HijackedStream.Plan plan, Future<StdioSession> session) {
    // Held back until then: Vert.x upgrades only a request that has not ended.
    exchange.request().pause();
    exchange.then(
        session,
        live ->
            exchange
                .request()
                .toWebSocket()
                .onSuccess(socket -> join(socket, live, plan))
                .onFailure(
                    failure -> {
                      live.close();
                      exchange.fail(
                          new EngineException.InvalidParameter(
                              "not a WebSocket request: " + failure.getMessage(), failure));
                    }));
  }

  private static void join(ServerWebSocket socket, StdioSession session, HijackedStream.Plan plan) {
    var pump = new StdioPump(socket, socket, session, StreamType.RAW, plan.detachKeys());
    socket.closeHandler(closed -> pump.leave());
    socket.handler(pump::input);
    pump.start();
  }
}
