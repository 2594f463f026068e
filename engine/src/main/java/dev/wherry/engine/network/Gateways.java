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

  /** A default route: by whose link, and to which address. */
  record Route(Place place, InetAddress gateway) {}

  static Gateways of(List<Place> places) {
    return new Gateways(best(places, true), best(places, false));
  }

  private static Optional<Place> best(List<Place> places, boolean ipv4) {
    return places.stream().filter(place -> place.gateway(ipv4).isPresent()).min(ORDER);
  }

  /** The default routes. */
  List<Route> routes() {
    return Stream.concat(route(ipv4, true), route(ipv6, false)).toList();
  }

  private static Stream<Route> route(Optional<Place> place, boolean isIpv4) {
    return place.stream()
        .flatMap(at -> at.gateway(isIpv4).stream().map(gateway -> new Route(at, gateway)));
  }

  /** The gateways of the routes by one place. */
  List<InetAddress> by(Place place) {
    return routes().stream()
        .filter(route -> route.place().equals(place))
        .map(Route::gateway)
        .toList();
  }

  /** The place that stands for the container in messages; empty if nothing leads out. */
  Optional<Place> first() {
    return ipv4.or(() -> ipv6);
  }

  /** Where ports lead. */
  Optional<PortPublisher.Target> target() {
    List<InetAddress> addresses = new ArrayList<>();
    ipv4.flatMap(place -> place.address(true)).ifPresent(addresses::add);
    ipv6.flatMap(place -> place.address(false)).ifPresent(addresses::add);
    return first()
        .map(place -> new PortPublisher.Target(addresses, place.network().options().hostBinding()));
  }
}
