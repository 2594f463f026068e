package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the programs the engine stands on: conmon, an OCI runtime, an init. */
public final class Programs {
  private static final List<String> USUAL =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /** Those that need no libraries of the container first; tini is linked with the C library. */
  private static final List<String> INITS =
      List.of("docker-init", "tini-static", "catatonit", "tini");

  private final List<Path> directories;

  /**
   * @param path the environment's PATH, or {@code null}; the usual directories are searched after
   *     it
   */
  public Programs(@Nullable String path) {
    List<Path> list = new ArrayList<>();
    if (path != null) {
      for (String directory : path.split(":")) {
        if (directory.startsWith("/")) {
          list.add(Path.of(directory));
        }
      }
    }
    USUAL.stream().map(Path::of).filter(p -> !list.contains(p)).forEach(list::add);
    this.directories = List.copyOf(list);
  }

  Optional<Path> find(String name) {
    return directories.stream()
        .map(directory -> directory.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * The supervisor.
   *
   * @throws EngineException.Unavailable naming the package to install
   */
  public Path conmon() {
    return find("conmon")
        .orElseThrow(
            () ->
                new EngineException.Unavailable(
                    "conmon, which supervises containers, was not found: install the package conmon"));
  }

  /** The program that {@code --init} runs as process 1, if the host has one. */
  public Optional<Path> init() {
    return INITS.stream().flatMap(name -> find(name).stream()).findFirst();
  }

  /**
   * All runtimes, and which of them is the default: crun where it works, else runc.
   *
   * @param configured those of the configuration, which come first; a path that is a bare name is
   *     looked for
   * @param wanted the configured default, empty for our choice
   * @param crunWorks whether this host's control groups are laid out as crun can use them
   * @throws EngineException.Unavailable naming the packages to install
   */
  public Runtimes runtimes(List<OciRuntime> configured, String wanted, boolean crunWorks) {
    List<OciRuntime> found = new ArrayList<>();
    configured.forEach(runtime -> found.add(located(runtime)));
    List<String> preferred = crunWorks ? List.of("crun", "runc") : List.of("runc", "crun");
    for (String name : preferred) {
      if (configured.stream().noneMatch(runtime -> runtime.name().equals(name))) {
        find(name).ifPresent(path -> found.add(OciRuntime.of(name, path, List.of())));
      }
    }
    if (found.isEmpty()) {
      throw new EngineException.Unavailable(
          "no OCI runtime was found: install the package runc%s"
              .formatted(crunWorks ? " or crun" : ""));
    }
    if (wanted.isEmpty()) {
      OciRuntime first =
          preferred.stream()
              .flatMap(name -> found.stream().filter(r -> r.name().equals(name)))
              .findFirst()
              .orElse(found.getFirst());
      return new Runtimes(found, first);
    }
    OciRuntime chosen =
        found.stream()
            .filter(runtime -> runtime.name().equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    new EngineException.Unavailable(
                        "the default runtime " + wanted + " is neither configured nor installed"));
    return new Runtimes(found, chosen);
  }

  private OciRuntime located(OciRuntime runtime) {
    if (runtime.path().getNameCount() != 1 || runtime.path().isAbsolute()) {
      return runtime;
    }
    Path path = find(runtime.path().toString()).orElse(runtime.path());
    return OciRuntime.of(runtime.name(), path, runtime.arguments());
  }

  /** The first line that a program says of itself when asked for its version. */
  public static String version(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor();
      return text.lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new EngineException.Unavailable(program + " cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
