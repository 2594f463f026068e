package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.store.Ids;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Links of the kernel's macvlan and ipvlan, and the links that they stand on. Thread-safe. */
final class VlanDriver {
  /** What leads nowhere: the second is for kernels built without the first. */
  private static final List<String> SINKS = List.of("dummy", "ifb");

  private static final int MAX_TAG = 4094;
  private static final int RANDOM_DIGITS = 10;

  private final Netlink netlink;
  private final Paths paths;

  /**
   * A driver for the links of one namespace.
   *
   * @param netlink of the namespace that has the parents, left open
   */
  VlanDriver(Netlink netlink, Paths paths) {
    this.netlink = netlink;
    this.paths = paths;
  }

  /** Whether the link that a network's containers stand on is there. */
  boolean isThere(VlanOptions options) {
    return netlink.link(options.parent()).isPresent();
  }

  /**
   * Makes the link that containers stand on: one that leads nowhere, or that of a VLAN, {@code
   * eth0.10}.
   *
   * @throws EngineException.InvalidParameter with dockerd's text if it is neither
   * @throws EngineException.NotImplemented if the kernel has nothing of the kind
   */
  void makeParent(VlanOptions options) {
    if (options.secluded()) {
      makeSink(options.parent());
    } else {
      makeVlan(options.parent());
    }
  }

  private void makeSink(String name) {
    for (String kind : SINKS) {
      try {
        netlink.execute(new NetlinkRequest.CreateSink(name, kind));
        return;
      } catch (LinuxException e) {
        if (!e.is(Errno.EOPNOTSUPP)) {
          throw e;
        }
      }
    }
    throw new EngineException.NotImplemented(
        "a network without a parent interface needs a kernel with dummy links");
  }

  private void makeVlan(String name) {
    if (!name.contains(".")) {
      throw new EngineException.InvalidParameter(
          "invalid subinterface vlan name " + name + ", example formatting is eth0.10");
    }
    String[] words = name.split("\\.", -1);
    if (words.length != 2) {
      throw new EngineException.InvalidParameter(
          "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead"
              + " received "
              + name);
    }
    int tag = tag(words[1]);
    Netlink.Link carrier =
        netlink
            .link(words[0])
            .orElseThrow(
                () ->
                    new EngineException.InvalidParameter(
                        "-o parent interface was not found on the host: " + words[0]));
    if (tag < 1 || tag > MAX_TAG) {
      throw new EngineException.InvalidParameter(
          "vlan id must be between 1-4094, received: " + tag);
    }
    try {
      netlink.execute(new NetlinkRequest.CreateVlan(name, carrier.index(), tag));
    } catch (LinuxException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        throw new EngineException.NotImplemented(
            "failed to create " + name + " vlan link: this host's kernel has no VLANs (802.1Q)");
      }
      throw new EngineException.InvalidParameter(
          "failed to create " + name + " vlan link: " + e.getMessage(), e);
    }
  }

  private static int tag(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new EngineException.InvalidParameter(
          "unable to parse a valid vlan id from: " + text + " (ex. eth0.10 for vlan 10)", e);
    }
  }

  /**
   * Makes a link as a container would get it and removes it, so that what the kernel does not have
   * or the parent is not good for is known before a container needs it.
   *
   * @throws EngineException.NotImplemented if the kernel has nothing of the kind
   * @throws EngineException.InvalidParameter if the parent is not good for it
   */
  void tryOut(VlanOptions options) {
    String name = uniqueName();
    try {
      netlink.execute(request(name, options, Optional.empty(), Optional.empty()));
    } catch (LinuxException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        throw new EngineException.NotImplemented(
            "the network driver %s is not supported: this host's kernel has no %s links"
                .formatted(options.driver(), options.driver()));
      }
      throw new EngineException.InvalidParameter(
          "%s cannot be the parent of a network of the driver %s: %s"
              .formatted(options.parent(), options.driver(), e.getMessage()),
          e);
    }
    netlink.execute(new NetlinkRequest.DeleteLink(name));
  }

  /**
   * Makes a container's link inside its namespace, down.
   *
   * @param inside of the namespace
   */
  void plug(Path pin, Netlink inside, VlanOptions options, String name, Optional<MacAddress> mac) {
    // Older kernels, 6.1 for one, want the name to be free here too, and eth0 seldom is.
    String unique = uniqueName();
    try (Fd namespace = paths.open(pin, OpenFlags.O_RDONLY, 0)) {
      netlink.execute(request(unique, options, Optional.of(namespace), mac));
    }
    try {
      int index = inside.link(unique).orElseThrow().index();
      inside.execute(new NetlinkRequest.Rename(index, name));
    } catch (RuntimeException e) {
      try {
        inside.execute(new NetlinkRequest.DeleteLink(unique));
      } catch (LinuxException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private static String uniqueName() {
    return "new" + Ids.random().substring(0, RANDOM_DIGITS);
  }

  private NetlinkRequest request(
      String name, VlanOptions options, Optional<Fd> namespace, Optional<MacAddress> mac) {
    int parent =
        netlink
            .link(options.parent())
            .orElseThrow(
                () ->
                    new EngineException.Internal(
                        "the parent interface " + options.parent() + " is gone"))
            .index();
    return switch (options.kind()) {
      case VlanOptions.Kind.Macvlan macvlan ->
          new NetlinkRequest.CreateMacvlan(
              name, parent, namespace, macvlan.mode(), mac, options.mtu());
      case VlanOptions.Kind.Ipvlan ipvlan ->
          new NetlinkRequest.CreateIpvlan(
              name, parent, namespace, ipvlan.mode(), ipvlan.flag(), options.mtu());
    };
  }
}
