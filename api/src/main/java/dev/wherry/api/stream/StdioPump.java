package dev.wherry.api.stream;

import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's stream joined to a process's standard streams, both ways, with back pressure in each:
 * a client that does not read stops its session's output, a process that does not read stops the
 * client. Lives on the client's event loop.
 */
final class StdioPump {
  private static final Logger LOG = LoggerFactory.getLogger(StdioPump.class);

  private final ReadStream<Buffer> fromClient;
  private final WriteStream<Buffer> toClient;
  private final StdioSession session;
  private final StreamType type;
  private final @Nullable DetachKeys detachKeys;
  private boolean over;

  /**
   * Joins nothing yet.
   *
   * @param detachKeys {@code null} if no keys leave the session
   */
  StdioPump(
      ReadStream<Buffer> fromClient,
      WriteStream<Buffer> toClient,
      StdioSession session,
      StreamType type,
      @Nullable DetachKeys detachKeys) {
    this.fromClient = fromClient;
    this.toClient = toClient;
    this.session = session;
    this.type = type;
    this.detachKeys = detachKeys;
  }

  /** Lets the output flow; the client's side calls the other methods as things happen there. */
  void start() {
    fromClient.exceptionHandler(
        failure -> LOG.debug("stream of a client: {}", failure.getMessage()));
    session.output().exceptionHandler(this::outputFailed);
    session.output().endHandler(ended -> finish());
    session.output().handler(this::output);
    session.output().resume();
    session.ended().onFailure(this::outputFailed);
  }

  private void output(StdioChunk chunk) {
    toClient.write(type.encode(chunk));
    if (toClient.writeQueueFull()) {
      session.output().pause();
      toClient.drainHandler(drained -> session.output().resume());
    }
  }

  private void outputFailed(Throwable failure) {
    LOG.debug("stream of a process: {}", failure.getMessage());
    finish();
  }

  /** The client has sent something. */
  void input(Buffer typed) {
    if (over) {
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
      toClient.end();
    }
  }

  private void pass(Buffer input) {
    session.stdin().write(input);
    if (session.stdin().writeQueueFull()) {
      fromClient.pause();
      session.stdin().drainHandler(drained -> fromClient.resume());
    }
  }

  /** The client will send no more, and goes on reading. */
  void inputEnded() {
    if (!over) {
      session.stdin().end();
    }
  }

  /** The process's side is over: what is written goes out before the connection closes. */
  private void finish() {
    if (!over) {
      over = true;
      session.close();
      toClient.end();
    }
  }

  /** The client's side is over. */
  void leave() {
    if (!over) {
      over = true;
      session.close();
    }
  }
}
