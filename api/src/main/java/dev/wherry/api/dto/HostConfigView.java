package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code HostConfig} of a container (Docker Engine API), in groups that JSON shows as one object.
 */
public record HostConfigView(
    @JsonUnwrapped Storage storage,
    @JsonUnwrapped Networking networking,
    @JsonUnwrapped Running running,
    @JsonUnwrapped Security security,
    @JsonUnwrapped Processor processor,
    @JsonUnwrapped BlockIo blockIo,
    @JsonUnwrapped Memory memory) {

  /** {@code DeviceRequest}. */
  public record DeviceRequestView(
      String driver,
      int count,
      @JsonProperty("DeviceIDs") @Nullable List<String> deviceIds,
      @Nullable List<List<String>> capabilities,
      @Nullable Map<String, String> options) {}

  /** Files the container sees. */
  public record Storage(
      @Nullable List<String> binds,
      String volumeDriver,
      @Nullable List<String> volumesFrom,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<MountView> mounts,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> tmpfs,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> storageOpt,
      @Nullable List<DeviceView> devices,
      @Nullable List<String> deviceCgroupRules,
      @Nullable List<DeviceRequestView> deviceRequests,
      long shmSize) {}

  /** What it asks of the network. */
  public record Networking(
      String networkMode,
      @Nullable Map<String, @Nullable List<PortBindingView>> portBindings,
      boolean publishAllPorts,
      @Nullable List<String> dns,
      @Nullable List<String> dnsOptions,
      @Nullable List<String> dnsSearch,
      @Nullable List<String> extraHosts,
      @Nullable List<String> links) {}

  /** How it is run. */
  public record Running(
      @JsonProperty("ContainerIDFile") String containerIdFile,
      LogConfigView logConfig,
      RestartPolicyView restartPolicy,
      boolean autoRemove,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> annotations,
      List<Integer> consoleSize,
      String isolation,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String runtime,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean init) {}

  /** What it may do. */
  public record Security(
      @Nullable List<String> capAdd,
      @Nullable List<String> capDrop,
      String cgroup,
      String cgroupnsMode,
      @Nullable List<String> groupAdd,
      String ipcMode,
      String pidMode,
      boolean privileged,
      boolean readonlyRootfs,
      @Nullable List<String> securityOpt,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> sysctls,
      @JsonProperty("UTSMode") String utsMode,
      String usernsMode,
      @Nullable List<String> maskedPaths,
      @Nullable List<String> readonlyPaths) {}

  /** Processor time and tasks. */
  public record Processor(
      String cgroupParent,
      long cpuShares,
      long nanoCpus,
      long cpuPeriod,
      long cpuQuota,
      long cpuRealtimePeriod,
      long cpuRealtimeRuntime,
      String cpusetCpus,
      String cpusetMems,
      long cpuCount,
      long cpuPercent,
      @Nullable Long pidsLimit,
      @Nullable List<UlimitView> ulimits) {}

  /** Block devices. */
  public record BlockIo(
      int blkioWeight,
      @Nullable List<WeightDeviceView> blkioWeightDevice,
      @Nullable List<ThrottleDeviceView> blkioDeviceReadBps,
      @Nullable List<ThrottleDeviceView> blkioDeviceWriteBps,
      @JsonProperty("BlkioDeviceReadIOps") @Nullable List<ThrottleDeviceView> blkioDeviceReadIops,
      @JsonProperty("BlkioDeviceWriteIOps") @Nullable List<ThrottleDeviceView> blkioDeviceWriteIops,
      @JsonProperty("IOMaximumIOps") long ioMaximumIops,
      @JsonProperty("IOMaximumBandwidth") long ioMaximumBandwidth) {}

  /** Memory in bytes. */
  public record Memory(
      long memory,
      long memoryReservation,
      long memorySwap,
      @Nullable Long memorySwappiness,
      @Nullable Boolean oomKillDisable,
      int oomScoreAdj) {}

  /** {@code LogConfig}. */
  public record LogConfigView(String type, Map<String, String> config) {}

  /** {@code RestartPolicy}. */
  public record RestartPolicyView(String name, int maximumRetryCount) {}

  /** {@code PortBinding}. */
  public record PortBindingView(String hostIp, String hostPort) {}

  /** {@code DeviceMapping}. */
  public record DeviceView(String pathOnHost, String pathInContainer, String cgroupPermissions) {}

  /** {@code Ulimit}. */
  public record UlimitView(String name, long hard, long soft) {}

  /** {@code WeightDevice}. */
  public record WeightDeviceView(String path, int weight) {}

  /** {@code ThrottleDevice}. */
  public record ThrottleDeviceView(String path, long rate) {}
}
