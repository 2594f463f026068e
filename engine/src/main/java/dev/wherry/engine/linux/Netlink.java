package dev.wherry.engine.linux;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A conversation with the kernel's routing subsystem, rtnetlink(7), about the network namespace in
 * which it was opened, whatever thread uses it. Safe for use by several threads, one at a time.
 * While it is open the namespace lives.
 */
public interface Netlink extends AutoCloseable {
  /**
   * A link.
   *
   * @param kind such as {@code bridge} or {@code veth}, empty for hardware and loopback
   * @param master interface index of the bridge it is a port of, 0 for none
   * @param foreignParent interface index, in another namespace, of the link that it stands on; 0
   *     for a link that stands on none, or on one of its own namespace
   */
  record Link(
      int index,
      String name,
      String kind,
      Optional<MacAddress> address,
      int mtu,
      int master,
      int foreignParent,
      boolean up) {}

  /** An address of a link. */
  record Address(int link, InetAddress address, int prefixLength) {}

  /**
   * A unicast route of the main table.
   *
   * @param destination the unspecified address and prefix 0 for the default route
   * @param link interface index, 0 for a route over several
   */
  record Route(
      InetAddress destination, int prefixLength, Optional<InetAddress> gateway, int link) {}

  /**
   * Sends the changes as one datagram and waits for all answers. The kernel makes them in order and
   * goes on after a failed one; the first failure is thrown, with the kernel's own words where it
   * gives some.
   *
   * @throws LinuxException such as EEXIST, ENODEV, EADDRNOTAVAIL
   */
  void execute(List<NetlinkRequest> requests);

  /** One change, see {@link #execute(List)}. */
  default void execute(NetlinkRequest request) {
    execute(List.of(request));
  }

  /** A link by name. */
  Optional<Link> link(String name);

  /** All links. */
  List<Link> links();

  /** All addresses of both families. */
  List<Address> addresses();

  /** All unicast routes of the main table, of both families. */
  List<Route> routes();

  @Override
  void close();
}
