package dev.wherry.api.mapping;

import static dev.wherry.api.mapping.ConfigJson.listOrNull;

import dev.wherry.api.dto.HostConfigView;
import dev.wherry.api.dto.HostConfigView.BlockIo;
import dev.wherry.api.dto.HostConfigView.DeviceRequestView;
import dev.wherry.api.dto.HostConfigView.DeviceView;
import dev.wherry.api.dto.HostConfigView.LogConfigView;
import dev.wherry.api.dto.HostConfigView.Memory;
import dev.wherry.api.dto.HostConfigView.Networking;
import dev.wherry.api.dto.HostConfigView.PortBindingView;
import dev.wherry.api.dto.HostConfigView.Processor;
import dev.wherry.api.dto.HostConfigView.RestartPolicyView;
import dev.wherry.api.dto.HostConfigView.Running;
import dev.wherry.api.dto.HostConfigView.Security;
import dev.wherry.api.dto.HostConfigView.Storage;
import dev.wherry.api.dto.HostConfigView.ThrottleDeviceView;
import dev.wherry.api.dto.HostConfigView.UlimitView;
import dev.wherry.api.dto.HostConfigView.WeightDeviceView;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.HostConfig.SecurityOptions;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.network.PortBinding;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code HostConfig} of inspect. What the client left out is {@code null}, as in dockerd. */
final class HostConfigJson {
  private final Set<String> empty;

  private HostConfigJson(Set<String> empty) {
    this.empty = empty;
  }

  /** A list, {@code null} if it is empty and the client did not give it so. */
  private <T> @Nullable List<T> list(String member, List<T> list) {
    return list.isEmpty() && !empty.contains(member) ? null : list;
  }

  static HostConfigView of(HostConfig host, List<String> links) {
    var json = new HostConfigJson(host.emptyMembers());
    return new HostConfigView(
        json.storage(host),
        json.networking(host.network(), links),
        running(host),
        json.security(host),
        json.processor(host.resources()),
        json.blockIo(host.resources()),
        memory(host.resources()));
  }

  private Storage storage(HostConfig host) {
    return new Storage(
        list("Binds", host.binds()),
        host.volumeDriver(),
        list("VolumesFrom", host.volumesFrom()),
        host.mounts().stream().map(MountJson::requested).toList(),
        host.tmpfs(),
        host.storageOpt(),
        list(
            "Devices",
            host.resources().devices().stream()
                .map(
                    device ->
                        new DeviceView(
                            device.pathOnHost(),
                            device.pathInContainer(),
                            device.cgroupPermissions()))
                .toList()),
        list("DeviceCgroupRules", host.resources().deviceCgroupRules()),
        deviceRequests(host.resources().deviceRequests()),
        host.shmSize());
  }

  private Networking networking(HostConfig.NetworkOptions network, List<String> links) {
    return new Networking(
        network.mode(),
        portsOrNull(network.portBindings()),
        network.publishAllPorts(),
        list("Dns", network.dns()),
        list("DnsOptions", network.dnsOptions()),
        list("DnsSearch", network.dnsSearch()),
        list("ExtraHosts", network.extraHosts()),
        listOrNull(links));
  }

  private static Running running(HostConfig host) {
    HostConfig.ConsoleSize console = host.consoleSize();
    return new Running(
        host.containerIdFile(),
        new LogConfigView(host.logConfig().type(), host.logConfig().config()),
        restartPolicy(host.restartPolicy()),
        host.autoRemove(),
        host.annotations(),
        console == null ? List.of(0, 0) : List.of(console.rows(), console.columns()),
        host.isolation(),
        host.runtime(),
        host.init());
  }

