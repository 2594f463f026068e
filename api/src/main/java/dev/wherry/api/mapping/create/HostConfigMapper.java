package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.NewContainerMapper.list;
import static dev.wherry.api.mapping.create.NewContainerMapper.text;

import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.HostConfigRequest.LogConfigRequest;
import dev.wherry.api.dto.HostConfigRequest.PortBindingRequest;
import dev.wherry.api.dto.HostConfigRequest.RestartPolicyRequest;
import dev.wherry.api.dto.HostConfigRequest.ThrottleDeviceRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.mapping.ExecJson;
import dev.wherry.api.mapping.Port;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.network.PortBinding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Turns the host's part of a request into the engine's {@link HostConfig}, defaults filled in. */
final class HostConfigMapper {
  private final HostConfigRequest host;
  private final CreateDefaults defaults;
  private final ApiVersion version;

  HostConfigMapper(HostConfigRequest host, CreateDefaults defaults, ApiVersion version) {
    this.host = host;
    this.defaults = defaults;
    this.version = version;
  }

  HostConfig map() {
    return new HostConfig(
        list(host.binds()),
        list(host.mounts()).stream().map(mount -> MountMapper.map(mount, version)).toList(),
        NewContainerMapper.map(host.tmpfs()),
        list(host.volumesFrom()),
        text(host.volumeDriver()),
        text(host.containerIdFile()),
        logConfig(host.logConfig()),
        network(),
        restartPolicy(host.restartPolicy()),
        host.autoRemove(),
        security(),
        namespaces(),
        resources(),
        host.shmSize() == 0 ? defaults.shmSize() : host.shmSize(),
        NewContainerMapper.map(host.sysctls()),
        NewContainerMapper.map(host.storageOpt()),
        version.atLeast(1, 43) ? NewContainerMapper.map(host.annotations()) : Map.of(),
        text(host.runtime()).isEmpty() ? defaults.runtime() : text(host.runtime()),
        host.init(),
        text(host.isolation()),
        ExecJson.consoleSize(host.consoleSize()),
        emptyMembers());
  }

  /** Of those that inspect shows either as empty or as {@code null}. */
  private Set<String> emptyMembers() {
    var empty = new TreeSet<String>();
    BiConsumer<String, @Nullable Collection<?>> given =
        (member, values) -> {
          if (values != null && values.isEmpty()) {
            empty.add(member);
          }
        };
    given.accept("Binds", host.binds());
    given.accept("VolumesFrom", host.volumesFrom());
    given.accept("Devices", host.devices());
    given.accept("DeviceCgroupRules", host.deviceCgroupRules());
    given.accept("DeviceRequests", host.deviceRequests());
    given.accept("PortBindings", host.portBindings() == null ? null : host.portBindings().keySet());
    given.accept("Dns", host.dns());
    given.accept("DnsOptions", host.dnsOptions());
    given.accept("DnsSearch", host.dnsSearch());
    given.accept("ExtraHosts", host.extraHosts());
    given.accept("CapAdd", host.capAdd());
    given.accept("CapDrop", host.capDrop());
    given.accept("GroupAdd", host.groupAdd());
    given.accept("SecurityOpt", host.securityOpt());
    given.accept("Ulimits", host.ulimits());
    given.accept("BlkioWeightDevice", host.blkioWeightDevice());
    given.accept("BlkioDeviceReadBps", host.blkioDeviceReadBps());
    given.accept("BlkioDeviceWriteBps", host.blkioDeviceWriteBps());
    given.accept("BlkioDeviceReadIOps", host.blkioDeviceReadIops());
    given.accept("BlkioDeviceWriteIOps", host.blkioDeviceWriteIops());
    if (!defaults.blockIoWeights() && host.blkioWeightDevice() != null) {
      empty.add("BlkioWeightDevice"); // those given are discarded
    }
    return empty;
  }

  private HostConfig.LogConfig logConfig(@Nullable LogConfigRequest log) {
    String type = log == null ? "" : text(log.type());
    Map<String, String> options = log == null ? Map.of() : NewContainerMapper.map(log.config());
    if (!type.isEmpty() && !type.equals(defaults.logDriver())) {
      return new HostConfig.LogConfig(type, options);
    }
    var all = new LinkedHashMap<>(defaults.logOptions());
    all.putAll(options);
    return new HostConfig.LogConfig(defaults.logDriver(), all);
  }

  private HostConfig.NetworkOptions network() {
    return new HostConfig.NetworkOptions(
        text(host.networkMode()).isEmpty() ? "default" : text(host.networkMode()),
        ports(host.portBindings()),
        host.publishAllPorts(),
        list(host.dns()),
        list(host.dnsOptions()),
        list(host.dnsSearch()),
        list(host.extraHosts()),
        list(host.links()));
  }

