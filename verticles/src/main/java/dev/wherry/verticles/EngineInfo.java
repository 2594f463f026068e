package dev.wherry.verticles;

import dev.wherry.engine.launch.OciRuntime;
import java.nio.file.Path;
import java.util.List;

/**
 * Facts about this engine and host that do not change while the daemon runs, for {@code version}
 * and {@code info}.
 *
 * @param id generated once for a data root
 * @param defaultRuntime name of the OCI runtime used when none is asked for
 * @param cdiDirectories where descriptions of devices are, empty if there are to be none
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
    List<OciRuntime> runtimes,
    List<String> cdiDirectories,
    String runtimeVersion,
    String conmonVersion,
    int cgroupVersion,
    String cgroupDriver,
    List<String> securityOptions,
    List<String> labels,
    List<String> warnings) {}
