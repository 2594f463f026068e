package dev.wherry.verticles.stream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/**
 * One client's place on the standard streams of a container or exec.
 *
 * <p>Handlers run on the Vert.x context the session was asked for from. {@link #output} starts
 * paused: nothing is lost between the session's making and its handler being set; {@code fetch} and
 * {@code pause} are back pressure, which reaches the process in the end, as with dockerd. Its end
 * handler is called once all output has been delivered and the process has closed its side.
 */
public interface StdioSession {

  ReadStream<StdioChunk> output();

  /**
   * Input for the process; {@code end()} closes its standard input (for a container only when it
   * was made with StdinOnce). Discards what it is given when the session has no input.
   */
  WriteStream<Buffer> stdin();

  /** Leaves because the user typed the detach keys: the process goes on, the event is told. */
  void detach();

  /** Leaves because the client has gone; the process goes on. */
  void close();

  /** Completes when the process's side has ended or the session was left. */
  Future<Void> ended();
}
