package dev.wherry.engine.container;

import org.jspecify.annotations.Nullable;

/**
 * New limits and a new restart policy for a container (Docker Engine API, ContainerUpdate). 0,
 * empty and {@code null} leave what it has; units are those of {@link Resources}.
 *
 * @param pidsLimit 0 or negative for none
 */
public record ContainerUpdate(
    long cpuShares,
    long memory,
    long memorySwap,
    long memoryReservation,
    long nanoCpus,
    long cpuPeriod,
    long cpuQuota,
    String cpusetCpus,
    String cpusetMems,
    int blkioWeight,
    @Nullable Long pidsLimit,
    @Nullable RestartPolicy restartPolicy) {

  /** The configuration with what this names in the place of what was there. */
  public HostConfig appliedTo(HostConfig before) {
    return before.with(
        appliedTo(before.resources()),
        restartPolicy == null ? before.restartPolicy() : restartPolicy);
  }

  private Resources appliedTo(Resources now) {
    return new Resources(
        named(cpuShares, now.cpuShares()),
        named(memory, now.memory()),
        named(nanoCpus, now.nanoCpus()),
        now.cgroupParent(),
        named(blkioWeight, now.blkioWeight()),
        now.blkioWeightDevice(),
        now.blkioDeviceReadBps(),
        now.blkioDeviceWriteBps(),
        now.blkioDeviceReadIops(),
        now.blkioDeviceWriteIops(),
        named(cpuPeriod, now.cpuPeriod()),
        named(cpuQuota, now.cpuQuota()),
        now.cpuRealtimePeriod(),
        now.cpuRealtimeRuntime(),
        named(cpusetCpus, now.cpusetCpus()),
        named(cpusetMems, now.cpusetMems()),
        now.devices(),
        now.deviceCgroupRules(),
        named(memoryReservation, now.memoryReservation()),
        named(memorySwap, now.memorySwap()),
        now.memorySwappiness(),
        now.oomKillDisable(),
        now.oomScoreAdj(),
        pidsLimit(now.pidsLimit()),
        now.ulimits(),
        now.deviceRequests());
  }

  /** As dockerd shows it, a limit that was taken away is a 0. */
  private @Nullable Long pidsLimit(@Nullable Long now) {
    Long limit = pidsLimit;
    return limit == null ? now : Long.valueOf(Math.max(limit, 0));
  }

  private static long named(long value, long now) {
    return value == 0 ? now : value;
  }

  private static int named(int value, int now) {
    return value == 0 ? now : value;
  }

  private static String named(String value, String now) {
    return value.isEmpty() ? now : value;
  }
}
