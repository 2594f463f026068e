package dev.wherry.engine.launch;

import java.time.Duration;

/**
 * How long is waited for programs that are not ours. Who takes longer hangs: it is killed, and the
 * container it was run for gets an error.
 *
 * @param fork until conmon has left its parent, which takes a millisecond
 * @param create until the runtime has made a container; it waits for the file systems of mounts
 * @param exec until the runtime has made an exec's process
 * @param command until any other command of the runtime has ended
 */
public record Patience(Duration fork, Duration create, Duration exec, Duration command) {
  /** Longer than anything that works takes on a machine that is overloaded. */
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(2),
          Duration.ofMinutes(1));
}
