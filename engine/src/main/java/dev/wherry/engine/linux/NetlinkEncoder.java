package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_ACK;
import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_CREATE;
import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_EXCL;
import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_REQUEST;

import java.net.InetAddress;
import java.util.Optional;

/** Turns requests into messages of rtnetlink(7), with the kernel headers' names. */
final class NetlinkEncoder {
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;

  static final int AF_UNSPEC = 0;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_LINK_NETNSID = 37;
  static final int IFLA_INFO_KIND = 1;
  static final int IFF_UP = 1;

  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;

  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTN_UNICAST = 1;
  static final int RT_TABLE_MAIN = 254;

  private static final int IFLA_NET_NS_FD = 28;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFLA_INFO_SLAVE_KIND = 4;
  private static final int IFLA_INFO_SLAVE_DATA = 5;
  private static final int VETH_INFO_PEER = 1;
  private static final int IFLA_MACVLAN_MODE = 1;
  private static final int IFLA_IPVLAN_MODE = 1;
  private static final int IFLA_IPVLAN_FLAGS = 2;
  private static final int IFLA_VLAN_ID = 1;
  private static final int IFLA_BRPORT_MODE = 4;
  private static final int IFLA_BRPORT_ISOLATED = 33;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_F_NODAD = 2;
  private static final int RTPROT_STATIC = 4;
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int RT_SCOPE_LINK = 253;

  private static final int CREATE = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  private static final int CHANGE = NLM_F_REQUEST | NLM_F_ACK;

  private final NetlinkMessage message;

  NetlinkEncoder(NetlinkMessage message) {
    this.message = message;
  }

  void encode(NetlinkRequest request, int sequence) {
    switch (request) {
      case NetlinkRequest.CreateBridge bridge -> bridge(bridge, sequence);
      case NetlinkRequest.CreateVeth veth -> veth(veth, sequence);
      case NetlinkRequest.CreateMacvlan macvlan -> macvlan(macvlan, sequence);
      case NetlinkRequest.CreateIpvlan ipvlan -> ipvlan(ipvlan, sequence);
      case NetlinkRequest.CreateVlan vlan -> vlan(vlan, sequence);
      case NetlinkRequest.CreateSink(String name, String kind) -> {
        create(name, IFF_UP, sequence);
        info(kind, () -> {});
      }
      case NetlinkRequest.SetUp(String name, boolean up) ->
          change(sequence, up ? IFF_UP : 0, IFF_UP).put(IFLA_IFNAME, name);
      case NetlinkRequest.Rename(int link, String newName) ->
          message
              .begin(RTM_NEWLINK, CHANGE, sequence)
              .ifinfomsg(AF_UNSPEC, link, 0, 0)
              .put(IFLA_IFNAME, newName);
      case NetlinkRequest.SetMtu(String name, int mtu) ->
          change(sequence, 0, 0).put(IFLA_IFNAME, name).putInt(IFLA_MTU, mtu);
      case NetlinkRequest.SetMaster(String name, int master) ->
          change(sequence, 0, 0).put(IFLA_IFNAME, name).putInt(IFLA_MASTER, master);
      case NetlinkRequest.SetBridgePort port -> bridgePort(port, sequence);
      case NetlinkRequest.DeleteLink(String name) ->
          message
              .begin(RTM_DELLINK, CHANGE, sequence)
              .ifinfomsg(AF_UNSPEC, 0, 0, 0)
              .put(IFLA_IFNAME, name);
      case NetlinkRequest.AddAddress(int link, InetAddress address, int prefix) ->
          address(RTM_NEWADDR, CREATE, sequence, link, address, prefix);
      case NetlinkRequest.DeleteAddress(int link, InetAddress address, int prefix) ->
          address(RTM_DELADDR, CHANGE, sequence, link, address, prefix);
      case NetlinkRequest.AddRoute(
              InetAddress destination,
              int prefix,
              Optional<InetAddress> gateway,
              int link) ->
          route(RTM_NEWROUTE, CREATE, sequence, destination, prefix, gateway, link);
      case NetlinkRequest.DeleteRoute(
              InetAddress destination,
              int prefix,
              Optional<InetAddress> gateway,
              int link) ->
          route(RTM_DELROUTE, CHANGE, sequence, destination, prefix, gateway, link);
    }
    message.end();
  }

