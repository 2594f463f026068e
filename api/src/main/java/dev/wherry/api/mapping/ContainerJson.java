package dev.wherry.api.mapping;

import dev.wherry.api.dto.ContainerView;
import dev.wherry.api.dto.GraphDriverView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.network.Attachment;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A container as ContainerInspect shows it. */
public final class ContainerJson {
  private ContainerJson() {}

  /**
   * The whole answer.
   *
   * @param files where its files are
   * @param links its legacy links as they are shown
   * @param execIds its execs that have not ended
   * @param usage what it takes on disk, {@code null} to leave sizes out
   * @param version decides which members a client of that age can read
   */
  public static ContainerView inspect(
      Container container,
      ContainerFiles files,
      List<String> links,
      List<String> execIds,
      @Nullable DiskUsage usage,
      ApiVersion version) {
    return new ContainerView(
        container.id(),
        GoTime.nano(container.created()),
        container.path(),
        container.args(),
        StateJson.view(container),
        container.imageId(),
        files.resolvConfPath(),
        files.hostnamePath(),
        files.hostsPath(),
        files.logPath(),
        "/" + container.name(),
        container.restartCount(),
        container.driver(),
        container.platform(),
        "",
        "",
        appArmor(container),
        ConfigJson.listOrNull(execIds),
        HostConfigJson.of(container.hostConfig(), links),
        new GraphDriverView(files.graphDriverData(), container.driver()),
        usage == null ? null : Long.valueOf(usage.sizeRw()),
        usage == null ? null : Long.valueOf(usage.sizeRootFs()),
        container.mounts().stream().map(MountJson::resolved).toList(),
        ConfigJson.of(container.config(), mainMacAddress(container)),
        EndpointJson.settings(container, version));
  }

  /** As it was asked for, until a start shows whether the host confines anything. */
  private static String appArmor(Container container) {
    if (!(container.state() instanceof ContainerState.Created)) {
      return "";
    }
    String prefix = "apparmor";
    return container.hostConfig().security().securityOpt().stream()
        .filter(word -> word.startsWith(prefix + "=") || word.startsWith(prefix + ":"))
        .map(word -> word.substring(prefix.length() + 1))
        .reduce("", (before, last) -> last);
  }

  /** What was asked of the network that a container is made for, which clients know as its own. */
  private static String mainMacAddress(Container container) {
    Attachment main = container.networks().get(container.hostConfig().network().mode());
    Attachment.Request request = main == null ? null : main.requested();
    boolean own = !Set.of("host", "none").contains(container.hostConfig().network().mode());
    return request == null || !own ? "" : request.macAddress();
  }
}
