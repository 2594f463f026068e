package dev.wherry.engine.usage;

import dev.wherry.engine.cgroup.CgroupStats;
import java.time.Instant;
import java.util.Map;

/**
 * What a container had used at one moment, and what the host had by then, to compare with.
 *
 * @param cgroupVersion 1 or 2, which decides what {@code group} can tell
 * @param systemCpu nanoseconds that all of the host's processors have passed, idle or not
 * @param onlineCpus how many processors that was
 * @param hostMemory bytes the host has
 * @param networks counters by the interface's name inside the container; empty for a container
 *     without a network of its own
 */
public record UsageSample(
    Instant read,
    int cgroupVersion,
    CgroupStats group,
    long systemCpu,
    int onlineCpus,
    long hostMemory,
    Map<String, InterfaceCounters> networks) {}
