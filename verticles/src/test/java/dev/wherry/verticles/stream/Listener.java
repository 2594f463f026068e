package dev.wherry.verticles.stream;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client's ears: all that a session told it. */
final class Listener {
  final List<StdioChunk> chunks = new CopyOnWriteArrayList<>();
  final List<String> heard = new CopyOnWriteArrayList<>();

  Listener(StdioSession session) {
    session
        .output()
        .handler(
            chunk -> {
              chunks.add(chunk);
              heard.add((chunk.stream() == StdStream.STDERR ? "2:" : "1:") + chunk.data());
            })
        .endHandler(ignored -> heard.add("end"));
  }
}
