package dev.wherry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An engine under measurement, reached through the docker CLI and through its socket. */
final class Engine implements AutoCloseable {

  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String label;
  private final Path socket;
  private final @Nullable String command;
  private final Path log;
  private @Nullable Process process;

  Engine(String label, Path socket, @Nullable String command, Path work) {
    this.label = label;
    this.socket = socket;
    this.command = command;
    this.log = work.resolve(label + ".log");
  }

  Path socket() {
    return socket;
  }

  boolean isRestartable() {
    return command != null;
  }

  void startUnlessRunning() throws Exception {
    if (!answers()) {
      start();
    }
  }

  /** Starts it and returns the seconds until its first ping. */
  double start() throws Exception {
    if (command == null) {
      throw new IOException("nothing answers on " + socket);
    }
    long begin = System.nanoTime();
    process =
        new ProcessBuilder("sh", "-c", "exec " + command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() - begin > START_LIMIT_NANOS) {
        throw new IOException(label + " did not start: " + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Ends a daemon that {@link #start} started, and waits for it. */
  void stop() throws Exception {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      process = null;
    }
  }

  private boolean answers() {
    try (HttpConnection connection = new HttpConnection(socket)) {
      return connection.get("/_ping") == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  String describe() throws Exception {
    return docker("version", "--format", "{{.Server.Version}} API {{.Server.APIVersion}}").strip()
        + ", "
        + docker("info", "--format", "{{.Driver}}, cgroup v{{.CgroupVersion}}, {{.DefaultRuntime}}")
            .strip();
  }

  /** Runs the docker CLI; its output, or an exception with what it said. */
  String docker(String... args) throws Exception {
    Process cli = cli(args).redirectErrorStream(true).start();
    cli.getOutputStream().close();
    String output = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = cli.waitFor();
    if (code != 0) {
      throw new IOException(label + ": docker " + String.join(" ", args) + ": " + output);
    }
    return output;
  }

  /** Seconds one run of the docker CLI takes, its output read and thrown away. */
  double time(String... args) throws Exception {
    long begin = System.nanoTime();
    docker(args);
    return (System.nanoTime() - begin) / 1e9;
  }

  ProcessBuilder cli(String... args) {
    List<String> line = new ArrayList<>(List.of("docker"));
    line.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("DOCKER_HOST", "unix://" + socket);
    return builder;
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroy();
      process.onExit().join();
    }
  }
}
