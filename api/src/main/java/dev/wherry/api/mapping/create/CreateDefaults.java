package dev.wherry.api.mapping.create;

import java.util.Map;
import java.util.SortedSet;

/**
 * What a container gets when its creator does not say, and what this host has to offer.
 *
 * @param shmSize bytes of {@code /dev/shm}
 * @param logDriver name of the log driver
 * @param logOptions options of that driver
 * @param runtime name of the OCI runtime
 * @param cgroupVersion 1 or 2; version 2 has cgroup namespaces by default
 * @param cpus numbers of the processors that are online
 * @param memoryNodes numbers of the memory nodes that are online
 * @param blockIoWeights whether the kernel shares block devices by weight
 */
public record CreateDefaults(
    long shmSize,
    String logDriver,
    Map<String, String> logOptions,
    String runtime,
    int cgroupVersion,
    SortedSet<Integer> cpus,
    SortedSet<Integer> memoryNodes,
    boolean blockIoWeights) {}
