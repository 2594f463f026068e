package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;

/** Turns {@code container:NAME} into {@code container:ID}, so that a rename changes nothing. */
final class ModeReferences {
  private static final String CONTAINER = "container:";

  private ModeReferences() {}

  static HostConfig resolved(HostConfig host, ContainerIndex index) {
    HostConfig.NamespaceModes modes = host.namespaces();
    HostConfig.NetworkOptions network = host.network();
    return new HostConfig(
        host.binds(),
        host.mounts(),
        host.tmpfs(),
        host.volumesFrom(),
        host.volumeDriver(),
        host.containerIdFile(),
        host.logConfig(),
        new HostConfig.NetworkOptions(
            networkMode(network.mode(), index),
            network.portBindings(),
            network.publishAllPorts(),
            network.dns(),
            network.dnsOptions(),
            network.dnsSearch(),
            network.extraHosts(),
            network.links()),
        host.restartPolicy(),
        host.autoRemove(),
        host.security(),
        new HostConfig.NamespaceModes(
            mode(modes.ipc(), index),
            mode(modes.pid(), index),
            modes.uts(),
            modes.userns(),
            modes.cgroupns()),
        host.resources(),
        host.shmSize(),
        host.sysctls(),
        host.storageOpt(),
        host.annotations(),
        host.runtime(),
        host.init(),
        host.isolation(),
        host.consoleSize());
  }

  /** As in dockerd, a network's donor need not exist before the start. */
  private static String networkMode(String mode, ContainerIndex index) {
    try {
      return mode(mode, index);
    } catch (EngineException.InvalidParameter e) {
      return mode;
    }
  }

  private static String mode(String mode, ContainerIndex index) {
    if (!mode.startsWith(CONTAINER)) {
      return mode;
    }
    try {
      return CONTAINER + index.get(mode.substring(CONTAINER.length())).id();
    } catch (EngineException.NotFound e) {
      throw new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
    }
  }
}
