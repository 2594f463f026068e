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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code HostConfig} of inspect. Lists that are empty are {@code null}, as in dockerd. */
final class HostConfigJson {
  private HostConfigJson() {}

  static HostConfigView of(HostConfig host, List<String> links) {
    return new HostConfigView(
        storage(host),
        networking(host.network(), links),
        running(host),
        security(host),
        processor(host.resources()),
        blockIo(host.resources()),
        memory(host.resources()));
  }

  private static Storage storage(HostConfig host) {
    return new Storage(
        listOrNull(host.binds()),
        host.volumeDriver(),
        listOrNull(host.volumesFrom()),
        host.mounts().stream().map(MountJson::requested).toList(),
        host.tmpfs(),
        host.storageOpt(),
        listOrNull(
            host.resources().devices().stream()
                .map(
                    device ->
                        new DeviceView(
                            device.pathOnHost(),
                            device.pathInContainer(),
                            device.cgroupPermissions()))
                .toList()),
        listOrNull(host.resources().deviceCgroupRules()),
        deviceRequests(host.resources().deviceRequests()),
        host.shmSize());
  }

  private static Networking networking(HostConfig.NetworkOptions network, List<String> links) {
    return new Networking(
        network.mode(),
        portsOrNull(network.portBindings()),
        network.publishAllPorts(),
        listOrNull(network.dns()),
        listOrNull(network.dnsOptions()),
        listOrNull(network.dnsSearch()),
        listOrNull(network.extraHosts()),
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

  private static Security security(HostConfig host) {
    SecurityOptions security = host.security();
    return new Security(
        listOrNull(security.capAdd()),
        listOrNull(security.capDrop()),
        "",
        host.namespaces().cgroupns(),
        listOrNull(security.groupAdd()),
        host.namespaces().ipc(),
        host.namespaces().pid(),
        security.privileged(),
        security.readonlyRootfs(),
        listOrNull(security.securityOpt()),
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

  private static Processor processor(Resources resources) {
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
        listOrNull(
            resources.ulimits().stream()
                .map(limit -> new UlimitView(limit.name(), limit.hard(), limit.soft()))
                .toList()));
  }

  private static BlockIo blockIo(Resources resources) {
    return new BlockIo(
        resources.blkioWeight(),
        listOrNull(
            resources.blkioWeightDevice().stream()
                .map(device -> new WeightDeviceView(device.path(), device.weight()))
                .toList()),
        rates(resources.blkioDeviceReadBps()),
        rates(resources.blkioDeviceWriteBps()),
        rates(resources.blkioDeviceReadIops()),
        rates(resources.blkioDeviceWriteIops()),
        0,
        0);
  }

  private static @Nullable List<ThrottleDeviceView> rates(List<Resources.ThrottleDevice> devices) {
    return listOrNull(
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

  private static @Nullable Map<String, @Nullable List<PortBindingView>> portsOrNull(
      Map<String, List<PortBinding>> ports) {
    return ports.isEmpty() ? null : ports(ports);
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

  private static @Nullable List<DeviceRequestView> deviceRequests(
      @Nullable List<Resources.DeviceRequest> requests) {
    return requests == null || requests.isEmpty()
        ? null
        : requests.stream()
            .map(
                request ->
                    new DeviceRequestView(
                        request.driver(),
                        request.count(),
                        ConfigJson.listOrNull(request.deviceIds()),
                        request.capabilities().isEmpty() ? null : request.capabilities(),
                        request.options()))
            .toList();
  }
}
