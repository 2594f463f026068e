package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import dev.wherry.engine.linux.Conntrack;
import dev.wherry.engine.linux.LinuxConntrack;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxNamespaces;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.LinuxNftables;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.linux.Namespaces;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.Nftables;
import dev.wherry.engine.linux.NftablesMonitor;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Sysctl;
import dev.wherry.engine.store.JsonDocumentStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks of this host: bridges in the network namespace of the daemon, which is that of the
 * thread that starts this and of all that use it.
 */
public final class LocalNetworks implements NetworkManager, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalNetworks.class);

  /**
   * What the networks of a daemon are made of.
   *
   * @param bridge the default network's
   * @param records directory of the networks' records
   * @param pins directory in which namespaces are pinned
   * @param table name of our nftables table
   * @param owner whose most namespaces are to be
   * @param readyNamespaces how many of those to have ready
   * @param relays carries what the kernel does not
   */
  public record Settings(
      HostBridge bridge,
      NetworkDefaults defaults,
      Path records,
      Path pins,
      String table,
      NamespaceOwner owner,
      int readyNamespaces,
      PortRelays relays) {}

  private final NetworkRegistry registry;
  private final NetworkPlanner planner;
  private final Journal journal;
  private final Netlink netlink;
  private final Nftables nftables;
  private final Conntrack conntrack;
  private final StaleFlows staleFlows;
  private final Optional<TranslationHold> hold;
  private final BridgeDriver driver;
  private final ContainerLinks links;
  private final Firewall firewall;
  private final HostNetworks host;
  private final NamespacePool pool;
  private final Sandboxes sandboxes;
  private @Nullable NftablesMonitor monitor;

  private LocalNetworks(Settings settings, Journal journal, Clock clock) {
    Paths paths = new LinuxPaths();
    Namespaces namespaces = new LinuxNamespaces(new LinuxMounts(), paths);
    this.registry =
        new NetworkRegistry(new JsonDocumentStore<>(settings.records(), StoredNetwork.class));
    this.planner = new NetworkPlanner(settings.defaults(), clock);
    this.journal = journal;
    PortAllocator ports = new PortAllocator(new LinuxSockets(), ephemeralPorts());
    this.nftables = LinuxNftables.open();
    this.netlink = LinuxNetlink.open();
    this.driver = new BridgeDriver(netlink, paths);
    VlanDriver vlans = new VlanDriver(netlink, paths);
    this.links = new ContainerLinks(driver, vlans, namespaces);
    this.firewall = new Firewall(nftables, settings.table());
    this.host = new HostNetworks(driver, vlans, firewall);
    this.pool =
        new NamespacePool(
            namespaces, settings.pins(), settings.owner(), settings.readyNamespaces());
    this.conntrack = LinuxConntrack.open();
    this.staleFlows = new StaleFlows(conntrack, netlink);
    this.hold = TranslationHold.open(settings.table());
    this.sandboxes =
        new Sandboxes(
            links, pool, new PortPublisher(ports, firewall, staleFlows, settings.relays()));
  }

  /**
   * Starts: makes sure that the predefined networks and the bridges of all others are there. The
   * rules are written by {@link #adopt}, which has to be called next, so that containers that
   * outlived a former daemon are never without theirs.
   *
   * @throws EngineException.Internal if the kernel or the host refuses something
   */
  public static LocalNetworks start(Settings settings, Journal journal, Clock clock) {
    LocalNetworks networks = new LocalNetworks(settings, journal, clock);
    try {
      networks.begin(settings, clock);
      return networks;
    } catch (LinuxException e) {
      networks.close();
      throw new EngineException.Internal("network: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      networks.close();
      throw e;
    }
  }

  private void begin(Settings settings, Clock clock) {
    settings.defaults().check();
    for (String name : List.of(PredefinedNetworks.HOST, PredefinedNetworks.NONE)) {
      if (registry.named(name).isEmpty()) {
        Network network = PredefinedNetworks.withoutBridge(name, clock);
        registry.put(new StoredNetwork(network, false, false));
      }
    }
    BridgeDriver.enableForwarding(false);
    new DefaultNetwork(driver, registry, settings.defaults(), clock).prepare(settings.bridge());
    registry.all().forEach(host::restore);
  }

  private static PortAllocator.Range ephemeralPorts() {
    String[] ends = Sysctl.read("net/ipv4/ip_local_port_range").orElse("32768 60999").split("\\s+");
    return new PortAllocator.Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
  }

  @Override
  public List<Network> list() {
    return registry.list();
  }

  @Override
  public Network get(String ref) {
    return registry.get(ref);
  }

  @Override
  public synchronized Network create(NetworkSpec spec) {
    NetworkPlanner.checkName(spec.name());
    if (registry.named(spec.name()).isPresent()) {
      throw new EngineException.Conflict("network with name " + spec.name() + " already exists");
    }
    Optional<StoredNetwork> configuration = configuration(spec);
    Network network = planner.plan(spec, configuration.map(StoredNetwork::network), inUse());
    boolean userSubnets =
        !spec.pools().isEmpty() || configuration.map(StoredNetwork::userSubnets).orElse(false);
    Undo undo = new Undo();
    try {
      StoredNetwork stored = host.planned(network, userSubnets);
      // A daemon that is killed now finds the record at its next start, and makes the rest.
      registry.write(stored);
      undo.add(() -> registry.remove(network.id()));
      host.add(stored, undo);
      registry.show(stored);
    } catch (LinuxException e) {
      undo.run(e);
      throw new EngineException.Internal("network: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      undo.run(e);
      throw e;
    }
    tell("create", network, Map.of());
    return network;
  }

  private Optional<StoredNetwork> configuration(NetworkSpec spec) {
    if (spec.configFrom().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        registry
            .named(spec.configFrom())
            .filter(stored -> stored.network().configOnly())
            .orElseThrow(
                () ->
                    new EngineException.NotFound(
                        "configuration network \"" + spec.configFrom() + "\" does not exist")));
  }

  private NetworkPlanner.InUse inUse() {
    return new NetworkPlanner.InUse(registry.subnets(""), () -> driver.subnetsInUse(""));
  }

  @Override
  public synchronized void remove(String ref) {
    Network network = registry.get(ref);
    if (network.isPredefined()) {
      throw new EngineException.Forbidden(
          network.name() + " is a pre-defined network and cannot be removed");
    }
    if (network.configOnly()
        && list().stream().anyMatch(other -> other.configFrom().equals(network.name()))) {
      throw new EngineException.Forbidden(
          "error while removing network: configuration network \"%s\" is in use"
              .formatted(network.name()));
    }
    LiveNetwork live = host.of(network);
    if (live != null) {
      if (!live.retire()) {
        throw new EngineException.Forbidden(
            "error while removing network: network %s id %s has active endpoints"
                .formatted(network.name(), network.id()));
      }
      host.remove(live);
    }
    registry.remove(network.id());
    tell("destroy", network, Map.of());
  }

  @Override
  public Sandbox open(SandboxRequest request) {
    Sandbox sandbox = sandboxes.open(request, joinings(request.networks()));
    tellAll("connect", sandbox);
    return sandbox;
  }

  @Override
  public Sandbox connect(Sandbox sandbox, SandboxRequest request) {
    List<Sandboxes.Joining> joinings = joinings(request.networks());
    Sandbox connected = sandboxes.connect(sandbox, request, joinings);
    for (Sandboxes.Joining joining : joinings) {
      tell("connect", joining.network(), Map.of("container", sandbox.containerId()));
    }
    return connected;
  }

  @Override
  public Sandbox disconnect(Sandbox sandbox, SandboxRequest request, String networkName) {
    Attachment attachment = sandbox.attachments().get(networkName);
    if (attachment == null) {
      throw new EngineException.Internal(
          "container %s is not connected to network %s"
              .formatted(sandbox.containerId(), networkName));
    }
    Sandbox left = sandboxes.disconnect(sandbox, request, networkName);
    registry
        .named(networkName)
        .ifPresent(
            stored ->
                tell("disconnect", stored.network(), Map.of("container", sandbox.containerId())));
    return left;
  }

  @Override
  public void check(String ref, Attachment.Request request) {
    Optional<StoredNetwork> stored =
        registry.all().stream().filter(one -> one.network().isCalled(ref)).findFirst();
    String name = stored.map(one -> one.network().name()).orElse(ref);
    EndpointCheck.check(name, stored, request);
    if (stored.flatMap(one -> LinkOptions.of(one.network())).isPresent()) {
      EndpointOptions.of(request);
    }
  }

  @Override
  public void tellOnHost(String containerId) {
    tell("connect", registry.get(PredefinedNetworks.HOST), Map.of("container", containerId));
  }

  @Override
  public void tellOffHost(String containerId) {
    tellDisconnected(registry.get(PredefinedNetworks.HOST), containerId);
  }

  @Override
  public void tellDisconnected(Network network, String containerId) {
    tell("disconnect", network, Map.of("container", containerId));
  }

  private List<Sandboxes.Joining> joinings(Map<String, Attachment> attachments) {
    List<Sandboxes.Joining> joinings = new ArrayList<>();
    attachments.forEach(
        (ref, attachment) -> {
          Network network = registry.get(ref);
          if (network.driver().equals(PredefinedNetworks.HOST)) {
            throw new EngineException.InvalidParameter(
                "a container on the host's network has no network of its own");
          }
          network.requireEndpoints();
          Attachment.Request wish = attachment.requested();
          if (wish != null) {
            check(network.id(), wish);
          }
          joinings.add(new Sandboxes.Joining(network, host.of(network), attachment));
        });
    return joinings;
  }

  @Override
  public void unplug(Sandbox sandbox) {
    links.remove(Path.of(sandbox.key()), sandbox.attachments().values(), true);
  }

  @Override
  public void close(Sandbox sandbox) {
    try {
      if (sandboxes.close(sandbox)) {
        tellAll("disconnect", sandbox);
      }
    } catch (LinuxException e) {
      throw new EngineException.Internal("network: " + e.getMessage(), e);
    }
  }

  @Override
  public void adopt(List<Sandbox> survivors) {
    StrayLinks strays = new StrayLinks(netlink, links, host.carriers());
    for (Sandbox sandbox : survivors) {
      removeStrays(strays, sandbox);
      List<Sandboxes.Joining> known = new ArrayList<>();
      sandbox.attachments().forEach((name, attachment) -> known.addAll(survived(attachment)));
      sandboxes.adopt(sandbox, known);
    }
    firewall.restore();
    if (monitor == null) {
      monitor = NftablesMonitor.open(this::tableGone);
    }
  }

  private static void removeStrays(StrayLinks strays, Sandbox sandbox) {
    try {
      strays.remove(Path.of(sandbox.key()), sandbox.attachments().values());
    } catch (LinuxException e) {
      LOG.warn("container {}: its links can't be seen: {}", sandbox.containerId(), e.getMessage());
    }
  }

  /** What is left of an attachment: nothing if its network is gone. */
  private List<Sandboxes.Joining> survived(Attachment attachment) {
    try {
      Network network = registry.get(attachment.networkId());
      return List.of(new Sandboxes.Joining(network, host.of(network), attachment));
    } catch (EngineException.NotFound e) {
      LOG.warn("a running container is on a network that is gone: {}", e.getMessage());
      return List.of();
    }
  }

  private void tableGone(String table) {
    try {
      if (firewall.restoreIfGone()) {
        staleFlows.forgetBefore(firewall.ports());
      }
    } catch (RuntimeException e) {
      LOG.error("the rules are gone and cannot be written anew", e);
    }
  }

  @Override
  public void collectGarbage(Set<String> knownSandboxIds) {
    sandboxes.collectGarbage(knownSandboxIds);
  }

  private void tellAll(String action, Sandbox sandbox) {
    sandbox
        .attachments()
        .keySet()
        .forEach(
            name ->
                registry
                    .named(name)
                    .ifPresent(
                        stored ->
                            tell(
                                action,
                                stored.network(),
                                Map.of("container", sandbox.containerId()))));
  }

  private void tell(String action, Network network, Map<String, String> more) {
    Map<String, String> attributes = new java.util.TreeMap<>(more);
    attributes.put("name", network.name());
    attributes.put("type", network.driver());
    journal.append(EngineEvent.Type.NETWORK, action, network.id(), attributes);
  }

  /** Stops; bridges, rules and the containers' namespaces stay. */
  @Override
  public void close() {
    if (monitor != null) {
      monitor.close();
    }
    pool.close();
    sandboxes.close();
    conntrack.close();
    netlink.close();
    nftables.close();
    hold.ifPresent(TranslationHold::close);
  }
}
