package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.SpawnSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
  private final Duration patience;

  /**
   * @param runtimeRoot holds a directory of state for each runtime
   * @param patience how long a command may take
   */
  RuntimeCommand(Processes processes, Path runtimeRoot, Duration patience) {
    this.processes = processes;
    this.runtimeRoot = runtimeRoot;
    this.patience = patience;
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
    argv.addAll(runtime.arguments());
    argv.add("--root");
    argv.add(root(runtime).toString());
    argv.addAll(List.of(arguments));
    try (Processes.Pipe pipe = processes.pipe()) {
      SpawnSpec spec =
          SpawnSpec.of(runtime.path(), argv)
              .withEnvironment(ENVIRONMENT)
              .withDescriptors(Map.of(1, pipe.write(), 2, pipe.write()))
              .withNewSession();
      int pid = processes.spawn(spec);
      pipe.write().close();
      String output = read(pipe.read());
      if (output == null) {
        Children.kill(processes, pid);
        throw Children.hangs(runtime.path() + " " + arguments[0], patience);
      }
      return new Result(processes.waitpid(pid).shellCode(), output);
    } catch (LinuxException e) {
      throw new EngineException.Internal(
          "cannot run %s: %s".formatted(runtime.path(), e.getMessage()), e);
    }
  }

  /** All that is written to a pipe, {@code null} if it does not end in time. */
  private @Nullable String read(Fd pipe) {
    long deadline = System.nanoTime() + patience.toNanos();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    byte[] bytes = new byte[8192];
    while (true) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || processes.poll(pipe, Processes.POLLIN, Duration.ofNanos(left)) == 0) {
        return null;
      }
      int read = pipe.read(bytes, 0, bytes.length);
      if (read < 0) {
        return output.toString(StandardCharsets.UTF_8);
      }
      output.write(bytes, 0, read);
    }
  }
}
