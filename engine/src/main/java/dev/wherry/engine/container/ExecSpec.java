package dev.wherry.engine.container;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process to run inside a running container.
 *
 * @param user empty for the container's own
 * @param workingDir empty for the container's own
 * @param detachKeys empty for the client's default
 */
public record ExecSpec(
    List<String> cmd,
    List<String> env,
    String user,
    String workingDir,
    boolean privileged,
    boolean tty,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    @Nullable String detachKeys,
    HostConfig.@Nullable ConsoleSize consoleSize) {

  /** The same on a terminal of another size. */
  public ExecSpec withConsoleSize(HostConfig.ConsoleSize size) {
    return new ExecSpec(
        cmd,
        env,
        user,
        workingDir,
        privileged,
        tty,
        attachStdin,
        attachStdout,
        attachStderr,
        detachKeys,
        size);
  }
}
