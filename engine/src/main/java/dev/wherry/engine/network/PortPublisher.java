package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns what a user asks to be published into ports taken and rules written. Thread-safe. */
final class PortPublisher {
  private static final int MAX_PORT = 65535;

  /** There where the kernel has IPv6. */
  private static final Path IPV6 = Path.of("/proc/net/if_inet6");

  private final PortAllocator allocator;
  private final Firewall firewall;
  private final StaleFlows staleFlows;
  private final PortRelays relays;

  PortPublisher(
      PortAllocator allocator, Firewall firewall, StaleFlows staleFlows, PortRelays relays) {
    this.allocator = allocator;
    this.firewall = firewall;
    this.staleFlows = staleFlows;
    this.relays = relays;
  }

  /**
   * One port taken, and where it leads.
   *
   * @param port empty if the container has no address that it can lead to
   * @param relayed where it goes what the kernel does not translate, if anything does not
   */
  record Taken(
      String exposedPort,
      PortAllocator.Lease lease,
      Optional<PublishedPort> port,
      Optional<InetSocketAddress> relayed) {
    PortBinding binding() {
      return new PortBinding(Subnet.text(lease.address()), Integer.toString(lease.port()));
    }
  }

  /**
   * What is published for a container, until it is closed.
   *
   * @param bindings by {@code port/proto} of the container; an exposed port that is not published
   *     has none
   */
  record Published(Map<String, List<PortBinding>> bindings, List<Taken> taken) {
    List<PublishedPort> ports() {
      return taken.stream().flatMap(one -> one.port().stream()).toList();
    }
  }

  /**
   * Where ports of a container lead.
   *
   * @param addresses the container's, one of each family at most
   * @param hostBinding where a port is published if the user names no address
   */
  record Target(List<InetAddress> addresses, InetAddress hostBinding) {
    Optional<InetAddress> address(boolean ipv4) {
      return addresses.stream()
          .filter(address -> ipv4 == address instanceof Inet4Address)
          .findFirst();
    }

    /** A port of the host's that is taken, on its way to one of the container. */
    Taken to(String exposedPort, Protocol protocol, PortAllocator.Lease lease) {
      InetAddress hostIp = lease.address();
      boolean ipv4 = hostIp instanceof Inet4Address;
      boolean relays = !ipv4 && protocol != Protocol.SCTP;
      Optional<InetAddress> led = relays ? address(false).or(() -> address(true)) : address(ipv4);
      int port = number(exposedPort);
      return new Taken(
          exposedPort,
          lease,
          led.map(address -> new PublishedPort(protocol, hostIp, lease.port(), address, port)),
          led.filter(any -> relays).map(address -> new InetSocketAddress(address, port)));
    }
  }

  /**
   * Publishes ports; all of them, or none.
   *
   * @param exposed {@code port/proto}: others are not published, as with dockerd
   * @param wanted by {@code port/proto}
   * @param all whether exposed ports that are not in {@code wanted} get one each
   * @param before what is published for the container so far, which this takes the place of: ports
   *     in both keep their number and are never closed in between. If this fails it stays.
   * @throws PortAllocator.PortException if one can't be had
   */
  Published publish(
      Collection<String> exposed,
      Map<String, List<PortBinding>> wanted,
      boolean all,
      Target target,
      Published before)
      throws PortAllocator.PortException {
    Map<String, List<PortBinding>> bindings = new LinkedHashMap<>();
    List<Taken> taken = new ArrayList<>();
    List<Taken> reusable = new ArrayList<>(before.taken);
    List<Taken> fresh = new ArrayList<>();
    try {
      for (String exposedPort : exposed) {
        List<PortBinding> asked = wanted.getOrDefault(exposedPort, List.of());
        if (asked.isEmpty() && all) {
          asked = List.of(new PortBinding("", ""));
        }
        int first = taken.size();
        for (PortBinding binding : asked) {
          take(exposedPort, binding, target, reusable, fresh, taken);
        }
        bindings.put(
            exposedPort, taken.subList(first, taken.size()).stream().map(Taken::binding).toList());
      }
      Published published = new Published(bindings, List.copyOf(taken));
      firewall.publish(before.ports(), published.ports());
      staleFlows.forgetAfter(without(before.ports(), published.ports()));
      staleFlows.forgetBefore(without(published.ports(), before.ports()));
      reusable.forEach(one -> one.lease().close());
      relay(published);
      return published;
    } catch (PortAllocator.PortException | RuntimeException e) {
      fresh.forEach(one -> one.lease().close());
      throw e;
    }
  }

  private static List<PublishedPort> without(
      List<PublishedPort> ports, List<PublishedPort> others) {
    Set<PublishedPort> left = new LinkedHashSet<>(ports);
    left.removeAll(new HashSet<>(others));
    return List.copyOf(left);
  }

