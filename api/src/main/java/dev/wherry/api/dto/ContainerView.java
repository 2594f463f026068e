package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answer of ContainerInspect (Docker Engine API). Sizes are left out unless asked for. */
public record ContainerView(
    String id,
    String created,
    String path,
    List<String> args,
    StateView state,
    String image,
    String resolvConfPath,
    String hostnamePath,
    String hostsPath,
    String logPath,
    String name,
    int restartCount,
    String driver,
    String platform,
    String mountLabel,
    String processLabel,
    String appArmorProfile,
    @JsonProperty("ExecIDs") @Nullable List<String> execIds,
    HostConfigView hostConfig,
    GraphDriverView graphDriver,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRw,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRootFs,
    List<MountPointView> mounts,
    ConfigView config,
    NetworkSettingsView networkSettings) {

  /** {@code ContainerState}. */
  public record StateView(
      String status,
      boolean running,
      boolean paused,
      boolean restarting,
      @JsonProperty("OOMKilled") boolean oomKilled,
      boolean dead,
      int pid,
      int exitCode,
      String error,
      String startedAt,
      String finishedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HealthView health) {

    /** With what the probes found out. */
    public StateView with(@Nullable HealthView newHealth) {
      return new StateView(
          status,
          running,
          paused,
          restarting,
          oomKilled,
          dead,
          pid,
          exitCode,
          error,
          startedAt,
          finishedAt,
          newHealth);
    }
  }

  /** {@code Health}. */
  public record HealthView(String status, int failingStreak, List<ProbeView> log) {}

  /** {@code HealthcheckResult}. */
  public record ProbeView(String start, String end, int exitCode, String output) {}
}
