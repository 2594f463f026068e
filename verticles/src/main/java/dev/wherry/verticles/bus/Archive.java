package dev.wherry.verticles.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/** An archive being written, paused at first; it fails when it cannot be written to its end. */
public interface Archive extends ReadStream<Buffer> {

  /** The reader has gone. */
  void cancel();
}
