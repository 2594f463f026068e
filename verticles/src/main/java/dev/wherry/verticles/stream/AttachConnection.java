package dev.wherry.verticles.stream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;

/**
 * The daemon's connection to a process's standard streams. All calls are made, and all told, on the
 * context it was connected on.
 */
interface AttachConnection {

  /** Most bytes of input that are taken at a time. */
  int MAX_INPUT = 32768;

  /**
   * Sends input, not empty and at most {@link #MAX_INPUT} bytes; the next may be sent when the
   * future has completed.
   */
  Future<Void> write(Buffer input);

  /** No more input will come. */
  void shutdownInput();

  /** Whether output is taken; while it is not, the process is held up in the end. */
  void setReading(boolean reading);

  /** Nothing is told any more. */
  void close();

  /** What comes from the process. */
  interface Listener {
    void output(StdStream stream, Buffer data);

    /** All output has been told; called once. */
    void ended();
  }

  /** Makes connections. */
  interface Connector {
    /** Connects; output from then on is told to the listener. */
    Future<AttachConnection> connect(ContextInternal context, Path socket, Listener listener);
  }
}
