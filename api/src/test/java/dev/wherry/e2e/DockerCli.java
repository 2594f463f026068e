package dev.wherry.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The docker command line, pointed at one daemon. */
final class DockerCli {
  private final String host;
  private final String program;
  private final Path home;

  /**
   * A command line of its own configuration.
   *
   * @param host the daemon, {@code unix:///path}
   */
  DockerCli(String host) {
    this.host = host;
    this.program = program();
    try {
      this.home = Files.createTempDirectory("wherry-e2e-cli");
      home.toFile().deleteOnExit();
      // What a login leaves; deleted before the directory, in the reverse order.
      home.resolve("config.json").toFile().deleteOnExit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end with no input. */
  CliResult run(String... args) {
    try (CliSession session = start(args)) {
      return session.endInput().exit();
    }
  }

  /** Runs a command that must succeed and returns its output. */
  String ok(String... args) {
    CliResult result = run(args);
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "docker " + String.join(" ", args) + ": " + result.exitCode() + ": " + result.stderr());
    }
    return result.text();
  }

  /** Runs a command that must be refused and returns what it says. */
  String refused(String... args) {
    CliResult result = run(args);
    if (result.exitCode() == 0) {
      throw new AssertionError(
          "docker " + String.join(" ", args) + " was not refused: " + result.stdout());
    }
    return result.stderr() + result.stdout();
  }

  /** Feeds a file to a command that must succeed and returns its output. */
  String okWithInput(Path input, String... args) {
    ProcessBuilder builder = builder(List.of(args)).redirectInput(input.toFile());
    try (CliSession session = new CliSession(builder)) {
      return session.exit().text();
    }
  }

  /** Starts a command whose input stays open. */
  CliSession start(String... args) {
    return new CliSession(builder(List.of(args)));
  }

  /**
   * Starts a command on a terminal of its own, 24 rows by 80 columns, whose device is in {@code
   * ttyFile} once it runs.
   */
  CliSession startOnTerminal(Path ttyFile, String... args) {
    return startOnTerminal(ttyFile, 80, args);
  }

  /** The same on a terminal of so many columns. */
  CliSession startOnTerminal(Path ttyFile, int columns, String... args) {
    StringBuilder line =
        new StringBuilder("stty rows 24 cols %d; tty > %s".formatted(columns, quote(ttyFile)));
    line.append("; exec ").append(quote(program));
    for (String arg : args) {
      line.append(' ').append(quote(arg));
    }
    ProcessBuilder builder = new ProcessBuilder("script", "-qefc", line.toString(), "/dev/null");
    environment(builder.environment());
    return new CliSession(builder);
  }

  private static String quote(Object word) {
    return "'" + word.toString().replace("'", "'\\''") + "'";
  }

  private ProcessBuilder builder(List<String> args) {
    List<String> line = new ArrayList<>();
    line.add(program);
    line.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(line);
    environment(builder.environment());
    return builder;
  }

  private void environment(Map<String, String> environment) {
    environment.put("DOCKER_HOST", host);
    environment.put("DOCKER_CONFIG", home.toString());
    environment.put("TERM", "xterm");
    environment.put("SHELL", "/bin/sh");
    // Keeps the CLI's table layout and language the same everywhere.
    environment.put("LC_ALL", "C.UTF-8");
  }

  /** One line: a command, its flags, and what comes after them. */
  static String[] line(List<String> command, List<String> flags, List<String> rest) {
    return Stream.of(command, flags, rest).flatMap(List::stream).toArray(String[]::new);
  }

  /** Removes every container and returns how many there were. */
  int removeAllContainers() {
    String[] ids = ok("ps", "-aq", "--no-trunc").lines().toArray(String[]::new);
    if (ids.length > 0) {
      List<String> line = new ArrayList<>(List.of("rm", "-f", "-v"));
      line.addAll(Arrays.asList(ids));
      ok(line.toArray(String[]::new));
    }
    return ids.length;
  }

  /** Removes every image but {@link TestImages#BUSYBOX}, and what else bears its id. */
  void removeOtherImages() {
    ok("images", "-a", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}")
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith(TestImages.BUSYBOX + ":latest "))
        .map(line -> line.contains("<none>") ? line.split(" ")[1] : line.split(" ")[0])
        .distinct()
        .forEach(image -> run("rmi", "-f", image));
  }

  /** The command line's program. */
  static String program() {
    return Objects.requireNonNullElse(System.getenv("DOCKER_CLI"), "docker");
  }

  /** Skips the test where the command line is older than it has to be for what is asked or said. */
  static void needs(int major) {
    String version = host(program(), "--version").text();
    int own = Integer.parseInt(version.replaceAll("(?s)Docker version (\\d+)\\..*", "$1"));
    assumeTrue(own >= major, () -> "needs a docker command line of version " + major);
  }

  /**
   * This moment as {@code --since} and {@code --until} take it: a whole second holds others'
   * doings.
   */
  static String now() {
    Instant now = Instant.now();
    return now.getEpochSecond() + "." + "%09d".formatted(now.getNano());
  }

  /** Runs a command on the host to its end. */
  static CliResult host(String... line) {
    try (CliSession session = new CliSession(new ProcessBuilder(line))) {
      return session.endInput().exit();
    }
  }
}
