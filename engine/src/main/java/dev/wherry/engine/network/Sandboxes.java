package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.network.HostBridge.HostAddress;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import dev.wherry.engine.store.Ids;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The namespaces of running containers, and what each holds of networks and ports. Thread-safe. */
final class Sandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);

  /** What a sandbox holds. */
  private record Held(List<Place> places, PortPublisher.Published published) {}

  private final ContainerLinks links;
  private final NamespacePool pool;
  private final PortPublisher publisher;
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  Sandboxes(ContainerLinks links, NamespacePool pool, PortPublisher publisher) {
    this.links = links;
    this.pool = pool;
    this.publisher = publisher;
  }

  /** A network to join, {@code live} null for one without links. */
  record Joining(Network network, @Nullable LiveNetwork live, Attachment attachment) {}

  /** See {@link NetworkManager#open}. */
  Sandbox open(SandboxRequest request, List<Joining> networks) {
    NamespacePool.Ready namespace = pool.take(request.owner());
    Sandbox empty =
        new Sandbox(
            namespace.id(), namespace.pin().toString(), request.containerId(), Map.of(), Map.of());
    return undoing(
        undo -> {
          undo.add(() -> pool.discard(namespace));
          Held nothing = new Held(List.of(), PortPublisher.nothing(request.exposedPorts()));
          Sandbox joined = join(empty, request, networks, nothing, namespace.netlink(), undo);
          namespace.netlink().close();
          return joined;
        });
  }

  /** See {@link NetworkManager#connect}. */
  Sandbox connect(Sandbox sandbox, SandboxRequest request, List<Joining> networks) {
    return undoing(
        undo -> {
          try (Netlink inside = links.inside(Path.of(sandbox.key()))) {
            return join(sandbox, request, networks, held(sandbox), inside, undo);
          }
        });
  }

  private Held held(Sandbox sandbox) {
    Held present = held.get(sandbox.id());
    if (present == null) {
      throw new EngineException.Conflict("container " + sandbox.containerId() + " is not running");
    }
    return present;
  }

  private static Sandbox undoing(Function<Undo, Sandbox> change) {
    Undo undo = new Undo();
    try {
      return change.apply(undo);
    } catch (LinuxException e) {
      undo.run(e);
      throw new EngineException.Internal("network: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      undo.run(e);
      throw e;
    }
  }

  private Sandbox join(
      Sandbox sandbox,
      SandboxRequest request,
      List<Joining> networks,
      Held before,
      Netlink inside,
      Undo undo) {
    List<Place> places = new ArrayList<>(before.places);
    List<Place> fresh = takePlaces(networks, places, undo);
    Gateways old = Gateways.of(before.places);
    Gateways now = Gateways.of(places);
    Map<String, Attachment> attachments = new LinkedHashMap<>(sandbox.attachments());
    for (Joining joining : networks) {
      attachments.put(joining.network().name(), withoutLink(joining));
    }
    boolean running = !before.places.isEmpty();
    for (Place place : fresh) {
      Attachment.Endpoint endpoint =
          links.connect(place, running ? List.of() : now.by(place), Path.of(sandbox.key()), inside);
      attachments.put(place.name(), place.at(endpoint));
      undo.add(() -> links.disconnect(endpoint, inside));
    }
    if (running) {
      links.reroute(inside, old.routes(), now.routes());
      undo.add(() -> links.reroute(inside, now.routes(), old.routes()));
    }
    PortPublisher.Published published = publish(request, before.published, now);
    held.put(sandbox.id(), new Held(places, published));
    return with(sandbox, attachments, published);
  }

  private static Sandbox with(
      Sandbox sandbox, Map<String, Attachment> attachments, PortPublisher.Published published) {
    return new Sandbox(
        sandbox.id(), sandbox.key(), sandbox.containerId(), attachments, published.bindings());
  }

  /** Takes addresses for the networks to join, and adds the places to those there are. */
  private static List<Place> takePlaces(List<Joining> networks, List<Place> places, Undo undo) {
    List<Place> fresh = new ArrayList<>();
    for (Joining joining : networks) {
      LiveNetwork network = joining.live();
      if (network != null) {
        String endpointId = Ids.random();
        Attachment.Request wish = Place.request(joining.attachment());
        String named = EndpointOptions.of(wish).interfaceName();
        String link =
            named.isEmpty() ? freeName(network.options().interfacePrefix(), places) : named;
        List<HostAddress> addresses = network.take(endpointId, wish);
        undo.add(() -> network.release(endpointId, addresses));
        Place place = new Place(network, joining.attachment(), endpointId, link, addresses);
        places.add(place);
        fresh.add(place);
      }
    }
    return fresh;
  }

  private static String freeName(String prefix, List<Place> places) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> prefix + i)
        .filter(name -> places.stream().noneMatch(place -> place.interfaceName().equals(name)))
        .findFirst()
        .orElseThrow();
  }

  /** A place on the network {@code none}: an id and nothing else. */
  private static Attachment withoutLink(Joining joining) {
    Attachment.Endpoint endpoint =
        new Attachment.Endpoint(Ids.random(), "", "", "", "", 0, "", "", 0, "");
    return new Attachment(joining.network().id(), joining.attachment().requested(), endpoint);
  }

  private PortPublisher.Published publish(
      SandboxRequest request, PortPublisher.Published before, Gateways gateways) {
    Optional<PortPublisher.Target> target = gateways.target();
    if (target.isEmpty()) {
      publisher.close(before);
      return PortPublisher.nothing(request.exposedPorts());
    }
    try {
      return publisher.publish(
          request.exposedPorts(),
          request.portBindings(),
          request.publishAll(),
          target.get(),
          before);
    } catch (PortAllocator.PortException e) {
      throw new EngineException.Internal(
          "driver failed programming external connectivity on endpoint "
              + request.containerName()
              + " ("
              + gateways.first().orElseThrow().endpointId()
              + "): "
              + e.getMessage(),
          e);
    }
  }

  /** See {@link NetworkManager#disconnect}. */
  Sandbox disconnect(Sandbox sandbox, SandboxRequest request, String networkName) {
    return undoing(undo -> leave(sandbox, request, networkName, undo));
  }

  private Sandbox leave(Sandbox sandbox, SandboxRequest request, String name, Undo undo) {
    Held before = held(sandbox);
    Map<String, Attachment> attachments = new LinkedHashMap<>(sandbox.attachments());
    Attachment left = attachments.remove(name);
    List<Place> staying =
        before.places.stream().filter(place -> !place.name().equals(name)).toList();
    Gateways old = Gateways.of(before.places);
    Gateways now = Gateways.of(staying);
    try (Netlink inside = links.inside(Path.of(sandbox.key()))) {
      links.reroute(inside, old.routes(), now.routes());
      undo.add(() -> links.reroute(inside, now.routes(), old.routes()));
      PortPublisher.Published published = publish(request, before.published, now);
      held.put(sandbox.id(), new Held(staying, published));
      Attachment.Endpoint endpoint = left == null ? null : left.endpoint();
      if (endpoint != null) {
        links.disconnect(endpoint, inside);
      }
      before.places.stream().filter(place -> place.name().equals(name)).forEach(Sandboxes::release);
      return with(sandbox, attachments, published);
    }
  }

  private static void release(Place place) {
    place.network().release(place.endpointId(), place.addresses());
  }

  /**
   * See {@link NetworkManager#close}.
   *
   * @return whether it was open
   */
  boolean close(Sandbox sandbox) {
    Held holding = held.remove(sandbox.id());
    Path pin = Path.of(sandbox.key());
    try {
      links.remove(pin, sandbox.attachments().values(), false);
      pool.remove(pin);
    } finally {
      if (holding != null) {
        giveBack(holding);
      }
    }
    return holding != null;
  }

  private void giveBack(Held holding) {
    try {
      publisher.close(holding.published);
    } finally {
      holding.places.forEach(Sandboxes::release);
    }
  }

  /** Lets go of the ports' sockets; everything else outlives the daemon. */
  void close() {
    held.values().forEach(holding -> PortPublisher.letGo(holding.published));
  }

  /** See {@link NetworkManager#adopt}; the rules are not written by this. */
  void adopt(Sandbox sandbox, List<Joining> networks) {
    List<Place> places = new ArrayList<>();
    for (Joining joining : networks) {
      LiveNetwork network = joining.live();
      Attachment.Endpoint endpoint = joining.attachment().endpoint();
      if (network != null && endpoint != null) {
        places.add(adopt(sandbox, network, joining.attachment(), endpoint));
      }
    }
    PortPublisher.Published published =
        Gateways.of(places)
            .target()
            .map(target -> publisher.adopt(sandbox.ports(), target))
            .orElseGet(() -> PortPublisher.nothing(sandbox.ports().keySet()));
    held.put(sandbox.id(), new Held(places, published));
  }

  private static Place adopt(
      Sandbox sandbox, LiveNetwork network, Attachment attachment, Attachment.Endpoint endpoint) {
    List<HostAddress> addresses = addresses(endpoint);
    try {
      network.adopt(endpoint.id(), addresses.stream().map(HostAddress::address).toList());
    } catch (EngineException e) {
      LOG.warn("container {}: {}", sandbox.containerId(), e.getMessage());
    }
    return new Place(network, attachment, endpoint.id(), endpoint.containerInterface(), addresses);
  }

  private static List<HostAddress> addresses(Attachment.Endpoint endpoint) {
    List<HostAddress> addresses = new ArrayList<>();
    if (!endpoint.ipAddress().isEmpty()) {
      addresses.add(new HostAddress(Subnet.literal(endpoint.ipAddress()), endpoint.ipPrefixLen()));
    }
    if (!endpoint.globalIpv6Address().isEmpty()) {
      addresses.add(
          new HostAddress(
              Subnet.literal(endpoint.globalIpv6Address()), endpoint.globalIpv6PrefixLen()));
    }
    return addresses;
  }

  /** See {@link NetworkManager#collectGarbage}. */
  void collectGarbage(Set<String> known) {
    pool.removeOthers(known);
  }
}
