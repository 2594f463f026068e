package dev.wherry.engine.forward;

import dev.wherry.engine.forward.LogLines.Line;
import java.io.IOException;
import java.util.Optional;

/** Where a container's lines go, and how they are written there. */
interface LogRoute {

  /** What it leads to, for our own log: {@code syslog} or {@code the journal}. */
  String destination();

  /**
   * Connects. Blocks.
   *
   * @throws IOException if there is nobody, in the words that users of dockerd know
   */
  LogConnection connect() throws IOException;

  /** A line as it is sent; empty if it is not. */
  Optional<byte[]> message(Line line);
}
