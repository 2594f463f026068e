package dev.wherry.engine.linux;

import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_ACK;
import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_DUMP;
import static dev.wherry.engine.linux.NetlinkMessage.NLM_F_REQUEST;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@link Conntrack} by the kernel's {@code nfnetlink_conntrack.h}. */
public final class LinuxConntrack implements Conntrack {
  private static final int IPCTNL_MSG_CT_GET = (1 << 8) | 1;
  private static final int IPCTNL_MSG_CT_DELETE = (1 << 8) | 2;
  private static final int NFGENMSG = 4;
  private static final int CTA_TUPLE_ORIG = 1;
  private static final int CTA_TUPLE_REPLY = 2;
  private static final int CTA_TUPLE_IP = 1;
  private static final int CTA_TUPLE_PROTO = 2;
  private static final int CTA_IP_V4_SRC = 1;
  private static final int CTA_IP_V4_DST = 2;
  private static final int CTA_IP_V6_SRC = 3;
  private static final int CTA_IP_V6_DST = 4;
  private static final int CTA_PROTO_NUM = 1;
  private static final int CTA_PROTO_DST_PORT = 3;
  private static final int IPPROTO_UDP = 17;

  /** A flow, and what the kernel told of it. */
  private record Found(Flow flow, NetlinkReply connection) {}

  private final NetlinkSocket socket;
  private int sequence;

  private LinuxConntrack(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens the table of the calling thread's network namespace. */
  public static LinuxConntrack open() {
    return new LinuxConntrack(NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER));
  }

  @Override
  public synchronized int forgetUdp(Predicate<Flow> which) {
    NetlinkMessage message = new NetlinkMessage();
    message
        .begin(IPCTNL_MSG_CT_GET, NLM_F_REQUEST | NLM_F_DUMP, ++sequence)
        .nfgenmsg(NetlinkEncoder.AF_UNSPEC)
        .end();
    List<Found> chosen = new ArrayList<>();
    socket.dump(
        message.toBytes(),
        sequence,
        "dump connections",
        reply -> udp(reply).filter(found -> which.test(found.flow)).ifPresent(chosen::add));
    return (int) chosen.stream().filter(this::delete).count();
  }

  /** Whether it was there; it may have ended by itself. */
  private boolean delete(Found found) {
    byte[] original = found.connection.attributes(NFGENMSG).get(CTA_TUPLE_ORIG);
    if (original == null) {
      return false;
    }
    int family = NetlinkEncoder.family(found.flow.destination().getAddress());
    NetlinkMessage message = new NetlinkMessage();
    message
        .begin(IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST | NLM_F_ACK, ++sequence)
        .nfgenmsg(family)
        .putNested(CTA_TUPLE_ORIG, original)
        .end();
    socket.send(message.toBytes());
    try {
      socket.acknowledged(sequence, 1, index -> "forget a flow to " + found.flow.destination());
      return true;
    } catch (LinuxException e) {
      if (e.is(Errno.ENOENT)) {
        return false;
      }
      throw e;
    }
  }

  private static Optional<Found> udp(NetlinkReply reply) {
    Map<Integer, byte[]> connection = reply.attributes(NFGENMSG);
    byte[] original = connection.get(CTA_TUPLE_ORIG);
    byte[] answer = connection.get(CTA_TUPLE_REPLY);
    if (original == null || answer == null) {
      return Optional.empty();
    }
    Map<Integer, byte[]> tuple = NetlinkReply.nested(original);
    Map<Integer, byte[]> protocol = nested(tuple, CTA_TUPLE_PROTO);
    byte[] number = protocol.get(CTA_PROTO_NUM);
    byte[] port = protocol.get(CTA_PROTO_DST_PORT);
    if (number == null || number[0] != IPPROTO_UDP || port == null) {
      return Optional.empty();
    }
    Map<Integer, byte[]> from = nested(NetlinkReply.nested(answer), CTA_TUPLE_IP);
    InetAddress destination = address(nested(tuple, CTA_TUPLE_IP), CTA_IP_V4_DST, CTA_IP_V6_DST);
    InetAddress answeredBy = address(from, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
    if (destination == null || answeredBy == null) {
      return Optional.empty();
    }
    int destinationPort = ((port[0] & 0xFF) << 8) | (port[1] & 0xFF);
    return Optional.of(new Found(new Flow(destination, destinationPort, answeredBy), reply));
  }

  private static Map<Integer, byte[]> nested(Map<Integer, byte[]> attributes, int type) {
    byte[] value = attributes.get(type);
    return value == null ? Map.of() : NetlinkReply.nested(value);
  }

  private static @Nullable InetAddress address(Map<Integer, byte[]> ip, int v4, int v6) {
    byte[] four = ip.get(v4);
    byte[] bytes = four == null ? ip.get(v6) : four;
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new LinuxException(Errno.EBADMSG, "connection with an address of", "" + bytes.length);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
