package dev.wherry.engine.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The places that a container's default routes lead by, which its published ports lead to as well:
 * of each family that of the highest priority, among equals that whose network's name is first.
 */
record Gateways(Optional<Place> ipv4, Optional<Place> ipv6) {
  private static final Comparator<Place> ORDER =
      Comparator.comparingInt((Place place) -> place.request().gwPriority())
          .reversed()
          .thenComparing(Place::name);

  /** A default route: by whose link, and to which address if it is not all on the link itself. */
  record Route(Place place, boolean ipv4, Optional<InetAddress> gateway) {}

  static Gateways of(List<Place> places) {
    return new Gateways(best(places, true), best(places, false));
  }

  private static Optional<Place> best(List<Place> places, boolean ipv4) {
    return places.stream().filter(place -> place.leadsOut(ipv4)).min(ORDER);
  }

  /** The default routes. */
  List<Route> routes() {
    return Stream.concat(route(ipv4, true), route(ipv6, false)).toList();
  }

  private static Stream<Route> route(Optional<Place> place, boolean isIpv4) {
    return place.stream().map(at -> new Route(at, isIpv4, at.gateway(isIpv4)));
  }

  /** The routes by one place. */
  List<Route> by(Place place) {
    return routes().stream().filter(route -> route.place().equals(place)).toList();
  }

  /** The place that stands for the container in messages; empty if nothing leads out. */
  Optional<Place> first() {
    return ipv4.or(() -> ipv6);
  }

  /** Where ports lead: to those of the places that are on a bridge. */
  Optional<PortPublisher.Target> target() {
    List<PortPublisher.Way> ways = new ArrayList<>();
    Optional<InetAddress> binding = Optional.empty();
    for (Route route : routes()) {
      if (route.place().network().options() instanceof BridgeOptions options) {
        GatewayMode mode = options.gateway(route.ipv4());
        route
            .place()
            .address(route.ipv4())
            .map(to -> new PortPublisher.Way(to, mode, !options.trusted().isEmpty()))
            .ifPresent(ways::add);
        binding = binding.or(() -> Optional.of(options.hostBinding()));
      }
    }
    return binding.map(address -> new PortPublisher.Target(ways, address));
  }
}
