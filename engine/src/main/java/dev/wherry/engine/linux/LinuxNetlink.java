package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_DUMP;
import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_REQUEST;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link Netlink} over a socket of its own. */
public final class LinuxNetlink implements Netlink {
  private static final int IFINFOMSG = 16;
  private static final int IFADDRMSG = 8;
  private static final int RTMSG = 12;
  private static final int DUMP_TRIES = 10;
  private static final int NLM_F_DUMP_INTR = 0x10;

  private final NetlinkSocket socket;
  private int sequence;

  private LinuxNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens one for the calling thread's network namespace. */
  public static LinuxNetlink open() {
    return new LinuxNetlink(NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
  }

  @Override
  public synchronized void execute(List<NetlinkRequest> requests) {
    if (requests.isEmpty()) {
      return;
    }
    NetlinkMessage message = new NetlinkMessage();
    NetlinkEncoder encoder = new NetlinkEncoder(message);
    int first = sequence + 1;
    for (NetlinkRequest request : requests) {
      encoder.encode(request, ++sequence);
    }
    socket.send(message.toBytes());
    socket.acknowledged(
        first, requests.size(), index -> NetlinkEncoder.describe(requests.get(index)));
  }

  @Override
  public synchronized Optional<Link> link(String name) {
    NetlinkMessage message = new NetlinkMessage();
    message
        .begin(NetlinkEncoder.RTM_GETLINK, NLM_F_REQUEST, ++sequence)
        .ifinfomsg(NetlinkEncoder.AF_UNSPEC, 0, 0, 0)
        .put(NetlinkEncoder.IFLA_IFNAME, name)
        .end();
    socket.send(message.toBytes());
    while (true) {
      for (NetlinkReply reply : NetlinkReply.parse(socket.receive())) {
        if (reply.sequence() != sequence) {
          continue;
        }
        if (!reply.isError()) {
          return Optional.of(link(reply));
        }
        if (reply.errorNumber() == Errno.ENODEV.number()) {
          return Optional.empty();
        }
        throw reply.failure("get link " + name);
      }
    }
  }

  @Override
  public synchronized List<Link> links() {
    NetlinkMessage message = new NetlinkMessage();
    message
        .begin(NetlinkEncoder.RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, ++sequence)
        .ifinfomsg(NetlinkEncoder.AF_UNSPEC, 0, 0, 0)
        .end();
    return dump(message, "dump links").stream().map(LinuxNetlink::link).toList();
  }

  @Override
  public synchronized List<Address> addresses() {
    NetlinkMessage message = new NetlinkMessage();
    message
        .begin(NetlinkEncoder.RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, ++sequence)
        .ifaddrmsg(NetlinkEncoder.AF_UNSPEC, 0, 0, 0, 0)
        .end();
    List<Address> addresses = new ArrayList<>();
    for (NetlinkReply reply : dump(message, "dump addresses")) {
      Map<Integer, byte[]> attributes = reply.attributes(IFADDRMSG);
      byte[] local = attributes.get(NetlinkEncoder.IFA_LOCAL);
      byte[] bytes = local == null ? attributes.get(NetlinkEncoder.IFA_ADDRESS) : local;
      if (bytes != null) {
        int prefixLength = reply.body().get(1) & 0xFF;
        addresses.add(new Address(reply.body().getInt(4), address(bytes), prefixLength));
      }
    }
    return List.copyOf(addresses);
  }

  @Override
  public synchronized List<Route> routes() {
    NetlinkMessage message = new NetlinkMessage();
    message
        .begin(NetlinkEncoder.RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, ++sequence)
        .rtmsg(NetlinkEncoder.AF_UNSPEC, 0, 0, 0, 0, 0)
        .end();
    List<Route> routes = new ArrayList<>();
    for (NetlinkReply reply : dump(message, "dump routes")) {
      int table = reply.body().get(4) & 0xFF;
      int type = reply.body().get(7) & 0xFF;
      if (table == NetlinkEncoder.RT_TABLE_MAIN && type == NetlinkEncoder.RTN_UNICAST) {
        routes.add(route(reply));
      }
    }
    return List.copyOf(routes);
  }

  /** A dump during which something changed may be torn: the kernel says so, and it is repeated. */
  private List<NetlinkReply> dump(NetlinkMessage message, String what) {
    for (int i = 0; i < DUMP_TRIES; i++) {
      List<NetlinkReply> replies = new ArrayList<>();
      socket.dump(message.toBytes(), sequence, what, replies::add);
      if (replies.stream().noneMatch(reply -> (reply.flags() & NLM_F_DUMP_INTR) != 0)) {
        return replies;
      }
    }
    throw new LinuxException(Errno.EAGAIN, "netlink", what);
  }

  private static Link link(NetlinkReply reply) {
    Map<Integer, byte[]> attributes = reply.attributes(IFINFOMSG);
    byte[] name = attributes.get(NetlinkEncoder.IFLA_IFNAME);
    byte[] mac = attributes.get(NetlinkEncoder.IFLA_ADDRESS);
    int flags = reply.body().getInt(8);
    return new Link(
        reply.body().getInt(4),
        name == null ? "" : NetlinkReply.string(name),
        kind(attributes.get(NetlinkEncoder.IFLA_LINKINFO)),
        mac == null || mac.length != 6 ? Optional.empty() : Optional.of(MacAddress.of(mac)),
        NetlinkReply.integer(attributes.get(NetlinkEncoder.IFLA_MTU)).orElse(0),
        NetlinkReply.integer(attributes.get(NetlinkEncoder.IFLA_MASTER)).orElse(0),
        attributes.containsKey(NetlinkEncoder.IFLA_LINK_NETNSID)
            ? NetlinkReply.integer(attributes.get(NetlinkEncoder.IFLA_LINK)).orElse(0)
            : 0,
        (flags & NetlinkEncoder.IFF_UP) != 0);
  }

  private static String kind(byte @Nullable [] linkInfo) {
    if (linkInfo == null) {
      return "";
    }
    byte[] kind = NetlinkReply.nested(linkInfo).get(NetlinkEncoder.IFLA_INFO_KIND);
    return kind == null ? "" : NetlinkReply.string(kind);
  }

  private static Route route(NetlinkReply reply) {
    Map<Integer, byte[]> attributes = reply.attributes(RTMSG);
    boolean four = (reply.body().get(0) & 0xFF) == NetlinkEncoder.AF_INET;
    byte[] destination = attributes.get(NetlinkEncoder.RTA_DST);
    byte[] gateway = attributes.get(NetlinkEncoder.RTA_GATEWAY);
    return new Route(
        address(destination == null ? new byte[four ? 4 : 16] : destination),
        reply.body().get(1) & 0xFF,
        gateway == null ? Optional.empty() : Optional.of(address(gateway)),
        NetlinkReply.integer(attributes.get(NetlinkEncoder.RTA_OIF)).orElse(0));
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new LinuxException(Errno.EBADMSG, "netlink address of length", "" + bytes.length);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
