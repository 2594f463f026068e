package dev.wherry.api.stream;

import dev.wherry.verticles.stream.StdStream;
import dev.wherry.verticles.stream.StdioChunk;
import io.vertx.core.buffer.Buffer;

/**
 * Docker's multiplexed form of two streams on one connection: 8 bytes of header (stream, three
 * zeros, length in big endian) before each piece (Docker Engine API, ContainerAttach).
 */
final class StdcopyFrames {
  private StdcopyFrames() {}

  static Buffer frame(StdioChunk chunk) {
    int length = chunk.data().length();
    return Buffer.buffer(8 + length)
        .appendInt(number(chunk.stream()) << 24)
        .appendInt(length)
        .appendBuffer(chunk.data());
  }

  private static int number(StdStream stream) {
    return switch (stream) {
      case STDIN -> 0;
      case STDOUT -> 1;
      case STDERR -> 2;
    };
  }
}
