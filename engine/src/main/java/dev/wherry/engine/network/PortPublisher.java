package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns what a user asks to be published into ports taken and rules written. Thread-safe. */
final class PortPublisher {
  private static final int MAX_PORT = 65535;

  private final PortAllocator allocator;
  private final Firewall firewall;
  private final StaleFlows staleFlows;

  PortPublisher(PortAllocator allocator, Firewall firewall, StaleFlows staleFlows) {
    this.allocator = allocator;
    this.firewall = firewall;
    this.staleFlows = staleFlows;
  }

  /**
   * What is published for a container, until it is closed.
   *
   * @param bindings by {@code port/proto} of the container; an exposed port that is not published
   *     has none
   */
  record Published(
      Map<String, List<PortBinding>> bindings,
      List<PortAllocator.Lease> leases,
      List<PublishedPort> ports) {}

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
  }

  /**
   * Publishes ports; all of them, or none.
   *
   * @param exposed {@code port/proto}: others are not published, as with dockerd
   * @param wanted by {@code port/proto}
   * @param all whether exposed ports that are not in {@code wanted} get one each
   * @throws PortAllocator.PortException if one can't be had
   */
  Published publish(
      Collection<String> exposed, Map<String, List<PortBinding>> wanted, boolean all, Target target)
      throws PortAllocator.PortException {
    Map<String, List<PortBinding>> bindings = new LinkedHashMap<>();
    List<PortAllocator.Lease> leases = new ArrayList<>();
    List<PublishedPort> ports = new ArrayList<>();
    try {
      for (String exposedPort : exposed) {
        List<PortBinding> asked = wanted.getOrDefault(exposedPort, List.of());
        if (asked.isEmpty() && all) {
          asked = List.of(new PortBinding("", ""));
        }
        List<PortBinding> given = new ArrayList<>();
        for (PortBinding binding : asked) {
          take(exposedPort, binding, target, leases, ports, given);
        }
        bindings.put(exposedPort, List.copyOf(given));
      }
      firewall.publish(ports);
      staleFlows.forgetBefore(ports);
      return new Published(bindings, leases, ports);
    } catch (PortAllocator.PortException | RuntimeException e) {
      leases.forEach(PortAllocator.Lease::close);
      throw e;
    }
  }

  private void take(
      String exposedPort,
      PortBinding binding,
      Target target,
      List<PortAllocator.Lease> leases,
      List<PublishedPort> ports,
      List<PortBinding> given)
      throws PortAllocator.PortException {
    Protocol protocol = protocol(exposedPort);
    Optional<PortAllocator.Range> wanted = range(binding.hostPort());
    for (InetAddress hostIp : hostAddresses(binding, target)) {
      InetAddress containerIp =
          target
              .address(hostIp instanceof Inet4Address)
              .orElseThrow(
                  () ->
                      new PortAllocator.PortException(
                          "cannot bind to "
                              + Subnet.text(hostIp)
                              + ": the container has no address of that family"));
      PortAllocator.Lease lease = allocator.take(protocol, hostIp, wanted);
      leases.add(lease);
      int port = lease.port();
      wanted = Optional.of(new PortAllocator.Range(port, port)); // the same for both families
      ports.add(new PublishedPort(protocol, hostIp, port, containerIp, number(exposedPort)));
      given.add(new PortBinding(Subnet.text(hostIp), Integer.toString(port)));
    }
  }

  /** All addresses of both families if the container has both and the user names none. */
  private static List<InetAddress> hostAddresses(PortBinding binding, Target target) {
    if (!binding.hostIp().isEmpty()) {
      try {
        return List.of(Subnet.literal(binding.hostIp()));
      } catch (IllegalArgumentException e) {
        throw new EngineException.InvalidParameter("invalid IP address: " + binding.hostIp(), e);
      }
    }
    boolean both = target.hostBinding().isAnyLocalAddress() && target.address(false).isPresent();
    return both
        ? List.of(target.hostBinding(), Subnet.literal("::"))
        : List.of(target.hostBinding());
  }

  /** What is published for a container that no port can lead to. */
  static Published nothing(Collection<String> exposed) {
    Map<String, List<PortBinding>> bindings = new LinkedHashMap<>();
    exposed.forEach(port -> bindings.put(port, List.of()));
    return new Published(bindings, List.of(), List.of());
  }

  /** Takes note of the ports of a container that outlived the daemon. */
  Published adopt(Map<String, List<PortBinding>> bindings, Target target) {
    List<PortAllocator.Lease> leases = new ArrayList<>();
    List<PublishedPort> ports = new ArrayList<>();
    bindings.forEach(
        (exposedPort, given) -> {
          Protocol protocol = protocol(exposedPort);
          for (PortBinding binding : given) {
            InetAddress hostIp = Subnet.literal(binding.hostIp());
            int port = Integer.parseInt(binding.hostPort());
            leases.add(allocator.adopt(protocol, hostIp, port));
            target
                .address(hostIp instanceof Inet4Address)
                .map(
                    address ->
                        new PublishedPort(protocol, hostIp, port, address, number(exposedPort)))
                .ifPresent(ports::add);
          }
        });
    firewall.note(ports);
    return new Published(bindings, leases, ports);
  }

  /** Takes ports back. */
  void close(Published published) {
    try {
      firewall.unpublish(published.ports());
      staleFlows.forgetAfter(published.ports());
    } finally {
      published.leases().forEach(PortAllocator.Lease::close);
    }
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
