package dev.wherry.api.mapping;

import dev.wherry.api.dto.ContainerSummaryView;
import dev.wherry.api.dto.ContainerSummaryView.HostConfigSummary;
import dev.wherry.api.dto.ContainerSummaryView.NetworksSummary;
import dev.wherry.api.dto.ContainerSummaryView.PortView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.network.PortBinding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A container as ContainerList shows it. */
public final class ContainerSummaryJson {
  private static final Comparator<PortView> PORT_ORDER =
      Comparator.comparingInt(PortView::privatePort)
          .thenComparing(PortView::type)
          .thenComparing(PortView::ip)
          .thenComparingInt(PortView::publicPort);

  private ContainerSummaryJson() {}

  /**
   * One entry of the list.
   *
   * @param names its own and those that links give it
   * @param image the reference it was made from, or its image's id where that reference has moved
   * @param now what durations are counted to
   * @param usage what it takes on disk, {@code null} to leave sizes out
   */
  public static ContainerSummaryView of(
      Container container,
      List<String> names,
      String image,
      Instant now,
      @Nullable DiskUsage usage,
      ApiVersion version) {
    return new ContainerSummaryView(
        container.id(),
        names.stream().sorted().map(name -> "/" + name).toList(),
        image,
        container.imageId(),
        command(container.path(), container.args()),
        container.created().getEpochSecond(),
        ports(container),
        usage == null ? 0 : usage.sizeRw(),
        usage == null ? 0 : usage.sizeRootFs(),
        container.config().labels(),
        container.state().status(),
        StateJson.status(container, now),
        new HostConfigSummary(
            container.hostConfig().network().mode(),
            version.atLeast(1, 46) ? container.hostConfig().annotations() : Map.of()),
        new NetworksSummary(EndpointJson.networks(container, version)),
        container.mounts().stream().map(MountJson::resolved).toList());
  }

  /** The command line as dockerd quotes it: arguments with a space in single quotes. */
  static String command(String path, List<String> args) {
    var line = new StringBuilder(path);
    for (String arg : args) {
      line.append(' ');
      if (arg.indexOf(' ') >= 0) {
        line.append('\'').append(arg).append('\'');
      } else {
        line.append(arg);
      }
    }
    return line.toString();
  }

  /** Published ports with their host addresses, and exposed ones without. */
  static List<PortView> ports(Container container) {
    Container.NetworkSandbox sandbox = container.networkSandbox();
    if (sandbox == null) {
      return List.of();
    }
    var ports = new ArrayList<PortView>();
    sandbox
        .ports()
        .forEach(
            (name, bindings) -> {
              Port port = Port.of(name);
              if (bindings.isEmpty()) {
                ports.add(new PortView("", port.number(), 0, port.protocol()));
              }
              for (PortBinding binding : bindings) {
                ports.add(
                    new PortView(
                        binding.hostIp(),
                        port.number(),
                        // One that is reached at the container's address has none on the host.
                        binding.hostPort().isEmpty() ? 0 : Integer.parseInt(binding.hostPort()),
                        port.protocol()));
              }
            });
    ports.sort(PORT_ORDER);
    return ports;
  }
}
