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
   * One port published, and where it leads.
   *
   * @param lease on the port of the host's; empty for one that is reached at the container's
   *     address alone
   * @param relayed where it goes what the kernel does not translate, if anything does not
   */
  record Taken(
      String exposedPort,
      PortBinding binding,
      Optional<PortAllocator.Lease> lease,
      List<PortRule> rules,
      Optional<InetSocketAddress> relayed) {
    private void close() {
      lease.ifPresent(PortAllocator.Lease::close);
    }
  }

  /**
   * What is published for a container, until it is closed.
   *
   * @param bindings by {@code port/proto} of the container; an exposed port that is not published
   *     has none
   */
  record Published(Map<String, List<PortBinding>> bindings, List<Taken> taken) {
    List<PortRule> rules() {
      return taken.stream().flatMap(one -> one.rules().stream()).toList();
    }
  }

  /**
   * How a container is reached by one family.
   *
   * @param address the container's
   * @param mode of the network that leads out
   * @param trusting whether there are links by which ports are reached at that address as well
   */
  record Way(InetAddress address, GatewayMode mode, boolean trusting) {
    private boolean isRouted() {
      return mode == GatewayMode.ROUTED;
    }
  }

  /**
   * Where ports of a container lead.
   *
   * @param ways one of each family at most
   * @param hostBinding where a port is published if the user names no address
   */
  record Target(List<Way> ways, InetAddress hostBinding) {
    Optional<Way> way(boolean ipv4) {
      return ways.stream().filter(way -> ipv4 == way.address() instanceof Inet4Address).findFirst();
    }

    /** Whether ports of a family are not translated. */
    boolean isRouted(boolean ipv4) {
      return way(ipv4).filter(Way::isRouted).isPresent();
    }

    /** Where what comes in by a family of the host's goes: IPv6 to IPv4 if there is a relay. */
    Optional<Way> led(boolean ipv4, Protocol protocol) {
      Optional<Way> own = way(ipv4);
      boolean relays = !ipv4 && protocol != Protocol.SCTP;
      return own.or(() -> relays ? way(true).filter(way -> !way.isRouted()) : Optional.empty());
    }

    /** A port of the host's that is taken, on its way to one of the container. */
    Taken to(String exposedPort, Protocol protocol, PortAllocator.Lease lease) {
      InetAddress hostIp = lease.address();
      boolean ipv4 = hostIp instanceof Inet4Address;
      boolean relays = !ipv4 && protocol != Protocol.SCTP;
      int port = number(exposedPort);
      List<PortRule> rules = new ArrayList<>();
      Optional<Way> led = led(ipv4, protocol);
      led.map(Way::address)
          .map(address -> new PublishedPort(protocol, hostIp, lease.port(), address, port))
          .ifPresent(rules::add);
      led.filter(Way::trusting)
          .map(way -> new DirectPort(protocol, way.address(), port))
          .ifPresent(rules::add);
      return new Taken(
          exposedPort,
          new PortBinding(Subnet.text(hostIp), Integer.toString(lease.port())),
          Optional.of(lease),
          rules,
          led.filter(any -> relays).map(way -> new InetSocketAddress(way.address(), port)));
    }

    /** A port that is reached at the container's own address; nothing if it has none. */
    Optional<Taken> open(String exposedPort, Protocol protocol, boolean ipv4) {
      PortBinding binding = new PortBinding(ipv4 ? "0.0.0.0" : "::", "");
      return way(ipv4)
          .map(way -> new DirectPort(protocol, way.address(), number(exposedPort)))
          .map(
              rule ->
                  new Taken(
                      exposedPort, binding, Optional.empty(), List.of(rule), Optional.empty()));
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
      firewall.publish(before.rules(), published.rules());
      staleFlows.forgetAfter(without(before.rules(), published.rules()));
      staleFlows.forgetBefore(without(published.rules(), before.rules()));
      reusable.forEach(Taken::close);
      relay(published);
      return published;
    } catch (PortAllocator.PortException | RuntimeException e) {
      fresh.forEach(Taken::close);
      throw e;
    }
  }

  private static List<PortRule> without(List<PortRule> rules, List<PortRule> others) {
    Set<PortRule> left = new LinkedHashSet<>(rules);
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
      if (target.isRouted(ipv4)) {
        target.open(exposedPort, protocol, ipv4).ifPresent(taken::add);
        continue;
      }
      if (target.led(ipv4, protocol).isEmpty()) {
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
      one.relayed()
          .ifPresent(target -> one.lease().ifPresent(lease -> lease.relay(relays, target)));
    }
  }

  private static Optional<PortAllocator.Lease> reuse(
      String exposedPort,
      InetAddress hostIp,
      Optional<PortAllocator.Range> wanted,
      List<Taken> reusable) {
    for (Taken one : reusable) {
      Optional<PortAllocator.Lease> fitting =
          one.lease()
              .filter(lease -> one.exposedPort().equals(exposedPort))
              .filter(lease -> lease.address().equals(hostIp))
              .filter(lease -> wanted.map(range -> range.contains(lease.port())).orElse(true));
      if (fitting.isPresent()) {
        reusable.remove(one);
        return fitting;
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
    if (target.led(true, protocol).isPresent()) {
      addresses.add(hostBinding);
    }
    if (target.led(false, protocol).isPresent()) {
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
            if (binding.hostPort().isEmpty()) {
              target
                  .open(exposedPort, protocol, hostIp instanceof Inet4Address)
                  .ifPresent(taken::add);
            } else {
              int port = Integer.parseInt(binding.hostPort());
              taken.add(target.to(exposedPort, protocol, allocator.adopt(protocol, hostIp, port)));
            }
          }
        });
    Published published = new Published(bindings, taken);
    firewall.note(published.rules());
    relay(published);
    return published;
  }

  /** Takes ports back. */
  void close(Published published) {
    try {
      firewall.publish(published.rules(), List.of());
      staleFlows.forgetAfter(published.rules());
    } finally {
      letGo(published);
    }
  }

  /** Lets go of the ports' sockets, and leaves the rules. */
  static void letGo(Published published) {
    published.taken().forEach(Taken::close);
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