  private static Map<String, List<PortBinding>> ports(
      @Nullable Map<String, @Nullable List<PortBindingRequest>> requested) {
    var ports = new LinkedHashMap<String, List<PortBinding>>();
    if (requested != null) {
      requested.forEach(
          (port, bindings) -> {
            for (String single : Port.expand(port)) {
              ports
                  .computeIfAbsent(single, none -> new ArrayList<>())
                  .addAll(
                      list(bindings).stream()
                          .map(b -> new PortBinding(text(b.hostIp()), text(b.hostPort())))
                          .toList());
            }
          });
    }
    return ports;
  }

  static RestartPolicy restartPolicy(@Nullable RestartPolicyRequest policy) {
    String name = policy == null ? "" : text(policy.name());
    int count = policy == null ? 0 : policy.maximumRetryCount();
    return switch (name) {
      case "always" -> new RestartPolicy(RestartPolicy.Mode.ALWAYS, 0);
      case "unless-stopped" -> new RestartPolicy(RestartPolicy.Mode.UNLESS_STOPPED, 0);
      case "on-failure" -> new RestartPolicy(RestartPolicy.Mode.ON_FAILURE, count);
      default -> RestartPolicy.NO;
    };
  }

  private HostConfig.SecurityOptions security() {
    return new HostConfig.SecurityOptions(
        host.privileged(),
        host.readonlyRootfs(),
        list(host.capAdd()),
        list(host.capDrop()),
        list(host.groupAdd()),
        list(host.securityOpt()),
        host.maskedPaths(),
        host.readonlyPaths());
  }

  /** Before 1.40 a container's IPC namespace could be joined by others unless told otherwise. */
  private HostConfig.NamespaceModes namespaces() {
    String ipc = text(host.ipcMode());
    String cgroupns = text(host.cgroupnsMode());
    if (ipc.isEmpty()) {
      ipc = version.atLeast(1, 40) ? "private" : "shareable";
    }
    if (cgroupns.isEmpty()) {
      cgroupns = defaults.cgroupVersion() == 2 ? "private" : "host";
    }
    return new HostConfig.NamespaceModes(
        ipc, text(host.pidMode()), text(host.utsMode()), text(host.usernsMode()), cgroupns);
  }

  private Resources resources() {
    Long swappiness = host.memorySwappiness();
    Long pids = host.pidsLimit();
    return new Resources(
        host.cpuShares(),
        host.memory(),
        host.nanoCpus(),
        text(host.cgroupParent()),
        defaults.blockIoWeights() ? host.blkioWeight() : 0,
        list(defaults.blockIoWeights() ? host.blkioWeightDevice() : null).stream()
            .map(d -> new Resources.WeightDevice(text(d.path()), d.weight()))
            .toList(),
        rates(host.blkioDeviceReadBps()),
        rates(host.blkioDeviceWriteBps()),
        rates(host.blkioDeviceReadIops()),
        rates(host.blkioDeviceWriteIops()),
        host.cpuPeriod(),
        host.cpuQuota(),
        host.cpuRealtimePeriod(),
        host.cpuRealtimeRuntime(),
        text(host.cpusetCpus()),
        text(host.cpusetMems()),
        list(host.devices()).stream()
            .map(
                d ->
                    new Resources.Device(
                        text(d.pathOnHost()),
                        text(d.pathInContainer()),
                        text(d.cgroupPermissions())))
            .toList(),
        list(host.deviceCgroupRules()),
        host.memoryReservation(),
        swap(host),
        // The command line sends -1 for "not given".
        swappiness != null && swappiness == -1 ? null : swappiness,
        host.oomKillDisable() == null ? Boolean.FALSE : host.oomKillDisable(),
        host.oomScoreAdj(),
        // 0 and anything negative mean no limit.
        pids != null && pids <= 0 ? null : pids,
        list(host.ulimits()).stream()
            .map(u -> new Resources.Ulimit(text(u.name()), u.soft(), u.hard()))
            .toList(),
        list(host.deviceRequests()).stream()
            .map(
                d ->
                    new Resources.DeviceRequest(
                        text(d.driver()),
                        d.count(),
                        list(d.deviceIds()),
                        list(d.capabilities()),
                        d.options()))
            .toList());
  }

  /** As dockerd: with a memory limit and no word on swap, as much swap again. */
  private static long swap(HostConfigRequest host) {
    return host.memory() > 0 && host.memorySwap() == 0 ? host.memory() * 2 : host.memorySwap();
  }

  private static List<Resources.ThrottleDevice> rates(
      @Nullable List<ThrottleDeviceRequest> devices) {
    return list(devices).stream()
        .map(d -> new Resources.ThrottleDevice(text(d.path()), d.rate()))
        .toList();
  }
}
