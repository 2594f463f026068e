package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answer of SystemInfo (Docker Engine API), in groups that JSON shows as one object. */
public record SystemInfoView(
    @JsonProperty("ID") String id,
    @JsonUnwrapped Counts counts,
    @JsonUnwrapped Storage storage,
    @JsonUnwrapped Limits limits,
    @JsonUnwrapped Machine machine,
    @JsonUnwrapped Daemon daemon,
    @JsonUnwrapped Registries registries,
    @JsonUnwrapped Running running,
    SwarmView swarm,
    List<String> securityOptions,
    @Nullable List<String> warnings) {

  /** How many there are. */
  public record Counts(
      int containers,
      int containersRunning,
      int containersPaused,
      int containersStopped,
      int images) {}

  /** Where things are kept. */
  public record Storage(
      String driver, List<List<String>> driverStatus, String dockerRootDir, PluginsView plugins) {}

  /** Names of the drivers, by what they are for. */
  public record PluginsView(
      List<String> volume,
      List<String> network,
      @Nullable List<String> authorization,
      List<String> log) {}

  /** Which limits the kernel knows. */
  public record Limits(
      boolean memoryLimit,
      boolean swapLimit,
      boolean cpuCfsPeriod,
      boolean cpuCfsQuota,
      @JsonProperty("CPUShares") boolean cpuShares,
      @JsonProperty("CPUSet") boolean cpuSet,
      boolean pidsLimit,
      @JsonProperty("IPv4Forwarding") boolean ipv4Forwarding,
      boolean oomKillDisable) {}

  /** The host. */
  public record Machine(
      String kernelVersion,
      String operatingSystem,
      @JsonProperty("OSVersion") String osVersion,
      @JsonProperty("OSType") String osType,
      String architecture,
      @JsonProperty("NCPU") int ncpu,
      long memTotal,
      String name) {}

  /** The daemon. */
  public record Daemon(
      boolean debug,
      @JsonProperty("NFd") int nfd,
      @JsonProperty("NGoroutines") int nGoroutines,
      @JsonProperty("NEventsListener") int nEventsListener,
      String systemTime,
      String loggingDriver,
      List<String> labels,
      boolean experimentalBuild,
      String serverVersion,
      boolean liveRestoreEnabled,
      String isolation,
      String httpProxy,
      String httpsProxy,
      String noProxy,
      @Nullable List<String> genericResources) {}

  /** What is known of registries. */
  public record Registries(String indexServerAddress, RegistryConfigView registryConfig) {}

  /** {@code RegistryServiceConfig}. */
  public record RegistryConfigView(
      @JsonProperty("InsecureRegistryCIDRs") List<String> insecureRegistryCidrs,
      Map<String, Object> indexConfigs,
      List<String> mirrors) {}

  /** {@code IndexInfo}. */
  public record IndexView(String name, List<String> mirrors, boolean secure, boolean official) {}

  /** How containers are run. */
  public record Running(
      String cgroupDriver,
      String cgroupVersion,
      Map<String, RuntimeView> runtimes,
      String defaultRuntime,
      @JsonProperty("CDISpecDirs") List<String> cdiSpecDirs,
      String initBinary,
      CommitView containerdCommit,
      CommitView runcCommit,
      CommitView initCommit) {}

  /** An OCI runtime. */
  public record RuntimeView(
      @JsonProperty("path") String path,
      @JsonProperty("runtimeArgs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          List<String> arguments) {}

  /** A version of a helper program. */
  public record CommitView(@JsonProperty("ID") String id) {}

  /** An engine outside a swarm. */
  public record SwarmView(
      @JsonProperty("NodeID") String nodeId,
      String nodeAddr,
      String localNodeState,
      boolean controlAvailable,
      String error,
      @Nullable List<String> remoteManagers) {}
}
