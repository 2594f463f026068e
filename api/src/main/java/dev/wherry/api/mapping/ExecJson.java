package dev.wherry.api.mapping;

import dev.wherry.api.dto.ExecCreateRequest;
import dev.wherry.api.dto.ExecView;
import dev.wherry.api.dto.ExecView.ProcessView;
import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Execs in both directions. */
public final class ExecJson {
  private ExecJson() {}

  /** What ExecInspect shows. */
  public static ExecView view(Exec exec) {
    ExecSpec spec = exec.spec();
    return new ExecView(
        exec.id(),
        exec.running(),
        exec.exitCode(),
        new ProcessView(
            spec.tty(),
            spec.cmd().getFirst(),
            spec.cmd().subList(1, spec.cmd().size()),
            spec.privileged(),
            spec.user()),
        spec.attachStdin(),
        spec.attachStderr(),
        spec.attachStdout(),
        false,
        exec.containerId(),
        spec.detachKeys() == null ? "" : spec.detachKeys(),
        exec.pid());
  }

  /** What ContainerExec asks for; the command has been checked to be there. */
  public static ExecSpec spec(ExecCreateRequest request) {
    return new ExecSpec(
        orEmpty(request.cmd()),
        orEmpty(request.env()),
        orEmpty(request.user()),
        orEmpty(request.workingDir()),
        request.privileged(),
        request.tty(),
        request.attachStdin(),
        request.attachStdout(),
        request.attachStderr(),
        request.detachKeys(),
        consoleSize(request.consoleSize()));
  }

  /** A terminal's size given as rows and columns; 0 by 0 is none. */
  public static HostConfig.@Nullable ConsoleSize consoleSize(@Nullable List<Integer> size) {
    if (size == null || size.size() != 2 || (size.get(0) == 0 && size.get(1) == 0)) {
      return null;
    }
    return new HostConfig.ConsoleSize(size.get(0), size.get(1));
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
