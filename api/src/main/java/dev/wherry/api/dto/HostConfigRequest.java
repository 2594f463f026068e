package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The host's part of a create request (Docker Engine API, {@code HostConfig}). A member the client
 * left out is {@code null}, {@code false} or 0.
 */
public record HostConfigRequest(
    @Nullable List<String> binds,
    @JsonProperty("ContainerIDFile") @Nullable String containerIdFile,
    @Nullable LogConfigRequest logConfig,
    @Nullable String networkMode,
    @Nullable Map<String, @Nullable List<PortBindingRequest>> portBindings,
    @Nullable RestartPolicyRequest restartPolicy,
    boolean autoRemove,
    @Nullable String volumeDriver,
    @Nullable List<String> volumesFrom,
    @Nullable List<@Nullable Integer> consoleSize,
    @Nullable Map<String, String> annotations,
    @JsonDeserialize(using = WordsReader.class) @Nullable List<String> capAdd,
    @JsonDeserialize(using = WordsReader.class) @Nullable List<String> capDrop,
    @Nullable String cgroupnsMode,
    @Nullable List<String> dns,
    @Nullable List<String> dnsOptions,
    @Nullable List<String> dnsSearch,
    @Nullable List<String> extraHosts,
    @Nullable List<String> groupAdd,
    @Nullable String ipcMode,
    @Nullable String cgroup,
    @Nullable List<String> links,
    int oomScoreAdj,
    @Nullable String pidMode,
    boolean privileged,
    boolean publishAllPorts,
    boolean readonlyRootfs,
    @Nullable List<String> securityOpt,
    @Nullable Map<String, String> storageOpt,
    @Nullable Map<String, String> tmpfs,
    @JsonProperty("UTSMode") @Nullable String utsMode,
    @Nullable String usernsMode,
    long shmSize,
    @Nullable Map<String, String> sysctls,
    @Nullable String runtime,
    @Nullable String isolation,
    long cpuShares,
    long memory,
    long nanoCpus,
    @Nullable String cgroupParent,
    int blkioWeight,
    @Nullable List<WeightDeviceRequest> blkioWeightDevice,
    @Nullable List<ThrottleDeviceRequest> blkioDeviceReadBps,
    @Nullable List<ThrottleDeviceRequest> blkioDeviceWriteBps,
    @JsonProperty("BlkioDeviceReadIOps") @Nullable List<ThrottleDeviceRequest> blkioDeviceReadIops,
    @JsonProperty("BlkioDeviceWriteIOps")
        @Nullable List<ThrottleDeviceRequest> blkioDeviceWriteIops,
    long cpuPeriod,
    long cpuQuota,
    long cpuRealtimePeriod,
    long cpuRealtimeRuntime,
    @Nullable String cpusetCpus,
    @Nullable String cpusetMems,
    @Nullable List<DeviceMappingRequest> devices,
    @Nullable List<String> deviceCgroupRules,
    @Nullable List<DeviceRequest> deviceRequests,
    long kernelMemory,
    @JsonProperty("KernelMemoryTCP") long kernelMemoryTcp,
    long memoryReservation,
    long memorySwap,
    @Nullable Long memorySwappiness,
    @Nullable Boolean oomKillDisable,
    @Nullable Long pidsLimit,
    @Nullable List<UlimitRequest> ulimits,
    long cpuCount,
    long cpuPercent,
    @JsonProperty("IOMaximumIOps") long ioMaximumIops,
    @JsonProperty("IOMaximumBandwidth") long ioMaximumBandwidth,
    @Nullable List<MountRequest> mounts,
    @Nullable List<String> maskedPaths,
    @Nullable List<String> readonlyPaths,
    @Nullable Boolean init) {

  /** Log driver and its options. */
  public record LogConfigRequest(@Nullable String type, @Nullable Map<String, String> config) {}

  /** A host address for a published port. */
  public record PortBindingRequest(@Nullable String hostIp, @Nullable String hostPort) {}

  /** When to start a container again. */
  public record RestartPolicyRequest(@Nullable String name, int maximumRetryCount) {}

  /** Block IO weight of a device. */
  public record WeightDeviceRequest(@Nullable String path, int weight) {}

  /** Block IO rate of a device. */
  public record ThrottleDeviceRequest(@Nullable String path, long rate) {}

  /** A host device to show in the container. */
  public record DeviceMappingRequest(
      @Nullable String pathOnHost,
      @Nullable String pathInContainer,
      @Nullable String cgroupPermissions) {}

  /** Devices that a driver is to choose. */
  public record DeviceRequest(
      @Nullable String driver,
      int count,
      @JsonProperty("DeviceIDs") @Nullable List<String> deviceIds,
      @Nullable List<List<String>> capabilities,
      @Nullable Map<String, String> options) {

    /** What is null in the list is nothing to choose by. */
    public DeviceRequest {
      capabilities =
          capabilities == null ? null : capabilities.stream().filter(Objects::nonNull).toList();
    }
  }

  /** A resource limit; hard and soft may be -1 for none. */
  public record UlimitRequest(@Nullable String name, long soft, long hard) {}
}
