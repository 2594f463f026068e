package dev.wherry.engine.container;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a container (Docker Engine API, {@code Resources}). Zero, empty or {@code null} mean
 * "no limit given".
 *
 * @param cpuShares relative weight, default 1024
 * @param memory bytes
 * @param nanoCpus billionths of a CPU
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds
 * @param memoryReservation bytes
 * @param memorySwap bytes of memory and swap together, -1 for unlimited swap
 * @param memorySwappiness 0 to 100, {@code null} for the kernel's
 * @param pidsLimit number of tasks; {@code null}, 0 or -1 for none
 * @param deviceRequests {@code null} for none
 */
public record Resources(
    long cpuShares,
    long memory,
    long nanoCpus,
    String cgroupParent,
    int blkioWeight,
    List<WeightDevice> blkioWeightDevice,
    List<ThrottleDevice> blkioDeviceReadBps,
    List<ThrottleDevice> blkioDeviceWriteBps,
    List<ThrottleDevice> blkioDeviceReadIops,
    List<ThrottleDevice> blkioDeviceWriteIops,
    long cpuPeriod,
    long cpuQuota,
    long cpuRealtimePeriod,
    long cpuRealtimeRuntime,
    String cpusetCpus,
    String cpusetMems,
    List<Device> devices,
    List<String> deviceCgroupRules,
    long memoryReservation,
    long memorySwap,
    @Nullable Long memorySwappiness,
    @Nullable Boolean oomKillDisable,
    int oomScoreAdj,
    @Nullable Long pidsLimit,
    List<Ulimit> ulimits,
    @Nullable List<DeviceRequest> deviceRequests) {

  /** Devices that a driver is to choose; {@code cdi} is the one there is. */
  public record DeviceRequest(
      String driver,
      int count,
      List<String> deviceIds,
      List<List<String>> capabilities,
      @Nullable Map<String, String> options) {}

  /** A host device shown inside the container; permissions are a subset of {@code rwm}. */
  public record Device(String pathOnHost, String pathInContainer, String cgroupPermissions) {}

  /** A resource limit of the container's processes (setrlimit(2)), by its lower-case name. */
  public record Ulimit(String name, long soft, long hard) {}

  /** Block IO weight of one device. */
  public record WeightDevice(String path, int weight) {}

  /** Block IO rate of one device, bytes or operations a second. */
  public record ThrottleDevice(String path, long rate) {}
}
