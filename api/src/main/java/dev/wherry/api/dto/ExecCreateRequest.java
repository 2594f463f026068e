package dev.wherry.api.dto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Body of ContainerExec (Docker Engine API, {@code ExecConfig}). */
public record ExecCreateRequest(
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    @Nullable List<@Nullable Integer> consoleSize,
    @Nullable String detachKeys,
    boolean tty,
    @Nullable List<String> env,
    @Nullable List<String> cmd,
    boolean privileged,
    @Nullable String user,
    @Nullable String workingDir) {}
