package dev.wherry.engine.launch;

import java.nio.file.Path;

/**
 * A program that implements the OCI runtime command line (opencontainers/runtime-spec and runc's
 * {@code create}, {@code start}, {@code delete}).
 *
 * @param name what users call it
 */
public record OciRuntime(String name, Path path, Kind kind) {

  /** Implementations whose state on disk is known, which allows short cuts. */
  public enum Kind {
    RUNC,
    CRUN,
    OTHER
  }

  static OciRuntime of(String name, Path path) {
    String program = String.valueOf(path.getFileName());
    return new OciRuntime(
        name,
        path,
        switch (program) {
          case "runc" -> Kind.RUNC;
          case "crun" -> Kind.CRUN;
          default -> Kind.OTHER;
        });
  }
}