  private NetlinkMessage change(int sequence, int flags, int mask) {
    return message.begin(RTM_NEWLINK, CHANGE, sequence).ifinfomsg(AF_UNSPEC, 0, flags, mask);
  }

  private NetlinkMessage create(String name, int flags, int sequence) {
    return message
        .begin(RTM_NEWLINK, CREATE, sequence)
        .ifinfomsg(AF_UNSPEC, 0, flags, flags)
        .put(IFLA_IFNAME, name);
  }

  private void info(String kind, Runnable data) {
    int info = message.beginNest(IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, kind);
    int nest = message.beginNest(IFLA_INFO_DATA);
    data.run();
    message.endNest(nest).endNest(info);
  }

  private void bridge(NetlinkRequest.CreateBridge bridge, int sequence) {
    create(bridge.name(), 0, sequence).put(IFLA_ADDRESS, bridge.address().bytes());
    mtu(bridge.mtu());
    info("bridge", () -> {});
  }

  private void macvlan(NetlinkRequest.CreateMacvlan macvlan, int sequence) {
    create(macvlan.name(), 0, sequence).putInt(IFLA_LINK, macvlan.parent());
    macvlan.namespace().ifPresent(fd -> message.putInt(IFLA_NET_NS_FD, fd.number()));
    macvlan.address().ifPresent(address -> message.put(IFLA_ADDRESS, address.bytes()));
    mtu(macvlan.mtu());
    info("macvlan", () -> message.putInt(IFLA_MACVLAN_MODE, macvlan.mode().value()));
  }

  private void ipvlan(NetlinkRequest.CreateIpvlan ipvlan, int sequence) {
    create(ipvlan.name(), 0, sequence).putInt(IFLA_LINK, ipvlan.parent());
    ipvlan.namespace().ifPresent(fd -> message.putInt(IFLA_NET_NS_FD, fd.number()));
    mtu(ipvlan.mtu());
    info(
        "ipvlan",
        () ->
            message
                .putShort(IFLA_IPVLAN_MODE, ipvlan.mode().value())
                .putShort(IFLA_IPVLAN_FLAGS, ipvlan.flag().value()));
  }

  private void vlan(NetlinkRequest.CreateVlan vlan, int sequence) {
    create(vlan.name(), IFF_UP, sequence).putInt(IFLA_LINK, vlan.parent());
    info("vlan", () -> message.putShort(IFLA_VLAN_ID, vlan.tag()));
  }

  private void veth(NetlinkRequest.CreateVeth veth, int sequence) {
    create(veth.name(), IFF_UP, sequence).putInt(IFLA_MASTER, veth.master());
    mtu(veth.mtu());
    info("veth", () -> peer(veth));
  }

  private void peer(NetlinkRequest.CreateVeth veth) {
    int peer = message.beginNest(VETH_INFO_PEER);
    message
        .ifinfomsg(AF_UNSPEC, 0, 0, 0)
        .put(IFLA_IFNAME, veth.peerName())
        .put(IFLA_ADDRESS, veth.peerAddress().bytes())
        .putInt(IFLA_NET_NS_FD, veth.namespace().number());
    mtu(veth.mtu());
    message.endNest(peer);
  }

  private void mtu(int mtu) {
    if (mtu > 0) {
      message.putInt(IFLA_MTU, mtu);
    }
  }

