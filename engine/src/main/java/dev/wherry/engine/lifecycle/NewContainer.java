package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.network.Attachment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A create request in the engine's terms, image defaults not yet merged in: {@code null} leaves a
 * member to the image.
 *
 * @param name empty for a generated one
 * @param hostname empty for the short id
 * @param endpoints networks named in the request's {@code NetworkingConfig}
 * @param platform empty for any
 */
public record NewContainer(
    String name,
    String platform,
    String image,
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
    Set<String> volumes,
    String workingDir,
    @Nullable List<String> entrypoint,
    boolean networkDisabled,
    String macAddress,
    Map<String, String> labels,
    @Nullable String stopSignal,
    @Nullable Integer stopTimeout,
    @Nullable List<String> shell,
    @Nullable List<String> onBuild,
    HostConfig hostConfig,
    Map<String, Attachment.Request> endpoints) {}
