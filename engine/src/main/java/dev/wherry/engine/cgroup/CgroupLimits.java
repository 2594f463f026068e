package dev.wherry.engine.cgroup;

/**
 * Limits to set on a live group. 0 and empty leave what is there.
 *
 * @param memory bytes, negative for none
 * @param memorySwap bytes of memory and swap together, negative for no limit on swap
 * @param memoryReservation bytes, negative for none
 * @param cpuShares relative weight on the scale of version 1, 2 to 262144
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds in each period, negative for no limit
 * @param cpus list of processors, for example {@code 0-2,7}
 * @param memoryNodes list of memory nodes
 * @param pids number of tasks, negative for no limit
 * @param ioWeight relative weight of block IO on the scale of version 1, 10 to 1000
 */
public record CgroupLimits(
    long memory,
    long memorySwap,
    long memoryReservation,
    long cpuShares,
    long cpuPeriod,
    long cpuQuota,
    String cpus,
    String memoryNodes,
    long pids,
    int ioWeight) {}