  private void take(
      String exposedPort,
      PortBinding binding,
      Target target,
      List<Taken> reusable,
      List<Taken> fresh,
      List<Taken> taken)
      throws PortAllocator.PortException {
    Protocol protocol = protocol(exposedPort);
    Optional<PortAllocator.Range> wanted = range(binding.hostPort());
    for (InetAddress hostIp : hostAddresses(binding, protocol, target)) {
      boolean ipv4 = hostIp instanceof Inet4Address;
      if (target.address(ipv4).isEmpty() && (ipv4 || protocol == Protocol.SCTP)) {
        throw new PortAllocator.PortException(
            "cannot bind to "
                + Subnet.text(hostIp)
                + ": the container has no address of that family");
      }
      Optional<PortAllocator.Lease> present = reuse(exposedPort, hostIp, wanted, reusable);
      PortAllocator.Lease lease =
          present.isPresent() ? present.get() : allocator.take(protocol, hostIp, wanted);
      int port = lease.port();
      wanted = Optional.of(new PortAllocator.Range(port, port)); // the same for both families
      Taken one = target.to(exposedPort, protocol, lease);
      taken.add(one);
      if (present.isEmpty()) {
        fresh.add(one);
      }
    }
  }

  private void relay(Published published) {
    for (Taken one : published.taken()) {
      one.relayed().ifPresent(target -> one.lease().relay(relays, target));
    }
  }

  private static Optional<PortAllocator.Lease> reuse(
      String exposedPort,
      InetAddress hostIp,
      Optional<PortAllocator.Range> wanted,
      List<Taken> reusable) {
    for (Taken one : reusable) {
      PortAllocator.Lease lease = one.lease();
      if (one.exposedPort().equals(exposedPort)
          && lease.address().equals(hostIp)
          && wanted.map(range -> range.contains(lease.port())).orElse(true)) {
        reusable.remove(one);
        return Optional.of(lease);
      }
    }
    return Optional.empty();
  }

  /** All addresses of both families if the user names none, as dockerd has it. */
  private static List<InetAddress> hostAddresses(
      PortBinding binding, Protocol protocol, Target target) {
    if (!binding.hostIp().isEmpty()) {
      try {
        return List.of(Subnet.literal(binding.hostIp()));
      } catch (IllegalArgumentException e) {
        throw new EngineException.InvalidParameter("invalid IP address: " + binding.hostIp(), e);
      }
    }
    InetAddress hostBinding = target.hostBinding();
    boolean any = hostBinding instanceof Inet4Address && hostBinding.isAnyLocalAddress();
    if (!any || !Files.exists(IPV6)) {
      return List.of(hostBinding);
    }
    List<InetAddress> addresses = new ArrayList<>();
    if (target.address(true).isPresent()) {
      addresses.add(hostBinding);
    }
    if (target.address(false).isPresent() || protocol != Protocol.SCTP) {
      addresses.add(Subnet.literal("::"));
    }
    return addresses;
  }

  /** What is published for a container that no port can lead to. */
  static Published nothing(Collection<String> exposed) {
    Map<String, List<PortBinding>> bindings = new LinkedHashMap<>();
    exposed.forEach(port -> bindings.put(port, List.of()));
    return new Published(bindings, List.of());
  }

  /** Takes note of the ports of a container that outlived the daemon. */
  Published adopt(Map<String, List<PortBinding>> bindings, Target target) {
    List<Taken> taken = new ArrayList<>();
    bindings.forEach(
        (exposedPort, given) -> {
          Protocol protocol = protocol(exposedPort);
          for (PortBinding binding : given) {
            InetAddress hostIp = Subnet.literal(binding.hostIp());
            int port = Integer.parseInt(binding.hostPort());
            taken.add(target.to(exposedPort, protocol, allocator.adopt(protocol, hostIp, port)));
          }
        });
    Published published = new Published(bindings, taken);
    firewall.note(published.ports());
    relay(published);
    return published;
  }

  /** Takes ports back. */
  void close(Published published) {
    try {
      firewall.publish(published.ports(), List.of());
      staleFlows.forgetAfter(published.ports());
    } finally {
      letGo(published);
    }
  }

  /** Lets go of the ports' sockets, and leaves the rules. */
  static void letGo(Published published) {
    published.taken().forEach(one -> one.lease().close());
  }

  private static Protocol protocol(String exposedPort) {
    int slash = exposedPort.indexOf('/');
    return slash < 0 ? Protocol.TCP : Protocol.of(exposedPort.substring(slash + 1));
  }

  private static int number(String exposedPort) {
    int slash = exposedPort.indexOf('/');
    return port(slash < 0 ? exposedPort : exposedPort.substring(0, slash));
  }

  /** A user's {@code a-b}, {@code a}, or nothing for any port. */
  private static Optional<PortAllocator.Range> range(String hostPort) {
    if (hostPort.isEmpty() || hostPort.equals("0")) {
      return Optional.empty();
    }
    int dash = hostPort.indexOf('-');
    int first = port(dash < 0 ? hostPort : hostPort.substring(0, dash));
    int last = dash < 0 ? first : port(hostPort.substring(dash + 1));
    if (first > last) {
      throw invalid(hostPort);
    }
    return Optional.of(new PortAllocator.Range(first, last));
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
    throw invalid(text);
  }

  private static EngineException invalid(String port) {
    return new EngineException.InvalidParameter("invalid port specification: \"" + port + '"');
  }
}
