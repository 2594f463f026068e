package dev.wherry.engine.launch;

import java.nio.file.Path;
import java.util.Optional;

/** The way to the standard streams of a process that is being started. */
public sealed interface ProcessStreams {

  /**
   * Those of a process with a conmon.
   *
   * @param attach conmon's attach socket (AF_UNIX, SOCK_SEQPACKET)
   * @param control conmon's control fifo
   */
  record Conmon(Path attach, Path control) implements ProcessStreams {}

  /**
   * Pipes of the process's own. Its output waits for being read, so it must be read to its end.
   *
   * @param stdin empty if it has no input
   */
  record Pipes(Optional<ProcessPipe> stdin, ProcessPipe stdout, ProcessPipe stderr)
      implements ProcessStreams {}

  /** None: no input, and the output is dropped. */
  record None() implements ProcessStreams {}
}
