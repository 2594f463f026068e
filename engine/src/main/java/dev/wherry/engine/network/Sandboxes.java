package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.network.HostBridge.HostAddress;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import dev.wherry.engine.store.Ids;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The namespaces of running containers, and what each holds of networks and ports. Thread-safe. */
final class Sandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);
  private static final Attachment.Request ANYTHING =
      new Attachment.Request("", "", List.of(), "", List.of(), List.of(), Map.of(), 0);

  /** A place on a bridge. */
  private record Place(
      BridgeNetwork network,
      Attachment attachment,
      String endpointId,
      String interfaceName,
      List<HostAddress> addresses) {

    String name() {
      return network.network().name();
    }

    Attachment.Request request() {
      Attachment.Request request = attachment.requested();
      return request == null ? ANYTHING : request;
    }

    Optional<InetAddress> address(boolean ipv4) {
      return addresses.stream()
          .map(HostAddress::address)
          .filter(address -> ipv4 == address instanceof Inet4Address)
          .findFirst();
    }

    boolean leadsOut() {
      return !network.network().internal();
    }
  }

  /** What a sandbox holds. */
  private record Held(List<Place> places, PortPublisher.Published published) {}

  private final BridgeDriver driver;
  private final NamespacePool pool;
  private final PortPublisher publisher;
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  Sandboxes(BridgeDriver driver, NamespacePool pool, PortPublisher publisher) {
    this.driver = driver;
    this.pool = pool;
    this.publisher = publisher;
  }

  /** A network to join, {@code bridge} null for one without. */
  record Joining(Network network, @Nullable BridgeNetwork bridge, Attachment attachment) {}

  /** See {@link NetworkManager#open}. */
  Sandbox open(SandboxRequest request, List<Joining> networks) {
    NamespacePool.Ready namespace = pool.take();
    Undo undo = new Undo();
    undo.add(() -> pool.discard(namespace));
    try {
      List<Place> places = takePlaces(networks, undo);
      Place gateway = gateway(places).orElse(null);
      Map<String, Attachment> attachments = new LinkedHashMap<>();
      for (Joining joining : networks) {
        String name = joining.network().name();
        attachments.put(name, withoutBridge(joining));
      }
      for (Place place : places) {
        attachments.put(place.name(), connect(place, place.equals(gateway), namespace));
      }
      PortPublisher.Published published = publish(request, gateway);
      undo.add(() -> publisher.close(published));
      namespace.netlink().close();
      held.put(namespace.id(), new Held(places, published));
      return new Sandbox(
          namespace.id(),
          namespace.pin().toString(),
          request.containerId(),
          attachments,
          published.bindings());
    } catch (LinuxException e) {
      undo.run(e);
      throw new EngineException.Internal("network: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      undo.run(e);
      throw e;
    }
  }

  private static List<Place> takePlaces(List<Joining> networks, Undo undo) {
    List<Place> places = new ArrayList<>();
    for (Joining joining : networks) {
      BridgeNetwork network = joining.bridge();
      if (network != null) {
        Attachment.Request wish = joining.attachment().requested();
        String endpointId = Ids.random();
        List<HostAddress> addresses = network.take(endpointId, wish == null ? ANYTHING : wish);
        undo.add(() -> network.release(endpointId, addresses));
        String link = "eth" + places.size();
        places.add(new Place(network, joining.attachment(), endpointId, link, addresses));
      }
    }
    return places;
  }

  /** The network that the default route leads to: the highest priority, else the first named. */
  private static Optional<Place> gateway(List<Place> places) {
    return places.stream()
        .filter(Place::leadsOut)
        .min(Comparator.comparingInt((Place place) -> place.request().gwPriority()).reversed());
  }

  private Attachment connect(Place place, boolean isGateway, NamespacePool.Ready namespace) {
    MacAddress mac = mac(place);
    List<InetAddress> gateways =
        place.leadsOut()
            ? place.network.gateways().stream().map(HostAddress::address).toList()
            : List.of();
    BridgeOptions options = place.network.options();
    String host =
        driver.connect(
            namespace.pin(),
            namespace.netlink(),
            new BridgeDriver.Wiring(
                options.name(),
                place.interfaceName,
                mac,
                place.addresses,
                isGateway ? gateways : List.of(),
                options.mtu(),
                options.icc()));
    Attachment.Endpoint endpoint =
        new Attachment.Endpoint(
            place.endpointId,
            host,
            place.interfaceName,
            text(gateways, true),
            place.address(true).map(Subnet::text).orElse(""),
            prefixLength(place, true),
            text(gateways, false),
            place.address(false).map(Subnet::text).orElse(""),
            prefixLength(place, false),
            mac.toString());
    Network network = place.network.network();
    return new Attachment(network.id(), place.attachment.requested(), endpoint);
  }

  private static MacAddress mac(Place place) {
    String wanted = place.request().macAddress();
    if (wanted.isEmpty()) {
      return BridgeDriver.macFor(place.address(true).orElseThrow());
    }
    try {
      return MacAddress.parse(wanted);
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("invalid MAC address: " + wanted, e);
    }
  }

  private static String text(List<InetAddress> addresses, boolean ipv4) {
    return addresses.stream()
        .filter(address -> ipv4 == address instanceof Inet4Address)
        .map(Subnet::text)
        .findFirst()
        .orElse("");
  }

  private static int prefixLength(Place place, boolean ipv4) {
    return place.addresses.stream()
        .filter(address -> ipv4 == address.address() instanceof Inet4Address)
        .mapToInt(HostAddress::prefixLength)
        .findFirst()
        .orElse(0);
  }

  /** A place on the network {@code none}: an id and nothing else. */
  private static Attachment withoutBridge(Joining joining) {
    Attachment.Endpoint endpoint =
        new Attachment.Endpoint(Ids.random(), "", "", "", "", 0, "", "", 0, "");
    return new Attachment(joining.network().id(), joining.attachment().requested(), endpoint);
  }

  private PortPublisher.Published publish(SandboxRequest request, @Nullable Place gateway) {
    if (gateway == null) {
      return PortPublisher.nothing(request.exposedPorts());
    }
    try {
      return publisher.publish(
          request.exposedPorts(), request.portBindings(), request.publishAll(), target(gateway));
    } catch (PortAllocator.PortException e) {
      throw new EngineException.Internal(
          "driver failed programming external connectivity on endpoint "
              + request.containerName()
              + " ("
              + gateway.endpointId
              + "): "
              + e.getMessage(),
          e);
    }
  }

  private static PortPublisher.Target target(Place place) {
    List<InetAddress> addresses = place.addresses.stream().map(HostAddress::address).toList();
    return new PortPublisher.Target(addresses, place.network.options().hostBinding());
  }

  /**
   * See {@link NetworkManager#close}.
   *
   * @return whether it was open
   */
  boolean close(Sandbox sandbox) {
    Held holding = held.remove(sandbox.id());
    try {
      pool.remove(Path.of(sandbox.key()));
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
      for (Place place : holding.places) {
        place.network.release(place.endpointId, place.addresses);
      }
    }
  }

  /** Lets go of the ports' sockets; everything else outlives the daemon. */
  void close() {
    for (Held holding : held.values()) {
      holding.published.leases().forEach(PortAllocator.Lease::close);
    }
  }

  /** See {@link NetworkManager#adopt}; the rules are not written by this. */
  void adopt(Sandbox sandbox, List<Joining> networks) {
    List<Place> places = new ArrayList<>();
    for (Joining joining : networks) {
      BridgeNetwork network = joining.bridge();
      Attachment.Endpoint endpoint = joining.attachment().endpoint();
      if (network != null && endpoint != null) {
        Place place =
            new Place(
                network,
                joining.attachment(),
                endpoint.id(),
                endpoint.containerInterface(),
                addresses(endpoint));
        try {
          network.adopt(endpoint.id(), place.addresses.stream().map(HostAddress::address).toList());
        } catch (EngineException e) {
          LOG.warn("container {}: {}", sandbox.containerId(), e.getMessage());
        }
        places.add(place);
      }
    }
    PortPublisher.Published published =
        gateway(places)
            .map(place -> publisher.adopt(sandbox.ports(), target(place)))
            .orElseGet(() -> PortPublisher.nothing(sandbox.ports().keySet()));
    held.put(sandbox.id(), new Held(places, published));
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
