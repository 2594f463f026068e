package dev.wherry.engine.launch;

import java.nio.file.Path;
import java.util.List;

/**
 * A program that implements the OCI runtime command line (opencontainers/runtime-spec and runc's
 * {@code create}, {@code start}, {@code delete}).
 *
 * @param name what users call it
 * @param arguments that it is always given, before all others
 */
public record OciRuntime(String name, Path path, Kind kind, List<String> arguments) {

  /** Implementations whose state on disk is known, which allows short cuts. */
  public enum Kind {
    RUNC,
    CRUN,
    OTHER
  }

  /** One that the administrator has named. */
  public static OciRuntime of(String name, Path path, List<String> arguments) {
    String program = String.valueOf(path.getFileName());
    return new OciRuntime(
        name,
        path,
        switch (program) {
          case "runc" -> Kind.RUNC;
          case "crun" -> Kind.CRUN;
          default -> Kind.OTHER;
        },
        List.copyOf(arguments));
  }
}
