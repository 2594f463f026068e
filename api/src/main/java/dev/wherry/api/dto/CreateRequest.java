package dev.wherry.api.dto;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Body of ContainerCreate (Docker Engine API): {@code ContainerConfig} with {@code HostConfig} and
 * {@code NetworkingConfig}. A member the client left out is {@code null}, {@code false} or 0.
 */
public record CreateRequest(
    @Nullable String hostname,
    @Nullable String domainname,
    @Nullable String user,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    @Nullable Map<String, Nothing> exposedPorts,
    boolean tty,
    boolean openStdin,
    boolean stdinOnce,
    @Nullable List<String> env,
    @JsonDeserialize(using = WordsReader.class) @Nullable List<String> cmd,
    @Nullable HealthcheckRequest healthcheck,
    boolean argsEscaped,
    @Nullable String image,
    @Nullable Map<String, Nothing> volumes,
    @Nullable String workingDir,
    @JsonDeserialize(using = WordsReader.class) @Nullable List<String> entrypoint,
    boolean networkDisabled,
    @Nullable String macAddress,
    @Nullable List<String> onBuild,
    @Nullable Map<String, String> labels,
    @Nullable String stopSignal,
    @Nullable Integer stopTimeout,
    @JsonDeserialize(using = WordsReader.class) @Nullable List<String> shell,
    @Nullable HostConfigRequest hostConfig,
    @Nullable NetworkingConfigRequest networkingConfig) {

  /** What a name in a set has for a value, {@code {}}. */
  public record Nothing() {}

  /** Whether it says nothing at all, as the body {@code {}} does. */
  public boolean isEmpty() {
    return equals(
        new CreateRequest(
            null, null, null, false, false, false, null, false, false, false, null, null, null,
            false, null, null, null, null, false, null, null, null, null, null, null, null, null));
  }
}
