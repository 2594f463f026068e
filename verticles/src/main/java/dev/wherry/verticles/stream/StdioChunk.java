package dev.wherry.verticles.stream;

import io.vertx.core.buffer.Buffer;

/** A piece of output; the buffer is shared between listeners and must not be changed. */
public record StdioChunk(StdStream stream, Buffer data) {}
