package dev.wherry.engine.linux;

import java.net.InetAddress;
import java.util.Optional;

/** A change to links, addresses or routes, rtnetlink(7). */
public sealed interface NetlinkRequest {
  /**
   * Creates a bridge, down.
   *
   * @param mtu bytes, 0 for the kernel's default
   */
  record CreateBridge(String name, MacAddress address, int mtu) implements NetlinkRequest {}

  /**
   * Creates a pair of virtual ethernet links: the near end here, up and a port of a bridge; the far
   * end at once in another namespace, down.
   *
   * @param master interface index of the bridge
   * @param namespace an open namespace, {@code /proc/PID/ns/net} or a pin of it
   * @param mtu bytes, 0 for the kernel's default
   */
  record CreateVeth(
      String name, int master, Fd namespace, String peerName, MacAddress peerAddress, int mtu)
      implements NetlinkRequest {}

  /**
   * Creates a link that shares another one's hardware, with an address of its own, down.
   *
   * @param parent interface index of that other one, here
   * @param namespace where it is to be, an open namespace; empty for here
   * @param address empty for a random one; in mode passthru it has the parent's
   * @param mtu bytes, 0 for the parent's
   */
  record CreateMacvlan(
      String name,
      int parent,
      Optional<Fd> namespace,
      MacvlanMode mode,
      Optional<MacAddress> address,
      int mtu)
      implements NetlinkRequest {}

  /** Who may meet, ip-link(8). */
  enum MacvlanMode {
    PRIVATE(1),
    VEPA(2),
    BRIDGE(4),
    PASSTHRU(8);

    private final int value;

    MacvlanMode(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /**
   * Creates a link that shares another one's hardware and address, down.
   *
   * @param parent interface index of that other one, here
   * @param namespace where it is to be, an open namespace; empty for here
   * @param mtu bytes, 0 for the parent's
   */
  record CreateIpvlan(
      String name, int parent, Optional<Fd> namespace, IpvlanMode mode, IpvlanFlag flag, int mtu)
      implements NetlinkRequest {}

  /** On which layer packets are switched, ip-link(8). */
  enum IpvlanMode {
    L2(0),
    L3(1),
    L3S(2);

    private final int value;

    IpvlanMode(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Who may meet, ip-link(8). */
  enum IpvlanFlag {
    BRIDGE(0),
    PRIVATE(1),
    VEPA(2);

    private final int value;

    IpvlanFlag(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /**
   * Creates a link of IEEE 802.1Q, up.
   *
   * @param parent interface index of that which carries the tagged frames
   * @param tag 1 to 4094
   */
  record CreateVlan(String name, int parent, int tag) implements NetlinkRequest {}

  /**
   * Creates a link that swallows what is sent to it, up.
   *
   * @param kind {@code dummy}, or another kind that does so and wants no settings
   */
  record CreateSink(String name, String kind) implements NetlinkRequest {}

  /** Sets a link up or down. */
  record SetUp(String name, boolean up) implements NetlinkRequest {}

  /** Renames a link that is down, found by its interface index. */
  record Rename(int link, String newName) implements NetlinkRequest {}

  /** Sets a link's largest packet, in bytes. */
  record SetMtu(String name, int mtu) implements NetlinkRequest {}

  /**
   * Sets up a port of a bridge.
   *
   * @param hairpin whether frames may go out by the port they came in by
   * @param isolated whether it reaches only ports that are not isolated, and the bridge itself
   */
  record SetBridgePort(String name, boolean hairpin, boolean isolated) implements NetlinkRequest {}

  /** Makes a link a port of a bridge. */
  record SetMaster(String name, int master) implements NetlinkRequest {}

  /** Deletes a link, and its peer with it; takes tens of milliseconds. */
  record DeleteLink(String name) implements NetlinkRequest {}

  /** Adds an address to a link; of IPv4 with the subnet's broadcast address. */
  record AddAddress(int link, InetAddress address, int prefixLength) implements NetlinkRequest {}

  /** Removes an address from a link. */
  record DeleteAddress(int link, InetAddress address, int prefixLength) implements NetlinkRequest {}

  /**
   * Adds a route to the main table.
   *
   * @param destination with all bits after the prefix zero; prefix 0 is the default route
   * @param gateway empty for what is on the link itself
   */
  record AddRoute(
      InetAddress destination, int prefixLength, Optional<InetAddress> gateway, int link)
      implements NetlinkRequest {}

  /** Removes a route from the main table. */
  record DeleteRoute(
      InetAddress destination, int prefixLength, Optional<InetAddress> gateway, int link)
      implements NetlinkRequest {}
}
