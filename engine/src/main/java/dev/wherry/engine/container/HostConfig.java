package dev.wherry.engine.container;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.engine.network.PortBinding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The part of a container's configuration that belongs to this host (Docker Engine API, {@code
 * HostConfig}), in the user's own terms and complete: inspect shows it as it was given.
 *
 * @param tmpfs container path to mount options
 * @param containerIdFile where the client wrote the id; kept only to be shown
 * @param shmSize bytes
 * @param consoleSize rows and columns at start, {@code null} if the client gave none
 * @param runtime name of the OCI runtime, empty for the default
 * @param init run an init as process 1; {@code null} for the daemon's default
 * @param emptyMembers names of the lists and maps that the client gave empty and did not leave out,
 *     which inspect tells apart as dockerd does
 */
public record HostConfig(
    List<String> binds,
    List<MountSpec> mounts,
    Map<String, String> tmpfs,
    List<String> volumesFrom,
    String volumeDriver,
    String containerIdFile,
    LogConfig logConfig,
    NetworkOptions network,
    RestartPolicy restartPolicy,
    boolean autoRemove,
    SecurityOptions security,
    NamespaceModes namespaces,
    Resources resources,
    long shmSize,
    Map<String, String> sysctls,
    Map<String, String> storageOpt,
    Map<String, String> annotations,
    String runtime,
    @Nullable Boolean init,
    String isolation,
    @Nullable ConsoleSize consoleSize,
    Set<String> emptyMembers) {

  /** A record of an earlier version knows of no empty members. */
  public HostConfig {
    emptyMembers = requireNonNullElse(emptyMembers, Set.of());
  }

  /** With other limits and another restart policy, which is what an update changes. */
  public HostConfig with(Resources newResources, RestartPolicy newRestartPolicy) {
    return with(network, newRestartPolicy, security, namespaces, newResources);
  }

  /** With what other containers and networks are to it said differently. */
  public HostConfig with(NetworkOptions newNetwork, NamespaceModes newNamespaces) {
    return with(newNetwork, restartPolicy, security, newNamespaces, resources);
  }

  /** With other rights. */
  public HostConfig with(SecurityOptions newSecurity) {
    return with(network, restartPolicy, newSecurity, namespaces, resources);
  }

  private HostConfig with(
      NetworkOptions newNetwork,
      RestartPolicy newRestartPolicy,
      SecurityOptions newSecurity,
      NamespaceModes newNamespaces,
      Resources newResources) {
    return new HostConfig(
        binds,
        mounts,
        tmpfs,
        volumesFrom,
        volumeDriver,
        containerIdFile,
        logConfig,
        newNetwork,
        newRestartPolicy,
        autoRemove,
        newSecurity,
        newNamespaces,
        newResources,
        shmSize,
        sysctls,
        storageOpt,
        annotations,
        runtime,
        init,
        isolation,
        consoleSize,
        emptyMembers);
  }

  /** What was asked of a bind mount beyond its mode. */
  public Optional<MountSpec.BindOptions> bindOptions(MountPoint mount) {
    return mounts.stream()
        .filter(spec -> Path.of(spec.target()).normalize().toString().equals(mount.destination()))
        .flatMap(spec -> Optional.ofNullable(spec.bind()).stream())
        .findFirst();
  }

  /** Which log driver, with its options. */
  public record LogConfig(String type, Map<String, String> config) {}

  /**
   * What the container asks of the network.
   *
   * @param mode {@code default}, {@code bridge}, {@code host}, {@code none}, {@code container:ID}
   *     or a network's name
   * @param portBindings {@code port/proto} to the host addresses it is published on
   * @param extraHosts {@code host:ip}
   * @param links {@code container:alias}, by id once the container is made; see {@link LegacyLink}
   */
  public record NetworkOptions(
      String mode,
      Map<String, List<PortBinding>> portBindings,
      boolean publishAllPorts,
      List<String> dns,
      List<String> dnsOptions,
      List<String> dnsSearch,
      List<String> extraHosts,
      List<String> links) {

    /** With other links. */
    public NetworkOptions withLinks(List<String> newLinks) {
      return with(mode, newLinks);
    }

    /** With another mode and other links. */
    public NetworkOptions with(String newMode, List<String> newLinks) {
      return new NetworkOptions(
          newMode, portBindings, publishAllPorts, dns, dnsOptions, dnsSearch, extraHosts, newLinks);
    }
  }

  /**
   * @param maskedPaths {@code null} for the engine's default list
   * @param readonlyPaths {@code null} for the engine's default list
   */
  public record SecurityOptions(
      boolean privileged,
      boolean readonlyRootfs,
      List<String> capAdd,
      List<String> capDrop,
      List<String> groupAdd,
      List<String> securityOpt,
      @Nullable List<String> maskedPaths,
      @Nullable List<String> readonlyPaths) {

    /** With one more word. */
    public SecurityOptions with(String word) {
      return new SecurityOptions(
          privileged,
          readonlyRootfs,
          capAdd,
          capDrop,
          groupAdd,
          Stream.concat(securityOpt.stream(), Stream.of(word)).toList(),
          maskedPaths,
          readonlyPaths);
    }

    /** What an ordinary container cannot read, as in dockerd. */
    public static final List<String> DEFAULT_MASKED_PATHS =
        List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    /** What an ordinary container cannot write, as in dockerd. */
    public static final List<String> DEFAULT_READONLY_PATHS =
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
  }

  /** Namespace modes, each empty for the engine's default. */
  public record NamespaceModes(
      String ipc, String pid, String uts, String userns, String cgroupns) {}

  /** Terminal size in characters. */
  public record ConsoleSize(int rows, int columns) {}
}
