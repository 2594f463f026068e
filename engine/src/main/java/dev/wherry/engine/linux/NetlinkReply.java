package dev.wherry.engine.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One message from the kernel, netlink(7).
 *
 * @param body what follows the header
 */
record NetlinkReply(int type, int flags, int sequence, ByteBuffer body) {
  private static final int NLM_F_CAPPED = 0x100;
  private static final int NLM_F_ACK_TLVS = 0x200;
  private static final int NLMSGERR_ATTR_MSG = 1;
  private static final int TYPE_MASK = 0x3FFF;

  /** All messages of a datagram. */
  static List<NetlinkReply> parse(byte[] datagram) {
    ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    List<NetlinkReply> replies = new ArrayList<>();
    int offset = 0;
    while (offset + NetlinkMessage.HEADER_SIZE <= datagram.length) {
      int length = in.getInt(offset);
      if (length < NetlinkMessage.HEADER_SIZE || offset + length > datagram.length) {
        throw new LinuxException(Errno.EBADMSG, "netlink message of length", "" + length);
      }
      ByteBuffer body =
          in.slice(offset + NetlinkMessage.HEADER_SIZE, length - NetlinkMessage.HEADER_SIZE)
              .order(ByteOrder.nativeOrder());
      int type = in.getShort(offset + 4) & 0xFFFF;
      int flags = in.getShort(offset + 6) & 0xFFFF;
      replies.add(new NetlinkReply(type, flags, in.getInt(offset + 8), body));
      offset += align(length);
    }
    return replies;
  }

  boolean isError() {
    return type == NetlinkMessage.NLMSG_ERROR;
  }

  boolean isDone() {
    return type == NetlinkMessage.NLMSG_DONE;
  }

  /** Of an error message its number, positive; 0 means that all went well. */
  int errorNumber() {
    return -body.getInt(0);
  }

  /** Of an error message the kernel's words, NETLINK_EXT_ACK; empty if it has none. */
  String errorText() {
    if ((flags & NLM_F_ACK_TLVS) == 0) {
      return "";
    }
    int original = (flags & NLM_F_CAPPED) != 0 ? NetlinkMessage.HEADER_SIZE : body.getInt(4);
    byte[] text = attributes(4 + align(original)).get(NLMSGERR_ATTR_MSG);
    return text == null ? "" : string(text);
  }

  /** Of an error message the exception that it stands for. */
  LinuxException failure(String what) {
    return new LinuxException(errorNumber(), "netlink", what, errorText());
  }

  /** The attributes after a fixed part of so many bytes. */
  Map<Integer, byte[]> attributes(int fixedPart) {
    return attributes(body, fixedPart);
  }

  /** The attributes inside of an attribute. */
  static Map<Integer, byte[]> nested(byte[] value) {
    return attributes(ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()), 0);
  }

  static Optional<Integer> integer(byte @org.jspecify.annotations.Nullable [] value) {
    return value == null || value.length != 4
        ? Optional.empty()
        : Optional.of(ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt());
  }

  /** A string, without the NUL at its end. */
  static String string(byte[] value) {
    int length = value.length > 0 && value[value.length - 1] == 0 ? value.length - 1 : value.length;
    return new String(value, 0, length, UTF_8);
  }

  private static Map<Integer, byte[]> attributes(ByteBuffer in, int from) {
    Map<Integer, byte[]> attributes = new HashMap<>();
    int offset = from;
    while (offset + 4 <= in.limit()) {
      int length = in.getShort(offset) & 0xFFFF;
      if (length < 4 || offset + length > in.limit()) {
        break;
      }
      byte[] value = new byte[length - 4];
      in.get(offset + 4, value);
      attributes.put(in.getShort(offset + 2) & TYPE_MASK, value);
      offset += align(length);
    }
    return attributes;
  }

  private static int align(int length) {
    return (length + 3) & ~3;
  }
}
