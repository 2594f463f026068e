package dev.wherry.verticles.dns;

import dev.wherry.engine.names.Upstream;
import io.vertx.core.Future;

/** Asks one server one thing. All on one event loop. */
interface Transport {

  /**
   * Asks.
   *
   * @param query a whole message; its id may be changed
   * @return the message that answers it, with the query's id; fails if none comes in time
   */
  Future<byte[]> ask(Upstream server, byte[] query, long timeoutMillis);

  /** Closes what is open; what was asked fails. */
  void close();
}
