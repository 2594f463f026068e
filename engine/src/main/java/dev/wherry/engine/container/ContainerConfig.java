package dev.wherry.engine.container;

import dev.wherry.engine.image.Healthcheck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The portable part of a container's configuration, image defaults already merged in (Docker Engine
 * API, {@code ContainerConfig}). {@code null} and empty are kept apart where the API shows both.
 *
 * @param exposedPorts {@code port/proto}
 * @param image the reference or id as the user gave it
 * @param volumes container paths that get an anonymous volume
 * @param stopTimeout seconds, {@code null} for the engine's default of 10
 */
public record ContainerConfig(
    String hostname,
    String domainname,
    String user,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    Set<String> exposedPorts,
    boolean tty,
    boolean openStdin,
    boolean stdinOnce,
    List<String> env,
    @Nullable List<String> cmd,
    @Nullable Healthcheck healthcheck,
    String image,
    Set<String> volumes,
    String workingDir,
    @Nullable List<String> entrypoint,
    boolean networkDisabled,
    String macAddress,
    @Nullable List<String> onBuild,
    Map<String, String> labels,
    @Nullable String stopSignal,
    @Nullable Integer stopTimeout,
    @Nullable List<String> shell) {}
