package dev.wherry.engine.contents;

import java.time.Instant;

/**
 * What is at a path in a container.
 *
 * @param name the path's last component as it was given, {@code /} for the root
 * @param size bytes
 * @param mode {@code st_mode} of stat(2)
 * @param linkTarget for a symbolic link the path in the container it leads to, else empty
 */
public record PathStat(String name, long size, int mode, Instant mtime, String linkTarget) {}
