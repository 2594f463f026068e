package dev.wherry.engine.names;

import dev.wherry.engine.names.NameDirectory.Place;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What one container can look up. Answers at once, from any thread, and always by the present state
 * of its networks.
 */
public final class Resolver {

  /**
   * What it is on, and where it asks what is not known there.
   *
   * @param upstreams as they are at the moment, as the host may change its own
   */
  record State(
      List<Membership> memberships, Supplier<List<Upstream>> upstreams, boolean ndotsChosen) {}

  private final String sandboxId;
  private final NameDirectory directory;
  private final UpstreamSockets sockets;
  private volatile State state;

  Resolver(String sandboxId, NameDirectory directory, UpstreamSockets sockets, State state) {
    this.sandboxId = sandboxId;
    this.directory = directory;
    this.sockets = sockets;
    this.state = state;
  }

  public String sandboxId() {
    return sandboxId;
  }

  State state() {
    return state;
  }

  void change(State changed) {
    state = changed;
  }

  /** In which order to ask for what is not known here; may be empty. */
  public List<Upstream> upstreams() {
    return state.upstreams().get();
  }

  /** Makes the sockets to ask them with. */
  public UpstreamSockets sockets() {
    return sockets;
  }

  /**
   * Whether the user has set {@code ndots}: names of a single label then come back to the resolver
   * with a search domain, and without one they don't leave the host.
   */
  public boolean keepsSingleLabels() {
    return state.ndotsChosen();
  }

  /**
   * The addresses of a name, {@code name} or {@code name.network}; both parts may have dots.
   *
   * @param name with or without the dot at its end
   * @return nothing if nobody is called so; an empty list if those who are have no address of this
   *     family
   */
  public Optional<List<InetAddress>> addresses(String name, boolean ipv6) {
    State now = state;
    String asked = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    Optional<List<InetAddress>> found = onAny(now, asked, "", ipv6);
    for (int dot = asked.lastIndexOf('.');
        dot > 0 && found.isEmpty();
        dot = asked.lastIndexOf('.', dot - 1)) {
      found = onAny(now, asked.substring(0, dot), asked.substring(dot + 1), ipv6);
    }
    return found;
  }

  /**
   * @param network its name, empty for any
   */
  private Optional<List<InetAddress>> onAny(State now, String name, String network, boolean ipv6) {
    boolean known = false;
    for (Membership membership : now.memberships()) {
      if (network.isEmpty() || network.equalsIgnoreCase(membership.networkName())) {
        String real = linked(membership, name);
        List<Place> places = directory.named(membership.networkId(), real);
        known |= !places.isEmpty();
        List<InetAddress> addresses = ofFamily(places, ipv6);
        if (!addresses.isEmpty()) {
          return Optional.of(addresses);
        }
      }
    }
    return known ? Optional.of(List.of()) : Optional.empty();
  }

  private static String linked(Membership membership, String name) {
    if (membership.links().isEmpty()) {
      return name;
    }
    return membership.links().entrySet().stream()
        .filter(link -> link.getKey().equalsIgnoreCase(name))
        .map(link -> link.getValue())
        .findFirst()
        .orElse(name);
  }

  private static List<InetAddress> ofFamily(List<Place> places, boolean ipv6) {
    List<InetAddress> addresses = new ArrayList<>();
    for (Place place : places) {
      for (InetAddress address : place.addresses()) {
        if (ipv6 == address instanceof Inet6Address) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  /** Who has an address: {@code name.network}. */
  public Optional<String> nameOf(InetAddress address) {
    for (Membership membership : state.memberships()) {
      Optional<String> name = directory.nameOf(membership.networkId(), address);
      if (name.isPresent()) {
        return Optional.of(name.get() + "." + membership.networkName());
      }
    }
    return Optional.empty();
  }
}
