package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.HostConfig.NetworkOptions;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.LaunchPlan.BindFile;
import dev.wherry.engine.names.NameService;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.HostsFile;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkFiles;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.network.ResolvConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The container's own /etc/hosts, /etc/resolv.conf and /etc/hostname. */
final class EtcFiles {
  private static final Path HOSTS = Path.of("/etc/hosts");

  private final EnginePlaces places;
  private final NetworkManager networks;
  private final ContainerIndex index;
  private final ResolvConf defaults;
  private final Consumer<Path> owner;

  /**
   * @param owner gives a file to the root of containers
   */
  EtcFiles(
      EnginePlaces places,
      NetworkManager networks,
      ContainerIndex index,
      ResolvConf defaults,
      Consumer<Path> owner) {
    this.places = places;
    this.networks = networks;
    this.index = index;
    this.defaults = defaults;
    this.owner = owner;
  }

  /**
   * Writes them for a start and tells where they are to be bound.
   *
   * @param attachments what the container got on its networks, by their names; empty on the host's
   */
  List<BindFile> write(Container container, Map<String, Attachment> attachments) {
    NetworkOptions options = container.hostConfig().network();
    String hostname = container.config().hostname();
    List<String> extraHosts = new ArrayList<>(options.extraHosts());
    if (!NamespaceChoice.isOnUserNetwork(container)) {
      // on a user's network links are names that the name server knows
      LegacyLink.of(container).forEach(link -> addLink(container, link, extraHosts));
    }
    String hosts;
    if (NamespaceChoice.isOnHostNetwork(container)) {
      hosts = HostsFile.textOnHost(hostsOfHost(), extraHosts, hostGateway());
    } else {
      hosts =
          HostsFile.text(
              hostname,
              container.config().domainname(),
              addresses(attachments.values()),
              extraHosts,
              hostGateway());
    }
    List<BindFile> files =
        binds(
            new NetworkFiles(resolvConf(container, servesNames(attachments)), hosts, hostname)
                .writeTo(places.container(container.id())));
    files.forEach(file -> owner.accept(file.source()));
    return files;
  }

  private String resolvConf(Container container, boolean servesNames) {
    NetworkOptions options = container.hostConfig().network();
    ResolvConf host = ResolvConf.ofHost();
    ResolvConf resolver =
        (NamespaceChoice.isOnHostNetwork(container) ? host : host.withoutLoopback())
            .with(defaults.nameservers(), defaults.search(), defaults.options())
            .with(options.dns(), options.dnsSearch(), options.dnsOptions());
    return (servesNames ? resolver.behind(NameService.ADDRESS) : resolver).text();
  }

  /**
   * Names the name server to a running container that has just got its first network with names,
   * unless the container has changed the file itself.
   */
  private void namesChanged(Container before, Container after) {
    if (!servesNames(after.networks()) || servesNames(before.networks())) {
      return;
    }
    Path file = NetworkFiles.Location.in(places.container(after.id())).resolvConf();
    try {
      if (Files.readString(file).equals(resolvConf(after, false))) {
        Files.writeString(file, resolvConf(after, true));
      }
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  /** Brings a running container's files in line with the networks that it is on now. */
  void networksChanged(Container before, Container after) {
    List<String> old = addresses(before.networks().values());
    List<String> now = addresses(after.networks().values());
    List<String> gone = old.stream().filter(address -> !now.contains(address)).toList();
    List<String> fresh = now.stream().filter(address -> !old.contains(address)).toList();
    String names = HostsFile.names(after.config().hostname(), after.config().domainname());
    changeHosts(after, names, gone, fresh);
    namesChanged(before, after);
  }

  private void changeHosts(
      Container container, String names, List<String> gone, List<String> fresh) {
    Path file = NetworkFiles.Location.in(places.container(container.id())).hosts();
    try {
      // In place: the file is bound into the container, which may have written to it too.
      Files.writeString(file, HostsFile.changed(Files.readString(file), names, gone, fresh));
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  private static EngineException notWritten(Path file, IOException e) {
    return new EngineException.Internal("cannot write " + file + ": " + e.getMessage(), e);
  }

  private static boolean servesNames(Map<String, Attachment> attachments) {
    return attachments.entrySet().stream()
        .anyMatch(
            place -> place.getValue().endpoint() != null && !Network.isPredefined(place.getKey()));
  }

  /** Those of a container whose network is shared; none where it had them from one that is gone. */
  List<BindFile> of(Container donor) {
    if (NamespaceChoice.networkDonorId(donor).isPresent()) {
      return List.of();
    }
    return binds(NetworkFiles.Location.in(places.container(donor.id())));
  }

  private static List<BindFile> binds(NetworkFiles.Location location) {
    return List.of(
        new BindFile(location.resolvConf(), "/etc/resolv.conf"),
        new BindFile(location.hostname(), "/etc/hostname"),
        new BindFile(location.hosts(), "/etc/hosts"));
  }

  private static List<String> addresses(Collection<Attachment> attachments) {
    List<String> addresses = new ArrayList<>();
    for (Attachment attachment : attachments) {
      Attachment.Endpoint endpoint = attachment.endpoint();
      if (endpoint != null) {
        if (!endpoint.ipAddress().isEmpty()) {
          addresses.add(endpoint.ipAddress());
        }
        if (!endpoint.globalIpv6Address().isEmpty()) {
          addresses.add(endpoint.globalIpv6Address());
        }
      }
    }
    return addresses;
  }

  private void addLink(Container container, LegacyLink link, List<String> extraHosts) {
    Container target =
        link.target(index)
            .filter(linked -> linked.state().isAlive())
            .orElseThrow(
                () -> {
                  String shown = link.shown(container, index).replaceFirst(":/", " AS /");
                  return new EngineException.Conflict(
                      "Cannot link to a non running container: " + shown);
                });
    for (String address : addresses(target.networks().values())) {
      extraHosts.add(names(link, target) + ":" + address);
    }
  }

  /** All of a link's names on one line, as dockerd writes it. */
  private static String names(LegacyLink link, Container target) {
    return Stream.of(link.alias(), target.config().hostname(), target.name())
        .distinct()
        .collect(Collectors.joining(" "));
  }

  /** Takes a link's names out of a running container's hosts file. */
  void linkRemoved(Container container, LegacyLink link) {
    link.target(index)
        .ifPresent(
            target ->
                changeHosts(
                    container,
                    names(link, target),
                    addresses(target.networks().values()),
                    List.of()));
  }

  /** The host's address on the default bridge, which {@code host-gateway} stands for. */
  private String hostGateway() {
    return networks.list().stream()
        .filter(network -> network.name().equals("bridge"))
        .flatMap(network -> network.pools().stream())
        .map(Network.Pool::gateway)
        .filter(gateway -> !gateway.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String hostsOfHost() {
    try {
      return Files.readString(HOSTS);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + HOSTS + ": " + e.getMessage(), e);
    }
  }
}
