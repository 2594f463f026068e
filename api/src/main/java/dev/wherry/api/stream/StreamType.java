package dev.wherry.api.stream;

import dev.wherry.api.http.ApiVersion;
import dev.wherry.verticles.stream.StdioChunk;
import io.vertx.core.buffer.Buffer;

/** How output is put on the wire. */
public enum StreamType {
  /** As the process wrote it: a terminal has one stream only. */
  RAW("application/vnd.docker.raw-stream"),
  /** In frames that tell the streams apart. */
  MULTIPLEXED("application/vnd.docker.multiplexed-stream");

  private final String contentType;

  StreamType(String contentType) {
    this.contentType = contentType;
  }

  /** The type for a process with or without a terminal. */
  public static StreamType of(boolean tty) {
    return tty ? RAW : MULTIPLEXED;
  }

  /** The {@code Content-Type}; before 1.42 there was only one. */
  public String contentType(ApiVersion version) {
    return version.atLeast(1, 42) ? contentType : RAW.contentType;
  }

  /** A piece of output as it goes on the wire. */
  public Buffer encode(StdioChunk chunk) {
    return this == RAW ? chunk.data() : StdcopyFrames.frame(chunk);
  }
}
