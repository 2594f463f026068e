package dev.wherry.engine.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Builds messages of netlink(7): header, a fixed part, then attributes of type, length and value,
 * each aligned to four bytes; attributes nest. Several messages may follow one another.
 */
final class NetlinkMessage {
  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;
  static final int NLM_F_REQUEST = 1;
  static final int NLM_F_ACK = 4;
  static final int NLM_F_DUMP = 0x300;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_CREATE = 0x400;
  static final int HEADER_SIZE = 16;

  private static final int NLA_F_NESTED = 0x8000;
  private static final int ATTRIBUTE_HEADER = 4;

  private final ByteBuffer out =
      ByteBuffer.allocate(CallState.BUFFER_SIZE).order(ByteOrder.nativeOrder());
  private int start;

  /** Starts a message. */
  NetlinkMessage begin(int type, int flags, int sequence) {
    start = out.position();
    out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
    return this;
  }

  /** Ends the message begun last. */
  void end() {
    out.putInt(start, out.position() - start);
  }

  /** All that was built. */
  byte[] toBytes() {
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  /** {@code struct ifinfomsg}. */
  NetlinkMessage ifinfomsg(int family, int index, int flags, int change) {
    out.put((byte) family).put((byte) 0).putShort((short) 0);
    out.putInt(index).putInt(flags).putInt(change);
    return this;
  }

  /** {@code struct ifaddrmsg}. */
  NetlinkMessage ifaddrmsg(int family, int prefixLength, int flags, int scope, int index) {
    out.put((byte) family).put((byte) prefixLength).put((byte) flags).put((byte) scope);
    out.putInt(index);
    return this;
  }

  /** {@code struct rtmsg}, of the main table. */
  NetlinkMessage rtmsg(int family, int prefixLength, int table, int protocol, int scope, int type) {
    out.put((byte) family).put((byte) prefixLength).put((byte) 0).put((byte) 0);
    out.put((byte) table).put((byte) protocol).put((byte) scope).put((byte) type).putInt(0);
    return this;
  }

  /** {@code struct nfgenmsg} of nfnetlink. */
  NetlinkMessage nfgenmsg(int family) {
    out.put((byte) family).put((byte) 0).putShort((short) 0);
    return this;
  }

  NetlinkMessage put(int type, byte[] value) {
    out.putShort((short) (ATTRIBUTE_HEADER + value.length)).putShort((short) type).put(value);
    while (out.position() % 4 != 0) {
      out.put((byte) 0);
    }
    return this;
  }

  /** A string with its terminating NUL. */
  NetlinkMessage put(int type, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    return put(type, java.util.Arrays.copyOf(bytes, bytes.length + 1));
  }

  NetlinkMessage putInt(int type, int value) {
    out.putShort((short) (ATTRIBUTE_HEADER + 4)).putShort((short) type).putInt(value);
    return this;
  }

  NetlinkMessage putShort(int type, int value) {
    out.putShort((short) (ATTRIBUTE_HEADER + 2)).putShort((short) type).putShort((short) value);
    out.putShort((short) 0); // padding
    return this;
  }

  NetlinkMessage putByte(int type, int value) {
    return put(type, new byte[] {(byte) value});
  }

  /** An attribute whose value holds attributes already built. */
  NetlinkMessage putNested(int type, byte[] value) {
    return put(type | NLA_F_NESTED, value);
  }

  /** Starts an attribute that holds attributes: where it starts, for {@link #endNest}. */
  int beginNest(int type) {
    int nest = out.position();
    out.putShort((short) 0).putShort((short) (type | NLA_F_NESTED));
    return nest;
  }

  /** Ends a nest. */
  NetlinkMessage endNest(int nest) {
    out.putShort(nest, (short) (out.position() - nest));
    return this;
  }
}
