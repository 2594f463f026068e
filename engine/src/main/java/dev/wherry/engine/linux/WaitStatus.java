package dev.wherry.engine.linux;

/** How a child ended, waitpid(2). */
public sealed interface WaitStatus {
  /** It called exit(3). */
  record Exited(int code) implements WaitStatus {}

  /** A signal ended it. */
  record Signaled(int signal) implements WaitStatus {}

  /** As a shell tells it: the exit code, or 128 and the signal. */
  default int shellCode() {
    return switch (this) {
      case Exited exited -> exited.code();
      case Signaled signaled -> 128 + signaled.signal();
    };
  }

  /** From the status word that wait4(2) fills in. */
  static WaitStatus of(int status) {
    int signal = status & 0x7F;
    return signal == 0 ? new Exited((status >> 8) & 0xFF) : new Signaled(signal);
  }
}
