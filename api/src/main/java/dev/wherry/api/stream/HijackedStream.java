package dev.wherry.api.stream;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.StandardHeaders;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.NetSocket;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection taken away from HTTP and joined to a process's standard streams. */
public final class HijackedStream {
  private static final Logger LOG = LoggerFactory.getLogger(HijackedStream.class);

  private HijackedStream() {}

  /**
   * What the client asked for, checked before anything is started.
   *
   * @param detachKeys {@code null} if no keys leave it
   */
  public record Plan(StreamType type, @Nullable DetachKeys detachKeys) {

    /**
     * Plans a stream.
     *
     * @param raw whether the client expects no frames
     * @param tty whether the process has a terminal; only then do detach keys count
     * @param stdin whether the client sends input
     * @param keys the detach keys, empty or {@code null} for the default
     * @throws EngineException.InvalidParameter for unknown detach keys
     */
    public static Plan of(boolean raw, boolean tty, boolean stdin, @Nullable String keys) {
      DetachKeys parsed = DetachKeys.parse(keys);
      return new Plan(StreamType.of(raw), tty && stdin ? parsed : null);
    }
  }

  /**
   * Answers with the stream once the session is live, or with what went wrong.
   *
   * @param session on its way; completes on this exchange's context
   */
  public static void serve(Exchange exchange, Plan plan, Future<StdioSession> session) {
    session
        .onSuccess(
            live -> {
              if (exchange.response().closed()) {
                live.close();
                return;
              }
              take(exchange, head(exchange, plan, ""), live::close)
                  .onSuccess(taken -> join(taken, live, plan));
            })
        .onFailure(exchange::fail);
  }

  /**
   * Hands the connection over and then starts the session, as dockerd does with an exec: docker-py
   * loses output that it reads together with the answer's head. What goes wrong is told in the
   * stream.
   *
   * @param start starts the session, which completes on this exchange's context
   */
  public static void serveStarting(
      Exchange exchange, Plan plan, Supplier<Future<StdioSession>> start) {
    var gone = new AtomicBoolean();
    take(exchange, execHead(exchange, plan), () -> {})
        .onSuccess(
            taken -> {
              taken.socket().closeHandler(closed -> gone.set(true));
              start
                  .get()
                  .onSuccess(
                      live -> {
                        if (gone.get()) {
                          live.close();
                        } else {
                          join(taken, live, plan);
                        }
                      })
                  .onFailure(failure -> tell(taken, plan, failure));
            });
  }

  private static Future<Hijack.Taken> take(Exchange exchange, String head, Runnable undo) {
    return Hijack.take(exchange.request(), head)
        .onFailure(
            failure -> {
              LOG.warn("cannot hand over a connection", failure);
              undo.run();
              exchange.request().connection().close();
            });
  }

  private static void tell(Hijack.Taken taken, Plan plan, Throwable failure) {
    if (!(failure instanceof EngineException)) {
      LOG.warn("a session could not be started", failure);
    }
    Buffer text = Buffer.buffer(failure.getMessage() + "\r\n");
    taken.socket().write(plan.type.encode(new StdioChunk(StdStream.STDOUT, text)));
    taken.socket().end();
  }

  /** As dockerd: an exec's names the engine, and frames to those only who ask for an upgrade. */
  private static String execHead(Exchange exchange, Plan plan) {
    boolean upgrade = exchange.request().headers().contains(HttpHeaders.UPGRADE);
    Plan told = upgrade ? plan : new Plan(StreamType.of(true), plan.detachKeys);
    MultiMap headers = HttpHeaders.headers();
    StandardHeaders.put(headers);
    StringBuilder lines = new StringBuilder();
    headers.remove(HttpHeaders.DATE);
    headers.forEach((name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
    return head(exchange, told, lines.toString());
  }

  private static String head(Exchange exchange, Plan plan, String more) {
    String type = "Content-Type: " + plan.type.contentType(exchange.version()) + "\r\n";
    String protocol = exchange.request().getHeader(HttpHeaders.UPGRADE);
    if (protocol == null) {
      return "HTTP/1.1 200 OK\r\n" + type + more + "\r\n";
    }
    // Named back only if it is the one Docker's clients ask for, never what a client made up.
    String named = protocol.toLowerCase(Locale.ROOT).equals("tcp") ? "tcp" : "raw";
    return "HTTP/1.1 101 UPGRADED\r\n"
        + type
        + "Connection: Upgrade\r\nUpgrade: "
        + named
        + "\r\n"
        + more
        + "\r\n";
  }

  private static void join(Hijack.Taken taken, StdioSession session, Plan plan) {
    NetSocket socket = taken.socket();
    var pump = new StdioPump(socket, socket, session, plan.type, plan.detachKeys);
    socket.closeHandler(closed -> pump.leave());
    socket.handler(
        piece -> {
          if (piece.length() == 0) {
            pump.inputEnded();
          } else {
            pump.input(piece);
          }
        });
    taken.start();
    pump.start();
  }
}
