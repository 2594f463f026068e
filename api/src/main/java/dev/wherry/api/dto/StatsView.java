package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answer of ContainerStats (Docker Engine API, {@code ContainerStatsResponse}): what dockerd leaves
 * out when it is 0 or empty is left out.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record StatsView(
    String read,
    String preread,
    PidsView pidsStats,
    BlkioView blkioStats,
    int numProcs,
    Map<String, Object> storageStats,
    CpuView cpuStats,
    CpuView precpuStats,
    MemoryView memoryStats,
    String name,
    String id,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, InterfaceView> networks) {

  /**
   * {@code pids_stats}.
   *
   * @param limit of 64 bits without a sign: all of them set for none on version 2
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record PidsView(
      long current, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable BigInteger limit) {}

  /** {@code blkio_stats}; a list the kernel has nothing for is {@code null} or empty. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record BlkioView(
      @Nullable List<BlkioEntryView> ioServiceBytesRecursive,
      @Nullable List<BlkioEntryView> ioServicedRecursive,
      @Nullable List<BlkioEntryView> ioQueueRecursive,
      @Nullable List<BlkioEntryView> ioServiceTimeRecursive,
      @Nullable List<BlkioEntryView> ioWaitTimeRecursive,
      @Nullable List<BlkioEntryView> ioMergedRecursive,
      @Nullable List<BlkioEntryView> ioTimeRecursive,
      @Nullable List<BlkioEntryView> sectorsRecursive) {}

  /** What a device did. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record BlkioEntryView(long major, long minor, String op, long value) {}

  /** {@code cpu_stats} and {@code precpu_stats}; times in nanoseconds. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record CpuView(
      CpuUsageView cpuUsage,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) long systemCpuUsage,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int onlineCpus,
      ThrottlingView throttlingData) {}

  /** {@code cpu_usage}. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record CpuUsageView(
      long totalUsage,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Long> percpuUsage,
      long usageInKernelmode,
      long usageInUsermode) {}

  /** {@code throttling_data}. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record ThrottlingView(long periods, long throttledPeriods, long throttledTime) {}

  /** {@code memory_stats}; sizes in bytes. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record MemoryView(
      long usage,
      long maxUsage,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> stats,
      long failcnt,
      long limit) {}

  /** Counters of an interface. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record InterfaceView(
      long rxBytes,
      long rxPackets,
      long rxErrors,
      long rxDropped,
      long txBytes,
      long txPackets,
      long txErrors,
      long txDropped) {}
}
