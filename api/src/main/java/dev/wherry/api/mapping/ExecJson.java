package dev.wherry.api.mapping;

import dev.wherry.api.dto.ExecCreateRequest;
import dev.wherry.api.dto.ExecView;
import dev.wherry.api.dto.ExecView.ProcessView;
import dev.wherry.api.stream.DetachKeys;
import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
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
        DetachKeys.bytes(spec.detachKeys()),
        exec.pid());
  }

  /** What ContainerExec asks for; the command has been checked to be there. */
  public static ExecSpec spec(ExecCreateRequest request) {
    checkKeys(request.detachKeys());
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

  /** dockerd looks at them here already, in other words and with another status than at attach. */
  private static void checkKeys(@Nullable String keys) {
    try {
      DetachKeys.bytes(keys);
    } catch (EngineException.InvalidParameter e) {
      throw new EngineException.Internal("Invalid escape keys (" + keys + ") provided", e);
    }
  }

  /** A terminal's size given as rows and columns; 0 by 0 is none. */
  public static HostConfig.@Nullable ConsoleSize consoleSize(
      @Nullable List<@Nullable Integer> size) {
    int rows = side(size, 0);
    int columns = side(size, 1);
    return rows == 0 && columns == 0 ? null : new HostConfig.ConsoleSize(rows, columns);
  }

  /** What is missing is 0 and what is more is nothing, as in Go's arrays. */
  private static int side(@Nullable List<@Nullable Integer> size, int index) {
    Integer side = size == null || size.size() <= index ? null : size.get(index);
    if (side != null && side < 0) {
      throw new EngineException.InvalidParameter(
          "invalid JSON: json: cannot unmarshal number %d into Go struct field ConsoleSize of type uint"
              .formatted(side));
    }
    return side == null ? 0 : side;
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
