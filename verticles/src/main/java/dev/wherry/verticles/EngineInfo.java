package dev.wherry.verticles;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Facts about this engine and host that do not change while the daemon runs, for {@code version}
 * and {@code info}.
 *
 * @param id generated once for a data root
 * @param defaultRuntime name of the OCI runtime used when none is asked for
 * @param runtimes name to path of the binary
 * @param runtimeVersion first line the default runtime says of itself
 * @param conmonVersion what conmon says of itself
 * @param cgroupVersion 1 or 2
 * @param cgroupDriver {@code cgroupfs}
 * @param securityOptions for example {@code name=seccomp,profile=default}
 */
public record EngineInfo(
    String id,
    Path dataRoot,
    String storageDriver,
    String backingFilesystem,
    String defaultRuntime,
    Map<String, Path> runtimes,
    String runtimeVersion,
    String conmonVersion,
    int cgroupVersion,
    String cgroupDriver,
    List<String> securityOptions,
    List<String> labels,
    List<String> warnings) {}
