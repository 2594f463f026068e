package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program to start.
 *
 * @param program its path; PATH is not searched
 * @param argv its arguments, the first by custom its name
 * @param environment all of its environment: nothing is inherited
 * @param workingDirectory empty for the daemon's own
 * @param descriptors what the child has open, by its number in the child; 0, 1 and 2 are {@code
 *     /dev/null} where not given, and nothing else is inherited. The daemon keeps its own copies.
 * @param newSession whether it leads a session of its own, setsid(2)
 */
public record SpawnSpec(
    Path program,
    List<String> argv,
    Map<String, String> environment,
    Optional<Path> workingDirectory,
    Map<Integer, Fd> descriptors,
    boolean newSession) {
  public SpawnSpec {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    descriptors = Map.copyOf(descriptors);
  }

  /** A program in the daemon's directory, with no input, output or environment. */
  public static SpawnSpec of(Path program, List<String> argv) {
    return new SpawnSpec(program, argv, Map.of(), Optional.empty(), Map.of(), false);
  }

  /** The same with this environment. */
  public SpawnSpec withEnvironment(Map<String, String> value) {
    return new SpawnSpec(program, argv, value, workingDirectory, descriptors, newSession);
  }

  /** The same in this directory. */
  public SpawnSpec withWorkingDirectory(Path value) {
    return new SpawnSpec(program, argv, environment, Optional.of(value), descriptors, newSession);
  }

  /** The same with these descriptors. */
  public SpawnSpec withDescriptors(Map<Integer, Fd> value) {
    return new SpawnSpec(program, argv, environment, workingDirectory, value, newSession);
  }

  /** The same, leading a session of its own. */
  public SpawnSpec withNewSession() {
    return new SpawnSpec(program, argv, environment, workingDirectory, descriptors, true);
  }
}
