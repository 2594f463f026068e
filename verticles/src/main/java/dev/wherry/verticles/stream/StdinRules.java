package dev.wherry.verticles.stream;

import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ExecSpec;

/**
 * What becomes of the input that clients send.
 *
 * @param open whether the process has an input at all; without, what is sent is dropped
 * @param closesWithClient whether the end of a client's input is the end of the process's; if not,
 *     it is the end of that client's session, as with dockerd
 */
public record StdinRules(boolean open, boolean closesWithClient) {

  public static StdinRules of(ContainerConfig config) {
    return new StdinRules(config.openStdin(), config.stdinOnce() && !config.tty());
  }

  public static StdinRules of(ExecSpec spec) {
    return new StdinRules(spec.attachStdin(), !spec.tty());
  }
}
