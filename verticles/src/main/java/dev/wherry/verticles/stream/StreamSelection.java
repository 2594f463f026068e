package dev.wherry.verticles.stream;

/** Which of a process's streams a client is on. */
public record StreamSelection(boolean stdin, boolean stdout, boolean stderr) {

  boolean wants(StdStream stream) {
    return switch (stream) {
      case STDIN -> stdin;
      case STDOUT -> stdout;
      case STDERR -> stderr;
    };
  }
}
