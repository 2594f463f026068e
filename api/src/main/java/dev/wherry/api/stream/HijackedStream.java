package dev.wherry.api.stream;

import dev.wherry.api.http.Exchange;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.NetSocket;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection joined to a process's standard streams, both ways, with back pressure in
 * each: a client that does not read stops its session's output, a process that does not read stops
 * the client.
 */
public final class HijackedStream {
  private static final Logger LOG = LoggerFactory.getLogger(HijackedStream.class);

  private final NetSocket socket;
  private final StdioSession session;
  private final StreamType type;
  private final @Nullable DetachKeys detachKeys;
  private boolean over;

  private HijackedStream(
      NetSocket socket, StdioSession session, StreamType type, @Nullable DetachKeys detachKeys) {
    this.socket = socket;
    this.session = session;
    this.type = type;
    this.detachKeys = detachKeys;
  }

  /**
   * What the client asked for, checked before anything is started.
   *
   * @param detachKeys {@code null} if no keys leave it
   * @param tellsFailures whether a process that cannot be executed is told of in the stream
   */
  public record Plan(StreamType type, @Nullable DetachKeys detachKeys, boolean tellsFailures) {

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
      return new Plan(StreamType.of(raw), tty && stdin ? parsed : null, false);
    }

    /** The same for an exec, whose command line prints what the stream tells. */
    public Plan tellingFailures() {
      return new Plan(type, detachKeys, true);
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
              take(exchange, plan, live::close)
                  .onSuccess(
                      taken ->
                          new HijackedStream(taken.socket(), live, plan.type, plan.detachKeys)
                              .join(taken));
            })
        .onFailure(
            failure -> {
              if (plan.tellsFailures && failure instanceof EngineException.InvalidParameter) {
                tell(exchange, plan, failure);
              } else {
                exchange.fail(failure);
              }
            });
  }

  private static Future<Hijack.Taken> take(Exchange exchange, Plan plan, Runnable undo) {
    return Hijack.take(exchange.request(), head(exchange, plan))
        .onFailure(
            failure -> {
              LOG.warn("cannot hand over a connection", failure);
              undo.run();
              exchange.request().connection().close();
            });
  }

  /** As dockerd, which has handed the connection over before it executes anything. */
  private static void tell(Exchange exchange, Plan plan, Throwable failure) {
    Buffer text = Buffer.buffer(failure.getMessage() + "\r\n");
    take(exchange, plan, () -> {})
        .onSuccess(
            taken -> {
              taken.socket().write(plan.type.encode(new StdioChunk(StdStream.STDOUT, text)));
              taken.socket().end();
            });
  }

  private static String head(Exchange exchange, Plan plan) {
    String type = "Content-Type: " + plan.type.contentType(exchange.version()) + "\r\n";
    String protocol = exchange.request().getHeader(HttpHeaders.UPGRADE);
    if (protocol == null) {
      return "HTTP/1.1 200 OK\r\n" + type + "\r\n";
    }
    // Named back only if it is the one Docker's clients ask for, never what a client made up.
    String named = protocol.toLowerCase(Locale.ROOT).equals("tcp") ? "tcp" : "raw";
    return "HTTP/1.1 101 UPGRADED\r\n"
        + type
        + "Connection: Upgrade\r\nUpgrade: "
        + named
        + "\r\n\r\n";
  }

  private void join(Hijack.Taken taken) {
    socket.closeHandler(closed -> leave());
    socket.exceptionHandler(failure -> LOG.debug("stream of a client: {}", failure.getMessage()));
    socket.handler(this::input);
    taken.start();
    session.output().exceptionHandler(this::outputFailed);
    session.output().endHandler(ended -> finish());
    session.output().handler(this::output);
    session.output().resume();
    session.ended().onFailure(this::outputFailed);
  }

  private void output(StdioChunk chunk) {
    socket.write(type.encode(chunk));
    if (socket.writeQueueFull()) {
      session.output().pause();
      socket.drainHandler(drained -> session.output().resume());
    }
  }

  private void outputFailed(Throwable failure) {
    LOG.debug("stream of a process: {}", failure.getMessage());
    finish();
  }

  private void input(Buffer typed) {
    if (typed.length() == 0) {
      inputEnded();
      return;
    }
    if (detachKeys == null) {
      pass(typed);
      return;
    }
    DetachKeys.Typed checked = detachKeys.accept(typed);
    if (checked.passed().length() > 0) {
      pass(checked.passed());
    }
    if (checked.detach()) {
      over = true;
      session.detach();
      socket.close();
    }
  }

  private void pass(Buffer input) {
    session.stdin().write(input);
    if (session.stdin().writeQueueFull()) {
      socket.pause();
      session.stdin().drainHandler(drained -> socket.resume());
    }
  }

  private void inputEnded() {
    if (!over) {
      session.stdin().end();
    }
  }

  /** The process's side is over: what is written goes out before the connection closes. */
  private void finish() {
    if (!over) {
      over = true;
      session.close();
      socket.end();
    }
  }

  /** The client's side is over. */
  private void leave() {
    if (!over) {
      over = true;
      session.close();
    }
  }
}