  private void bridgePort(NetlinkRequest.SetBridgePort port, int sequence) {
    change(sequence, 0, 0).put(IFLA_IFNAME, port.name());
    int info = message.beginNest(IFLA_LINKINFO);
    message.put(IFLA_INFO_SLAVE_KIND, "bridge");
    int data = message.beginNest(IFLA_INFO_SLAVE_DATA);
    message
        .putByte(IFLA_BRPORT_MODE, port.hairpin() ? 1 : 0)
        .putByte(IFLA_BRPORT_ISOLATED, port.isolated() ? 1 : 0)
        .endNest(data)
        .endNest(info);
  }

  private void address(
      int type, int flags, int sequence, int link, InetAddress address, int prefixLength) {
    byte[] bytes = address.getAddress();
    boolean four = bytes.length == 4;
    // duplicate address detection would keep an IPv6 address from use for a second
    int addressFlags = four ? 0 : IFA_F_NODAD;
    message
        .begin(type, flags, sequence)
        .ifaddrmsg(family(bytes), prefixLength, addressFlags, RT_SCOPE_UNIVERSE, link)
        .put(IFA_LOCAL, bytes)
        .put(IFA_ADDRESS, bytes);
    if (four && prefixLength < 31) {
      message.put(IFA_BROADCAST, broadcast(bytes, prefixLength));
    }
  }

  private static byte[] broadcast(byte[] address, int prefixLength) {
    byte[] broadcast = address.clone();
    for (int bit = prefixLength; bit < 32; bit++) {
      broadcast[bit / 8] |= (byte) (0x80 >> (bit % 8));
    }
    return broadcast;
  }

  private void route(
      int type,
      int flags,
      int sequence,
      InetAddress destination,
      int prefixLength,
      Optional<InetAddress> gateway,
      int link) {
    byte[] bytes = destination.getAddress();
    int scope = gateway.isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    message
        .begin(type, flags, sequence)
        .rtmsg(family(bytes), prefixLength, RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST);
    if (prefixLength > 0) {
      message.put(RTA_DST, bytes);
    }
    gateway.ifPresent(address -> message.put(RTA_GATEWAY, address.getAddress()));
    message.putInt(RTA_OIF, link);
  }

  static int family(byte[] address) {
    return address.length == 4 ? AF_INET : AF_INET6;
  }

  /** What the request is about, for messages. */
  static String describe(NetlinkRequest request) {
    return switch (request) {
      case NetlinkRequest.CreateBridge bridge -> "create bridge " + bridge.name();
      case NetlinkRequest.CreateVeth veth -> "create veth " + veth.name();
      case NetlinkRequest.CreateMacvlan macvlan -> "create macvlan " + macvlan.name();
      case NetlinkRequest.CreateIpvlan ipvlan -> "create ipvlan " + ipvlan.name();
      case NetlinkRequest.CreateVlan vlan -> "create vlan " + vlan.name();
      case NetlinkRequest.CreateSink sink -> "create " + sink.kind() + " " + sink.name();
      case NetlinkRequest.SetUp up -> "set " + up.name() + (up.up() ? " up" : " down");
      case NetlinkRequest.Rename rename ->
          "rename link " + rename.link() + " to " + rename.newName();
      case NetlinkRequest.SetMtu mtu -> "set mtu of " + mtu.name() + " to " + mtu.mtu();
      case NetlinkRequest.SetMaster master -> "set master of " + master.name();
      case NetlinkRequest.SetBridgePort port -> "set bridge port " + port.name();
      case NetlinkRequest.DeleteLink link -> "delete link " + link.name();
      case NetlinkRequest.AddAddress a -> "add address " + at(a.address(), a.prefixLength());
      case NetlinkRequest.DeleteAddress a -> "delete address " + at(a.address(), a.prefixLength());
      case NetlinkRequest.AddRoute r -> "add route " + at(r.destination(), r.prefixLength());
      case NetlinkRequest.DeleteRoute r -> "delete route " + at(r.destination(), r.prefixLength());
    };
  }

  private static String at(InetAddress address, int prefixLength) {
    return address.getHostAddress() + "/" + prefixLength;
  }
}
