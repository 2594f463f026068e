package dev.wherry.engine.container;

import java.util.Map;

/**
 * Where a container's own files are on the host, for inspect; an empty string where there is none.
 *
 * @param logPath the log's current file
 * @param graphDriverData the writable layer's directories under dockerd's names: {@code LowerDir},
 *     {@code MergedDir}, {@code UpperDir}, {@code WorkDir}
 */
public record ContainerFiles(
    String resolvConfPath,
    String hostnamePath,
    String hostsPath,
    String logPath,
    Map<String, String> graphDriverData) {}
