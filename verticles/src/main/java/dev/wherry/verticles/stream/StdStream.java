package dev.wherry.verticles.stream;

/** A process's standard streams; the ordinal is the stream byte of Docker's multiplexed frames. */
public enum StdStream {
  STDIN,
  STDOUT,
  STDERR
}
