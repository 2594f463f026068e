package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.SpawnSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a runtime's command to its end. */
final class RuntimeCommand {
  /** All that conmon and the runtimes need of an environment. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PATH",
          "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "TZ",
          "UTC",
          "HOME",
          "/");

  private final Processes processes;
  private final Path runtimeRoot;

  /**
   * @param runtimeRoot holds a directory of state for each runtime
   */
  RuntimeCommand(Processes processes, Path runtimeRoot) {
    this.processes = processes;
    this.runtimeRoot = runtimeRoot;
  }

  /** What it wrote, and how it ended. */
  record Result(int code, String output) {}

  /** Where a runtime keeps its state; for {@code --root}. */
  Path root(OciRuntime runtime) {
    return runtimeRoot.resolve(runtime.name());
  }

  /** A runtime's state of one container. */
  Path state(OciRuntime runtime, String id) {
    return root(runtime).resolve(id);
  }

  Result run(OciRuntime runtime, String... arguments) {
    List<String> argv = new ArrayList<>();
    argv.add(runtime.path().toString());
    argv.add("--root");
    argv.add(root(runtime).toString());
    argv.addAll(List.of(arguments));
    try (Processes.Pipe pipe = processes.pipe()) {
      SpawnSpec spec =
          SpawnSpec.of(runtime.path(), argv)
              .withEnvironment(ENVIRONMENT)
              .withDescriptors(Map.of(1, pipe.write(), 2, pipe.write()));
      int pid = processes.spawn(spec);
      pipe.write().close();
      String output;
      try (InputStream in = pipe.read().inputStream()) {
        output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      return new Result(processes.waitpid(pid).shellCode(), output);
    } catch (LinuxException | IOException e) {
      throw new EngineException.Internal(
          "cannot run %s: %s".formatted(runtime.path(), e.getMessage()), e);
    }
  }
}
