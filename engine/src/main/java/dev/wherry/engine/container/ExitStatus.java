package dev.wherry.engine.container;

import java.time.Instant;

/**
 * How a container's first process ended.
 *
 * @param exitCode its exit code, or 128 plus the number of the signal that killed it
 * @param oomKilled whether the kernel killed a process of it for want of memory
 */
public record ExitStatus(int exitCode, boolean oomKilled, Instant finishedAt) {}
