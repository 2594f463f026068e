package dev.wherry.engine.container;

import org.jspecify.annotations.Nullable;

/**
 * One exec of a container, as inspect shows it; immutable.
 *
 * @param id 64 hexadecimal digits
 * @param exitCode {@code null} until it has ended
 * @param pid 0 until it runs
 */
public record Exec(
    String id,
    String containerId,
    ExecSpec spec,
    boolean running,
    boolean started,
    @Nullable Integer exitCode,
    int pid) {}
