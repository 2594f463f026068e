package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.names.NameService;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Joins containers to networks and takes them off, and links away, whether they run or not. */
final class NetworkChanges {
  private static final String HOST = "host";
  private static final String NONE = "none";

  private final NetworkManager networks;
  private final Records records;
  private final EtcFiles etc;
  private final NameService names;

  NetworkChanges(NetworkManager networks, Records records, EtcFiles etc, NameService names) {
    this.networks = networks;
    this.records = records;
    this.etc = etc;
    this.names = names;
  }

  /** What a container asks of some networks. */
  private static SandboxRequest request(Container container, Map<String, Attachment> networks) {
    return request(container, networks, NamespaceOwner.HOST);
  }

  /**
   * The same for a namespace that is to be made.
   *
   * @param owner whose it is to be
   */
  static SandboxRequest request(
      Container container, Map<String, Attachment> networks, NamespaceOwner owner) {
    HostConfig.NetworkOptions options = container.hostConfig().network();
    return new SandboxRequest(
        container.id(),
        container.name(),
        networks,
        container.config().exposedPorts(),
        options.portBindings(),
        options.publishAllPorts(),
        owner);
  }

  Container connect(String id, String ref, Attachment.Request wish) {
    Container container = records.index().get(id);
    Network network = networks.get(ref);
    checkMayBeChanged(container);
    if (network.name().equals(HOST)) {
      throw hostNetwork();
    }
    if (!NamespaceChoice.hasOwnNetwork(container)) {
      throw new EngineException.InvalidParameter(
          "container sharing network namespace with another container or host cannot be connected"
              + " to any other network");
    }
    boolean present = container.networks().containsKey(network.name());
    boolean alive = container.state().isAlive();
    if (present && alive) {
      throw new EngineException.Forbidden(
          "endpoint with name "
              + container.name()
              + " already exists in network "
              + network.name());
    }
    if (present) {
      return container;
    }
    if (network.name().equals(NONE) || container.networks().containsKey(NONE)) {
      throw new EngineException.InvalidParameter(
          "container cannot be connected to multiple networks with one of the networks in private"
              + " (none) mode");
    }
    network.requireEndpoints();
    networks.check(network.id(), wish);
    Attachment attachment = new Attachment(network.id(), wish, null);
    return alive
        ? connectAlive(container, network.name(), attachment)
        : connectResting(container, network.name(), attachment);
  }

  private Container connectResting(Container container, String name, Attachment attachment) {
    Map<String, Attachment> all = new LinkedHashMap<>(container.networks());
    all.put(name, attachment);
    return records.save(container.withNetworks(all, container.networkSandbox()));
  }

  private Container connectAlive(Container container, String name, Attachment attachment) {
    SandboxRequest request = request(container, Map.of(name, attachment));
    Sandbox joined = networks.connect(sandbox(container), request);
    Container connected = with(container, joined);
    try {
      records.save(connected);
    } catch (RuntimeException e) {
      try {
        networks.disconnect(joined, request, name);
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    names.serve(connected, joined);
    etc.networksChanged(container, connected);
    return connected;
  }

  private static Sandbox sandbox(Container container) {
    return Optional.ofNullable(container.networkSandbox())
        .map(sandbox -> Teardown.sandbox(container, sandbox))
        .orElseThrow(
            () ->
                new EngineException.Conflict(
                    "container " + container.id() + " has no network of its own"));
  }

  private static Container with(Container container, Sandbox sandbox) {
    return container.withNetworks(
        sandbox.attachments(),
        new Container.NetworkSandbox(sandbox.id(), sandbox.key(), sandbox.ports()));
  }

  Container disconnect(String id, String ref, boolean force) {
    Container container = records.index().get(id);
    Optional<Network> network = find(ref);
    boolean alive = container.state().isAlive();
    if (network.isEmpty() && alive && !force) {
      throw new EngineException.NotFound("network " + ref + " not found");
    }
    checkMayBeChanged(container);
    String name = network.map(Network::name).orElse(ref);
    if (alive && name.equals(HOST) && NamespaceChoice.isOnHostNetwork(container)) {
      throw hostNetwork();
    }
    if (!container.networks().containsKey(name)) {
      throw new EngineException.Internal(
          "container %s is not connected to %snetwork %s"
              .formatted(container.id(), alive ? "" : "the ", name));
    }
    return alive ? disconnectAlive(container, name) : disconnectResting(container, name, network);
  }

  private Optional<Network> find(String ref) {
    try {
      return Optional.of(networks.get(ref));
    } catch (EngineException.NotFound e) {
      return Optional.empty();
    }
  }

  private Container disconnectResting(Container container, String name, Optional<Network> network) {
    Map<String, Attachment> all = new LinkedHashMap<>(container.networks());
    all.remove(name);
    Container left = records.save(container.withNetworks(all, container.networkSandbox()));
    network.ifPresent(known -> networks.tellDisconnected(known, container.id()));
    return left;
  }

  private Container disconnectAlive(Container container, String name) {
    SandboxRequest request = request(container, Map.of());
    Container left = with(container, networks.disconnect(sandbox(container), request, name));
    records.save(left);
    names.serve(left, sandbox(left));
    etc.networksChanged(container, left);
    return left;
  }

  Container unlink(String id, String alias) {
    Container container = records.index().get(id);
    List<LegacyLink> links = LegacyLink.of(container);
    LegacyLink gone =
        links.stream()
            .filter(link -> link.alias().equals(alias))
            .findFirst()
            .orElseThrow(
                () ->
                    new EngineException.NotFound(
                        "No such container: " + container.name() + "/" + alias));
    HostConfig host = container.hostConfig();
    List<String> kept =
        links.stream().filter(link -> !link.equals(gone)).map(LegacyLink::text).toList();
    HostConfig without = host.with(host.network().withLinks(kept), host.namespaces());
    Container unlinked = records.save(container.withHostConfig(without));
    if (unlinked.state().isAlive()) {
      etc.linkRemoved(unlinked, gone);
    }
    return unlinked;
  }

  private static void checkMayBeChanged(Container container) {
    if (container.state() instanceof ContainerState.Removing
        || container.state() instanceof ContainerState.Dead) {
      throw new EngineException.Conflict(
          "Container "
              + container.id()
              + " is marked for removal and cannot be connected or disconnected to the network");
    }
  }

  private static EngineException hostNetwork() {
    return new EngineException.InvalidParameter(
        "container cannot be disconnected from host network or connected to host network");
  }
}