  private Security security(HostConfig host) {
    SecurityOptions security = host.security();
    return new Security(
        list("CapAdd", security.capAdd()),
        list("CapDrop", security.capDrop()),
        "",
        host.namespaces().cgroupns(),
        list("GroupAdd", security.groupAdd()),
        host.namespaces().ipc(),
        host.namespaces().pid(),
        security.privileged(),
        security.readonlyRootfs(),
        list("SecurityOpt", security.securityOpt()),
        host.sysctls(),
        host.namespaces().uts(),
        host.namespaces().userns(),
        paths(security, security.maskedPaths(), SecurityOptions.DEFAULT_MASKED_PATHS),
        paths(security, security.readonlyPaths(), SecurityOptions.DEFAULT_READONLY_PATHS));
  }

  private static @Nullable List<String> paths(
      SecurityOptions security, @Nullable List<String> given, List<String> defaults) {
    if (given != null) {
      return given;
    }
    return security.privileged() ? null : defaults;
  }

  private Processor processor(Resources resources) {
    return new Processor(
        resources.cgroupParent(),
        resources.cpuShares(),
        resources.nanoCpus(),
        resources.cpuPeriod(),
        resources.cpuQuota(),
        resources.cpuRealtimePeriod(),
        resources.cpuRealtimeRuntime(),
        resources.cpusetCpus(),
        resources.cpusetMems(),
        0,
        0,
        resources.pidsLimit(),
        list(
            "Ulimits",
            resources.ulimits().stream()
                .map(limit -> new UlimitView(limit.name(), limit.hard(), limit.soft()))
                .toList()));
  }

  private BlockIo blockIo(Resources resources) {
    return new BlockIo(
        resources.blkioWeight(),
        list(
            "BlkioWeightDevice",
            resources.blkioWeightDevice().stream()
                .map(device -> new WeightDeviceView(device.path(), device.weight()))
                .toList()),
        rates("BlkioDeviceReadBps", resources.blkioDeviceReadBps()),
        rates("BlkioDeviceWriteBps", resources.blkioDeviceWriteBps()),
        rates("BlkioDeviceReadIOps", resources.blkioDeviceReadIops()),
        rates("BlkioDeviceWriteIOps", resources.blkioDeviceWriteIops()),
        0,
        0);
  }

  private @Nullable List<ThrottleDeviceView> rates(
      String member, List<Resources.ThrottleDevice> devices) {
    return list(
        member,
        devices.stream()
            .map(device -> new ThrottleDeviceView(device.path(), device.rate()))
            .toList());
  }

  private static Memory memory(Resources resources) {
    return new Memory(
        resources.memory(),
        resources.memoryReservation(),
        resources.memorySwap(),
        resources.memorySwappiness(),
        resources.oomKillDisable(),
        resources.oomScoreAdj());
  }

  private static RestartPolicyView restartPolicy(RestartPolicy policy) {
    return new RestartPolicyView(
        policy.mode().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        policy.maximumRetryCount());
  }

  private @Nullable Map<String, @Nullable List<PortBindingView>> portsOrNull(
      Map<String, List<PortBinding>> ports) {
    return ports.isEmpty() && !empty.contains("PortBindings") ? null : ports(ports);
  }

  /** Ports sorted by name; one with nothing bound is {@code null}. */
  static Map<String, @Nullable List<PortBindingView>> ports(Map<String, List<PortBinding>> ports) {
    var views = new TreeMap<String, @Nullable List<PortBindingView>>();
    ports.forEach(
        (port, bindings) ->
            views.put(
                port,
                listOrNull(
                    bindings.stream()
                        .map(binding -> new PortBindingView(binding.hostIp(), binding.hostPort()))
                        .toList())));
    return views;
  }

  private @Nullable List<DeviceRequestView> deviceRequests(
      @Nullable List<Resources.DeviceRequest> requests) {
    return requests == null
        ? null
        : list(
            "DeviceRequests",
            requests.stream()
                .map(
                    request ->
                        new DeviceRequestView(
                            request.driver(),
                            request.count(),
                            ConfigJson.listOrNull(request.deviceIds()),
                            request.capabilities().isEmpty() ? null : request.capabilities(),
                            request.options()))
                .toList());
  }
}
