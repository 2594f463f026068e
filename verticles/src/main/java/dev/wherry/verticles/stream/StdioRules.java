package dev.wherry.verticles.stream;

import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ExecSpec;

/**
 * What becomes of the input that clients send, and when their sessions end.
 *
 * @param open whether the process has an input at all; without, what is sent is dropped
 * @param closesWithClient whether the end of a client's input is the end of the process's; if not,
 *     it is the end of that client's session, as with dockerd
 * @param endsWithExit whether sessions last until the exit has been recorded and not just until the
 *     output ends: the client of an exec asks for the exit code as soon as its session is over
 * @param logged whether the output goes to a log too, which must not wait for a client
 */
public record StdioRules(
    boolean open, boolean closesWithClient, boolean endsWithExit, boolean logged) {

  public static StdioRules of(ContainerConfig config) {
    return new StdioRules(config.openStdin(), config.stdinOnce() && !config.tty(), false, true);
  }

  public static StdioRules of(ExecSpec spec) {
    return new StdioRules(spec.attachStdin(), !spec.tty(), true, false);
  }
}
