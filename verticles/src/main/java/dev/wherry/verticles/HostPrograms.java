package dev.wherry.verticles;

import dev.wherry.config.DaemonConfig;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.launch.HostFacts;
import dev.wherry.engine.launch.OciRuntime;
import dev.wherry.engine.launch.Programs;
import dev.wherry.engine.launch.Runtimes;
import dev.wherry.engine.linux.Processes;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the host has that the engine stands on, looked for once at start.
 *
 * @param init the program that {@code --init} runs, if there is one
 */
record HostPrograms(
    HostFacts facts,
    Path conmon,
    String conmonVersion,
    Runtimes runtimes,
    String runtimeVersion,
    Optional<Path> init) {

  private static OciRuntime configured(Map.Entry<String, DaemonConfig.OciProgram> entry) {
    return OciRuntime.of(entry.getKey(), entry.getValue().path(), entry.getValue().arguments());
  }

  /**
   * Looks for them.
   *
   * @param cgroups the host's
   * @throws dev.wherry.engine.error.EngineException.Unavailable naming the package that is missing
   */
  static HostPrograms detect(DaemonConfig.Containers config, Processes processes, Cgroups cgroups) {
    Programs programs = new Programs(System.getenv("PATH"));
    HostFacts facts = HostFacts.detect(processes);
    Path conmon = programs.conmon();
    Runtimes runtimes =
        programs.runtimes(
            config.runtimes().entrySet().stream().map(HostPrograms::configured).toList(),
            config.defaultRuntime().orElse(""),
            !cgroups.isSplit());
    return new HostPrograms(
        facts,
        conmon,
        Programs.version(conmon),
        runtimes,
        Programs.version(runtimes.byDefault().path()),
        programs.init());
  }
}
